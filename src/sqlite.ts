/** What `footing/sqlite` exports: the store on SQLite. Holds nothing itself. */
export { createSqliteStore, type SqliteOptions } from "./stores/sqlite/store.ts";

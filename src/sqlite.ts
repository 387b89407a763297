/** The entry `footing/sqlite`: the store on SQLite. */
export { createSqliteStore, type SqliteOptions } from "./stores/sqlite/store.ts";

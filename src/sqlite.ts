export { createSqliteStore, type SqliteOptions } from "./stores/sqlite/store.ts";

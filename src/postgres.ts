/** The entry `footing/postgres`: the store on PostgreSQL. */
export { createPostgresStore, type PostgresOptions } from "./stores/postgres/store.ts";

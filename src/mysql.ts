/** The entry `footing/mysql`: the store on MySQL and MariaDB. */
export { createMysqlStore, type MysqlOptions } from "./stores/mysql/store.ts";

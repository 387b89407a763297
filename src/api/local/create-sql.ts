/**
 * Kysely on the app's own connection, for what the query language cannot say. It opens no connection and no transaction of
 * its own: `db.transaction` does.
 */
import type { CompiledQuery, DatabaseConnection, Driver, Kysely, QueryResult } from "kysely";
import { FootingError } from "../../errors/footing-error.ts";
import type { SqlDoor } from "../../stores/contract/sql-door.ts";
import { loadKysely } from "../../util/load-kysely.ts";

/** Kysely that sends its statements through the door. */
export function createSql(door: SqlDoor): Kysely<unknown> {
  const { Kysely } = loadKysely();
  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => door.grammar.createAdapter(),
      createIntrospector: (db) => door.grammar.createIntrospector(db),
      createQueryCompiler: () => door.grammar.createQueryCompiler(),
      createDriver: () => new DoorDriver(door),
    },
  });
}

/** What Kysely asks of a driver. */
class DoorDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(door: SqlDoor) {
    this.#connection = new DoorConnection(door);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  beginTransaction(): Promise<void> {
    return refuseTransaction();
  }

  commitTransaction(): Promise<void> {
    return refuseTransaction();
  }

  rollbackTransaction(): Promise<void> {
    return refuseTransaction();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

class DoorConnection implements DatabaseConnection {
  readonly #door: SqlDoor;

  constructor(door: SqlDoor) {
    this.#door = door;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affected } = await this.#door.run({ text: sql, values: parameters });
    // The type says of the rows what Kysely inferred from the query.
    const typed = rows as readonly unknown[] as R[];
    return { rows: typed, ...(affected !== null && { numAffectedRows: BigInt(affected) }) };
  }

  streamQuery(): never {
    throw new FootingError("FTG_QUERY", {
      detail: "sql: rows are not streamed.",
      fix: "Read them in parts, each behind the last row of the one before.",
    });
  }
}

async function refuseTransaction(): Promise<never> {
  throw new FootingError("FTG_QUERY", {
    detail: "sql: Kysely's own transactions are not for this connection.",
    fix: "Say db.asSystem().transaction((tx) => tx.sql…).",
  });
}

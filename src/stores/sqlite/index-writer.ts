/**
 * Puts new rows into full-text indexes. Triggers do so for rows that change or go; on an insert one would have SQLite
 * keep what every page was before each row, and write the index out for each: twenty times slower for many rows.
 */
import type { ModelSchema } from "../../schema/schema-model.ts";
import { dialect } from "./compiler.ts";
import type { Connection } from "./driver.ts";
import { ROWID } from "./search.ts";

/** Indexes new rows of one transaction: at once, or many together. */
export class IndexWriter {
  readonly #connection: Connection;
  #model: ModelSchema | null = null;
  #noted: bigint[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The model whose rows wait; end them before anything else is done in the transaction. */
  get waiting(): ModelSchema | null {
    return this.#model;
  }

  /** Indexes the row of the model that was inserted last. */
  add(model: ModelSchema): void {
    this.note(model);
    this.end();
  }

  /** Leaves the row of the model that was inserted last to {@link end}. Until then nothing may search or change it. */
  note(model: ModelSchema): void {
    if (model.search === null) return;
    this.#model = model;
    this.#noted.push(this.#connection.lastRowid);
  }

  /** Indexes what was noted. What a savepoint took back is not there any more, and no loss. */
  end(): void {
    if (this.#model === null) return;
    this.#connection.command(writeIndexing(this.#model), `[${this.#noted.join()}]`);
    this.#model = null;
    this.#noted = [];
  }
}

/** In the order of their rowids, as FTS5 likes them. */
function writeIndexing({ table, search }: ModelSchema): string {
  const words = (search?.parts ?? []).map((part) => dialect.quoteName(part.words));
  const read = [ROWID, ...words].map((name) => `r.${name}`);
  return (
    `INSERT INTO ${dialect.quoteName(search?.name ?? "")} (rowid, ${words.join(", ")}) SELECT ${read.join(", ")}` +
    ` FROM ${dialect.quoteName(table)} AS r` +
    ` WHERE r.${ROWID} IN (SELECT value FROM json_each(?1))`
  );
}

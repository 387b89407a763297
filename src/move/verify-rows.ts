/** Reads a table from both stores and compares every byte of every row. Writes nothing. */
import { createHash, type Hash } from "node:crypto";
import { LINE_END } from "../stores/contract/line-end.ts";
import { countRows } from "./count-rows.ts";
import { type Difference, findDifference } from "./find-difference.ts";
import { LongPages } from "./long-pages.ts";
import type { MoveContext } from "./move-context.ts";
import type { MoveTable } from "./move-table.ts";
import { type Page, RowReader } from "./row-reader.ts";

/**
 * A checksum of rows that does not depend on how they were read: SHA-256 over their JSON in key order, one row a line.
 */
export class Checksum {
  readonly #hash: Hash = createHash("sha256");
  #isEmpty = true;

  /** Adds the rows of a page. */
  add({ json }: Pick<Page, "json">): void {
    if (!this.#isEmpty) this.#hash.update(LINE_END);
    this.#isEmpty = false;
    this.#hash.update(json);
  }

  /** The checksum in hexadecimal. Nothing can be added afterwards. */
  end(): string {
    return this.#hash.digest("hex");
  }
}

/** What a comparison found. */
export interface Verified {
  /** Rows in the target. */
  readonly rows: number;
  readonly difference: Difference | null;
}

/**
 * Compares a table and adds its rows to a checksum. Both sides are read by the same rule, so as long as they agree
 * their pages do, byte by byte.
 */
export async function verifyRows(
  context: MoveContext,
  table: MoveTable,
  { checksum, advance }: { readonly checksum: Checksum; readonly advance: (steps: number) => void },
): Promise<Verified> {
  const [source, target] = [new RowReader(context.source, table), new RowReader(context.target, table)];
  const long = new LongPages();
  let rows = 0;
  for (;;) {
    const [expected, came] = await Promise.all([source.next(), target.next()]);
    if (expected === null && came === null) return { rows, difference: null };
    if (expected === null || came === null || !expected.json.equals(came.json))
      return describeDifference(context, table, findDifference(table, expected?.rows() ?? [], came?.rows() ?? []));
    checksum.add(expected);
    rows += expected.count;
    advance(expected.count);
    for (const page of [expected, came]) long.pass(page);
  }
}

async function describeDifference(
  { source, target }: MoveContext,
  table: MoveTable,
  difference: Difference | null,
): Promise<Verified> {
  // Other bytes that mean the same would be a fault of a store.
  const first = difference?.detail ?? "The same rows have another JSON text.";
  const [expected = 0] = (await countRows(source, [table])).values();
  const [rows = 0] = (await countRows(target, [table])).values();
  const counts = `${expected.toLocaleString("en")} rows in the source, ${rows.toLocaleString("en")} in the target`;
  const detail = expected === rows ? first : `${first} ${counts}.`;
  return { rows, difference: { table, key: difference?.key ?? [], detail } };
}

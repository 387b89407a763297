/**
 * Many writes of one kind at once: batches of new or changed rows as one statement where that means the same as one after
 * the other, which decides when a batch is refused. The caller's transaction undoes all.
 */
import type { Schema } from "../../schema/schema-model.ts";
import type { Values } from "../contract/store.ts";
import type { Dialect } from "../sql/dialect.ts";
import { type BulkRows, runBulkWrite } from "../sql/run-bulk-write.ts";
import type { ReadRefusal } from "../sql/run-program.ts";
import type { Bulk } from "../sql/server-kind.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { compiledOf } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { deleteGuarded } from "./bulk-delete.ts";
import type { NativeValue } from "./codec.ts";
import type { Line } from "./driver.ts";
import { isRefusal, isTooLong } from "./failure.ts";
import { bindValues, runGuarded } from "./session.ts";

/** Most rows, and most values, in one statement. */
const BATCH = 500;
const MAX_VALUES = 20_000;
/** Rows that are one statement whatever their number is: the children of a new row. */
const SMALL = 16;
/** A statement ends before the row that would give its values more bytes. */
const BATCH_BYTES = 1024 * 1024;

/** How many rows are written by one statement. */
interface BulkText {
  /** Most rows. */
  readonly size: number;
  readonly encode: (values: Values) => readonly NativeValue[];
  readonly write: (rows: readonly EncodedRow[]) => { readonly text: string; readonly values: readonly NativeValue[] };
}

interface EncodedRow {
  readonly values: Values;
  readonly encoded: readonly NativeValue[];
  readonly bytes: number;
}

/** Writes the rows in order; answers their number. */
export async function runBulk(line: Line, { statement, rows, onRow }: Bulk, context: BulkContext): Promise<number> {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write") return 0;
  const { program } = compiled;
  const { readRefusal } = context;
  const job = { program, onRow, readRefusal };
  if (program.plan.kind === "update" || program.steps.length > 1) return runSteps(line, { ...job, rows }, context);
  const bulk = prepare(program);
  if (bulk === null) return runEach(line, { ...job, rows, start: 0 });
  let [affected, start] = [0, 0];
  for (const batch of takeBatches(rows, bulk)) {
    onRow(start);
    affected += await runBatch(line, bulk, { ...job, batch, start });
    start += batch.length;
  }
  return affected;
}

/** What is known of the database at hand. */
export interface BulkContext {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly readRefusal: ReadRefusal;
}

/** What the rows of one call share. */
interface BulkJob extends Omit<BulkRows, "rows"> {
  readonly readRefusal: ReadRefusal;
}

function runSteps(
  line: Line,
  { readRefusal, ...bulk }: BulkJob & BulkRows,
  { schema, dialect }: BulkContext,
): Promise<number> {
  return runBulkWrite(line, bulk, {
    schema,
    dialect,
    bind: bindValues,
    isRefusal: isRowProblem,
    runEach: (_, rows, start) => runEach(line, { ...bulk, readRefusal, rows, start }),
  });
}

function isRowProblem(error: unknown): boolean {
  return isRefusal(error) || isTooLong(error);
}

/** A refused statement has undone itself. */
async function runBatch(
  line: Line,
  bulk: BulkText,
  { batch, ...job }: BulkJob & { readonly batch: readonly EncodedRow[]; readonly start: number },
): Promise<number> {
  try {
    const { text, values } = bulk.write(batch);
    return (await line.query(text, values)).count;
  } catch (error) {
    if (!isRowProblem(error)) throw error;
  }
  return runEach(line, { ...job, rows: batch.map(({ values }) => values) });
}

async function runEach(
  line: Line,
  { program, rows, onRow, readRefusal, start }: BulkJob & BulkRows & { readonly start: number },
): Promise<number> {
  let [affected, row] = [0, start];
  for (const values of rows) {
    onRow(row++);
    affected += await runOne(line, { program, values, readRefusal });
  }
  return affected;
}

async function runOne(
  line: Line,
  { program, values, readRefusal }: { program: SqlProgram; values: Values; readRefusal: ReadRefusal },
): Promise<number> {
  const run = async () => (await runGuarded(line, { program, values }, readRefusal)).affected;
  return program.plan.kind === "delete" ? deleteGuarded(line, program.model.table, run) : run();
}

/** Null for a program that does more than one thing, or judges its rows. */
function prepare({ plan, steps }: SqlProgram): BulkText | null {
  const [change] = steps;
  if (change?.kind !== "change" || steps.length > 1) return null;
  return plan.kind === "create" ? prepareCreate(change.text) : null;
}

function prepareCreate(insert: SqlText): BulkText {
  return {
    size: Math.min(BATCH, Math.floor(MAX_VALUES / Math.max(insert.bindings.length, 1))),
    encode: (values) => bindValues(insert, values, null),
    write: (rows) => ({ text: repeatRow(insert.text, rows.length), values: rows.flatMap(({ encoded }) => encoded) }),
  };
}

/** `INSERT INTO … VALUES (?, ?), (?, ?)`: names of columns cannot hold what stands between them and the values. */
function repeatRow(insert: string, count: number): string {
  const start = insert.lastIndexOf(" VALUES (");
  const row = insert.slice(start + " VALUES ".length);
  return `${insert.slice(0, start)} VALUES ${new Array(count).fill(row).join(", ")}`;
}

/** Sends all rows to be created at once; null for a program whose rows are judged. */
export function sendBulk(line: Line, { statement, rows }: Bulk): Promise<number> | null {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write" || compiled.program.plan.kind !== "create") return null;
  const bulk = prepare(compiled.program);
  if (bulk === null) return null;
  const batches = [...takeBatches(rows, bulk)].map((batch) => bulk.write(batch));
  const sent = batches.map(({ text, values }) => line.query(text, values));
  return Promise.all(sent).then((results) => results.reduce((sum, { count }) => sum + count, 0));
}

/** Batches of few different sizes, but for small ones: the server prepares a text for each. */
function* takeBatches(rows: Iterable<Values>, bulk: BulkText): Generator<readonly EncodedRow[]> {
  let batch: EncodedRow[] = [];
  let bytes = 0;
  for (const values of rows) {
    const row = encodeRow(values, bulk);
    if (bytes + row.bytes > BATCH_BYTES || batch.length === bulk.size) {
      yield* splitBatch(batch, bulk);
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += row.bytes;
  }
  yield* splitBatch(batch, bulk);
}

function encodeRow(values: Values, { encode }: BulkText): EncodedRow {
  const encoded = encode(values);
  const sizes = encoded.map((value) => (typeof value === "string" || Buffer.isBuffer(value) ? value.length : 8));
  return { values, encoded, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** A full batch as it is; of others, as many rows as the greatest power of two leaves, and so on. */
function* splitBatch(batch: readonly EncodedRow[], { size }: BulkText): Generator<readonly EncodedRow[]> {
  for (let start = 0; start < batch.length; ) {
    const left = batch.length - start;
    const count = left === size || left <= SMALL ? left : 2 ** Math.floor(Math.log2(left));
    yield batch.slice(start, start + count);
    start += count;
  }
}

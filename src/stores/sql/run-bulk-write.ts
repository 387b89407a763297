/**
 * Writes many rows by a few statements on a server. Whenever those meet anything that one row after the other might meet
 * otherwise, their work is undone and the rows are written one by one. The caller's transaction undoes all.
 */
import type { Schema } from "../../schema/schema-model.ts";
import type { Values } from "../contract/store.ts";
import type { Bind } from "./bind-values.ts";
import { type BulkWrite, compileBulkWrite } from "./compile-bulk-write.ts";
import type { Dialect } from "./dialect.ts";
import type { Line, ServerResult } from "./server-link.ts";
import type { SqlProgram } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";

/** Most rows at once, and most bytes of values, unless one row has more. */
const BATCH = 1000;
const BATCH_BYTES = 1024 * 1024;
/** About what a value takes that is no text. */
const OTHER_BYTES = 8;

/** How rows are written on one server. */
export interface BulkTools<V, R extends ServerResult> {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly bind: Bind<V>;
  /** Whether a statement failed because of its rows, and changed nothing. */
  readonly isRefusal: (error: unknown) => boolean;
  /** Writes rows one by one; `start` is the place of the first. Answers their number. */
  readonly runEach: (line: Line<V, R>, rows: Iterable<Values>, start: number) => Promise<number>;
}

/** Rows of one program. */
export interface BulkRows {
  readonly program: SqlProgram;
  readonly rows: Iterable<Values>;
  /** See `Session.executeMany`. */
  readonly onRow: (row: number) => void;
}

const known = new WeakMap<SqlProgram, BulkWrite | null>();

/** Writes the rows in order; answers their number. */
export async function runBulkWrite<V, R extends ServerResult>(
  line: Line<V, R>,
  { program, rows, onRow }: BulkRows,
  tools: BulkTools<V, R>,
): Promise<number> {
  const write = findWrite(program, tools);
  if (write === null) return tools.runEach(line, rows, 0);
  let [affected, start] = [0, 0];
  for (const batch of takeBatches(rows)) {
    onRow(start);
    const isDone = isAlike(write, batch) && (await tryBatch(line, { write, batch }, tools));
    affected += isDone ? batch.length : await tools.runEach(line, batch, start);
    start += batch.length;
  }
  return affected;
}

function findWrite<V, R extends ServerResult>(
  program: SqlProgram,
  { schema, dialect }: BulkTools<V, R>,
): BulkWrite | null {
  const made = known.get(program);
  if (made !== undefined) return made;
  const { plan } = program;
  const write = plan.kind === "delete" ? null : compileBulkWrite(schema, dialect, plan);
  known.set(program, write);
  return write;
}

/** Whether there are several rows, each another one, which have all in common that is not theirs alone. */
function isAlike({ key, steps }: BulkWrite, rows: readonly Values[]): boolean {
  const [first = []] = rows;
  const keys = new Set(rows.map((values) => JSON.stringify(key.map((index) => values[index]))));
  const shared = steps.flatMap(({ text }) =>
    text.bindings.flatMap((binding) => (binding.kind === "param" ? [binding.index] : [])),
  );
  const isShared = (index: number, values: Values) =>
    values[index] === first[index] || JSON.stringify(values[index]) === JSON.stringify(first[index]);
  return (
    rows.length > 1 &&
    keys.size === rows.length &&
    rows.every((values) => shared.every((index) => isShared(index, values)))
  );
}

/** False when nothing was written. */
async function tryBatch<V, R extends ServerResult>(
  line: Line<V, R>,
  { write, batch }: { readonly write: BulkWrite; readonly batch: readonly Values[] },
  { bind, isRefusal }: BulkTools<V, R>,
): Promise<boolean> {
  const [first = []] = batch;
  const ask = (text: SqlText) => line.query(text.text, bind(text, first, batch));
  await line.exec("SAVEPOINT footing_batch");
  const isDone = await runSteps(write, batch.length, ask).catch((error: unknown) => {
    if (isRefusal(error)) return false;
    throw error;
  });
  if (!isDone) await line.exec("ROLLBACK TO SAVEPOINT footing_batch");
  await line.exec("RELEASE SAVEPOINT footing_batch");
  return isDone;
}

async function runSteps(
  { steps }: BulkWrite,
  count: number,
  ask: (text: SqlText) => Promise<ServerResult>,
): Promise<boolean> {
  for (const { text, expects } of steps) {
    const result = await ask(text);
    if (expects === "all" ? result.count !== count : result.rows.length > 0) return false;
  }
  return true;
}

function* takeBatches(rows: Iterable<Values>): Generator<readonly Values[]> {
  let batch: Values[] = [];
  let bytes = 0;
  for (const values of rows) {
    const size = values.reduce<number>((sum, value) => sum + measure(value), 0);
    if (batch.length === BATCH || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(values);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function measure(value: unknown): number {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null ? JSON.stringify(value).length : OTHER_BYTES;
}

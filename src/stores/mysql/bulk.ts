/**
 * Many writes of one kind at once: batches of new or changed rows as one statement where that means the same as one after
 * the other, which decides when a batch is refused. The caller's transaction undoes all.
 */
import type { UpdatePlan } from "../../plan/plan.ts";
import { isConstant } from "../../plan/predicate-node.ts";
import type { ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import type { Values } from "../contract/store.ts";
import { targetKey } from "../contract/target-key.ts";
import { listWritten, type WrittenColumn } from "../sql/compile-search.ts";
import { findColumn } from "../sql/row-scope.ts";
import type { ReadRefusal } from "../sql/run-program.ts";
import type { Bulk } from "../sql/server-kind.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { compiledOf } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { deleteGuarded } from "./bulk-delete.ts";
import { columnType, createEncoder, type NativeValue } from "./codec.ts";
import { createDialect, mysql } from "./compiler.ts";
import type { Line } from "./driver.ts";
import { isRefusal, isTooLong } from "./failure.ts";
import { writeWords } from "./search.ts";
import { bindValues, runGuarded } from "./session.ts";

/** Most rows, and most values, in one statement. */
const BATCH = 500;
const MAX_VALUES = 20_000;
/** A statement ends before the row that would give its values more bytes. */
const BATCH_BYTES = 1024 * 1024;

const { quoteName } = createDialect(mysql);

/** How many rows are written by one statement. */
interface BulkText {
  /** Most rows. */
  readonly size: number;
  /** Whether any number of rows is the same text, which is prepared only once. */
  readonly isUniform: boolean;
  readonly encode: (values: Values) => readonly NativeValue[];
  readonly write: (rows: readonly EncodedRow[]) => { readonly text: string; readonly values: readonly NativeValue[] };
}

interface EncodedRow {
  readonly values: Values;
  readonly encoded: readonly NativeValue[];
  readonly bytes: number;
}

/** Writes the rows in order; answers their number. */
export async function runBulk(line: Line, { statement, rows }: Bulk, readRefusal: ReadRefusal): Promise<number> {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write") return 0;
  const { program } = compiled;
  const bulk = prepare(program);
  let affected = 0;
  if (bulk === null) for (const values of rows) affected += await runOne(line, { program, values, readRefusal });
  else
    for (const batch of takeBatches(rows, bulk))
      affected += await runBatch(line, bulk, { program, batch, readRefusal });
  return affected;
}

interface Batch {
  readonly program: SqlProgram;
  readonly batch: readonly EncodedRow[];
  readonly readRefusal: ReadRefusal;
}

/** A refused statement has undone itself. */
async function runBatch(line: Line, bulk: BulkText, { program, batch, readRefusal }: Batch): Promise<number> {
  try {
    const { text, values } = bulk.write(batch);
    const { count } = await line.query(text, values);
    if (count === batch.length) return count;
  } catch (error) {
    if (!isRefusal(error) && !isTooLong(error)) throw error;
  }
  // Of an update that did not reach each row once: doing all again does no harm, and tells.
  let affected = 0;
  for (const { values } of batch) affected += await runOne(line, { program, values, readRefusal });
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
function prepare({ plan, model, steps }: SqlProgram): BulkText | null {
  const [change] = steps;
  if (change?.kind !== "change" || steps.length > 1) return null;
  if (plan.kind === "create") return prepareCreate(change.text);
  return plan.kind === "update" && isPlain(plan, model) ? prepareUpdate(plan, model) : null;
}

/** Whether an update takes any row by its key, which stays as it is, and sets nothing that a list of keys cannot hold. */
function isPlain(
  { target: { single, readable, allowed, expected }, assignments }: UpdatePlan,
  model: ModelSchema,
): boolean {
  const isOpen = [readable, allowed].every((node) => node !== null && isConstant(node, true));
  const columns = assignments.map(({ column }) => findColumn(model, column));
  const isKey = (name: string) => model.key.some(({ column }) => column === name);
  const isHeld = ({ list, kind }: ScalarType) => !list && kind !== "json" && kind !== "bytes" && kind !== "float";
  return single && isOpen && expected === null && columns.every(({ name, type }) => isHeld(type) && !isKey(name));
}

function prepareCreate(insert: SqlText): BulkText {
  return {
    size: Math.min(BATCH, Math.floor(MAX_VALUES / Math.max(insert.bindings.length, 1))),
    isUniform: false,
    encode: (values) => bindValues(insert, values, null),
    write: (rows) => ({ text: repeatRow(insert.text, rows.length), values: rows.flatMap(({ encoded }) => encoded) }),
  };
}

/** The rows travel as one list, as keys do. */
function prepareUpdate({ assignments, target }: UpdatePlan, model: ModelSchema): BulkText {
  const set = listWritten(model, assignments);
  const types = [...set, ...model.key].map(({ type }) => type);
  const encode = createEncoder({ kind: "param", index: 0, type: { kind: "keys", parts: types }, form: "value" });
  const names = set.map(({ name }) => name);
  const text = writeUpdate(model, names, types);
  return {
    size: BATCH,
    isUniform: true,
    encode: (values) => {
      const row = [...set.map((column) => readWritten(column, values)), ...targetKey(model, target.where, values)];
      return [String(encode([row])).slice(1, -1)];
    },
    write: (rows) => ({ text, values: [`[${rows.map(({ encoded }) => encoded.join()).join(",")}]`] }),
  };
}

function readWritten({ node, form }: WrittenColumn, values: Values): unknown {
  const value = values[node.value.index] ?? null;
  return form === "words" && value !== null ? writeWords(String(value)) : value;
}

function writeUpdate(model: ModelSchema, names: readonly string[], types: readonly ScalarType[]): string {
  const columns = types.map((type, part) => `p${part} ${partType(type)} PATH '$[${part}]'`);
  const match = model.key.map(({ column, type }, part) => {
    return `t.${quoteName(column)} = ${readPart(names.length + part, type)}`;
  });
  const changes = names.map((name, part) => `t.${quoteName(name)} = v.p${part}`);
  return (
    `UPDATE ${quoteName(model.table)} AS t JOIN JSON_TABLE(?, '$[*]' COLUMNS (${columns.join(", ")})) AS v` +
    ` ON ${match.join(" AND ")} SET ${changes.join(", ")}`
  );
}

function partType(type: ScalarType): string {
  return isText(type) ? "LONGTEXT CHARACTER SET utf8mb4" : columnType(type);
}

/** What a text is cast to has the collation of the session, which is that of the columns. */
function readPart(part: number, type: ScalarType): string {
  return isText(type) ? `CAST(v.p${part} AS CHAR)` : `v.p${part}`;
}

function isText({ kind }: ScalarType): boolean {
  return kind === "text" || kind === "enum" || kind === "uuid";
}

/** `INSERT INTO … VALUES (?, ?), (?, ?)`: names of columns cannot hold what stands between them and the values. */
function repeatRow(insert: string, count: number): string {
  const start = insert.lastIndexOf(" VALUES (");
  const row = insert.slice(start + " VALUES ".length);
  return `${insert.slice(0, start)} VALUES ${new Array(count).fill(row).join(", ")}`;
}

/** Batches of few different sizes: the server prepares a text for each. */
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
function* splitBatch(batch: readonly EncodedRow[], { size, isUniform }: BulkText): Generator<readonly EncodedRow[]> {
  for (let start = 0; start < batch.length; ) {
    const left = batch.length - start;
    const count = isUniform || left === size ? left : 2 ** Math.floor(Math.log2(left));
    yield batch.slice(start, start + count);
    start += count;
  }
}

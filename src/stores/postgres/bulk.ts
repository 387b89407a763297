/**
 * Many writes of one kind at once: batches of new or changed rows as one statement where that means the same as one after
 * the other, which decides when a batch is refused. The caller's transaction undoes all.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { CreatePlan } from "../../plan/plan.ts";
import type { AssignmentNode } from "../../plan/write-nodes.ts";
import type { ModelSchema, RefField, Schema } from "../../schema/schema-model.ts";
import type { Values } from "../contract/store.ts";
import { listWritten } from "../sql/compile-search.ts";
import { type BulkRows, runBulkWrite } from "../sql/run-bulk-write.ts";
import type { Bulk } from "../sql/server-kind.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { compiledOf } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { createEncoder, encodeArray, type NativeValue, paramType } from "./codec.ts";
import { dialect } from "./compiler.ts";
import type { Line } from "./driver.ts";
import { readRefusal } from "./failure.ts";
import { bindValues, runGuarded } from "./session.ts";

/** Rows in one statement. */
const BATCH = 1000;
/** A statement ends with the row that gives its values as many bytes. */
const BATCH_BYTES = 1024 * 1024;

/** Rows that are written one by one before their savepoints are let go of. */
const SAVEPOINTS = 100;
/** Lets go of a savepoint and all after it, and sets it anew. */
const NEXT_ROWS = "RELEASE footing_rows; SAVEPOINT footing_rows";

/** How many rows are written by one statement, which takes an array for each column. */
interface BulkText {
  readonly text: string;
  /** The values of one row, in the order of the arrays. */
  readonly encode: (values: Values) => readonly NativeValue[];
  /** Whether the rows, written all at once, are judged as they are one after the other. */
  readonly isOrdered: (rows: readonly Values[]) => boolean;
}

/** Rows for one statement. */
interface Batch {
  readonly rows: readonly Values[];
  readonly encoded: readonly (readonly NativeValue[])[];
}

const texts = new WeakMap<SqlProgram, BulkText>();

/** Writes the rows in order; answers their number. */
export async function runBulk(line: Line, { statement, rows, onRow }: Bulk, schema: Schema): Promise<number> {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write") return 0;
  const { program } = compiled;
  if (program.plan.kind === "update" || program.steps.length > 1)
    return runSteps(line, { program, rows, onRow }, schema);
  const bulk = texts.get(program) ?? prepare(program);
  if (bulk === null) return runEach(line, { program, rows, onRow });
  texts.set(program, bulk);
  let [affected, start] = [0, 0];
  for (const batch of takeBatches(rows, bulk)) {
    affected += await runBatch(line, { program, onRow, start, bulk, ...batch });
    start += batch.rows.length;
  }
  return affected;
}

function runSteps(line: Line, bulk: BulkRows, schema: Schema): Promise<number> {
  const { program, onRow } = bulk;
  return runBulkWrite(line, bulk, {
    schema,
    dialect,
    bind: bindValues,
    isRefusal: (error) => readRefusal(error) !== null,
    runEach: (_, rows, start) => runEach(line, { program, rows, onRow, start }),
  });
}

async function runBatch(
  line: Line,
  { bulk, rows, encoded, ...job }: Batch & Omit<BulkRows, "rows"> & { readonly bulk: BulkText; readonly start: number },
): Promise<number> {
  job.onRow(job.start);
  if (rows.length === 1 || !bulk.isOrdered(rows)) return runEach(line, { ...job, rows });
  const guard = line.exec("SAVEPOINT footing_batch");
  const write = line.query(bulk.text, turnRows(encoded));
  const release = line.exec("RELEASE footing_batch");
  const [, written] = await Promise.allSettled([guard, write, release]);
  if (written.status === "fulfilled") return written.value.count;
  if (readRefusal(written.reason) === null) throw written.reason;
  await line.exec("ROLLBACK TO footing_batch");
  return runEach(line, { ...job, rows });
}

/** Sends all rows to be created at once; null for a program, or a model, whose rows are judged by each other. */
export function sendBulk(line: Line, { statement, rows }: Bulk): Promise<number> | null {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write" || compiled.program.plan.kind !== "create") return null;
  const { program } = compiled;
  const bulk = texts.get(program) ?? prepare(program);
  if (bulk === null || listOwnRefs(program.model).length > 0) return null;
  texts.set(program, bulk);
  const sent = [...takeBatches(rows, bulk)].map(({ encoded }) => line.query(bulk.text, turnRows(encoded)));
  return Promise.all(sent).then((results) => results.reduce((sum, { count }) => sum + count, 0));
}

/** An array for each column. */
function turnRows(encoded: Batch["encoded"]): readonly NativeValue[] {
  const [first = []] = encoded;
  return first.map((_, place) =>
    encodeArray(
      asIs,
      encoded.map((row) => row[place]),
    ),
  );
}

/** Each row leaves a savepoint behind, and the server has memory for some thousands of them only. */
async function runEach(
  line: Line,
  { program, rows, onRow, start = 0 }: BulkRows & { readonly start?: number },
): Promise<number> {
  let [affected, count] = [0, 0];
  for (const values of rows) {
    if (count % SAVEPOINTS === 0) await line.exec(count === 0 ? "SAVEPOINT footing_rows" : NEXT_ROWS);
    onRow(start + count);
    affected += (await runGuarded(line, { program, values })).affected;
    count += 1;
  }
  if (count > 0) await line.exec("RELEASE footing_rows");
  return affected;
}

/** Null for a program whose rows judge more than themselves. */
function prepare({ plan, model, steps }: SqlProgram): BulkText | null {
  const [change] = steps;
  if (change?.kind !== "change" || steps.length > 1) return null;
  return plan.kind === "create" ? prepareCreate(plan, model, change.text) : null;
}

function prepareCreate({ assignments }: CreatePlan, model: ModelSchema, single: SqlText): BulkText {
  const columns = listAssigned(model, assignments, single);
  const names = columns.map(({ name }) => dialect.quoteName(name)).join(", ");
  const arrays = columns.map(({ cast }, place) => `$${place + 1}::${cast}[]`).join(", ");
  return {
    text: `INSERT INTO ${dialect.quoteName(model.table)} (${names}) SELECT * FROM unnest(${arrays})`,
    encode: (values) => columns.map(({ encode }) => encode(values)),
    isOrdered: createOrderCheck(model, columns),
  };
}

/** A column that a statement writes. */
interface AssignedColumn {
  readonly name: string;
  /** The type of its array's items. */
  readonly cast: string;
  readonly encode: (values: Values) => NativeValue;
  readonly read: (values: Values) => unknown;
}

function listAssigned(
  model: ModelSchema,
  assignments: readonly AssignmentNode[],
  single: SqlText,
): readonly AssignedColumn[] {
  return listWritten(model, assignments).map(({ name, type, form, node }) => {
    const { index } = node.value;
    const binding = single.bindings.find(
      (other) => other.kind === "param" && other.index === index && (other.form === "words") === (form === "words"),
    );
    if (binding === undefined)
      throw new FootingError("FTG_INTERNAL", { detail: `A write of ${model.name} does not bind ${name}.` });
    const encode = createEncoder(binding);
    const read = (values: Values) => values[index] ?? null;
    const cast = form === "words" ? "tsvector" : paramType(type);
    return { name, cast, encode: (values) => encode(read(values)), read };
  });
}

/**
 * Whether no row refers to a later one of the same table: about the rows of one statement the server asks only at its
 * end, when the later one is there.
 */
function createOrderCheck(model: ModelSchema, columns: readonly AssignedColumn[]): BulkText["isOrdered"] {
  const refs = listOwnRefs(model);
  if (refs.length === 0) return () => true;
  const readers = new Map(columns.map(({ name, read }) => [name, read]));
  const render = (parts: readonly { readonly column: string }[], values: Values) =>
    JSON.stringify(parts.map(({ column }) => readers.get(column)?.(values) ?? null));
  return (rows) => {
    const places = new Map(rows.map((values, place) => [render(model.key, values), place]));
    return rows.every((values, place) =>
      refs.every(({ columns: parts }) => (places.get(render(parts, values)) ?? place) <= place),
    );
  };
}

/** The refs of a model to itself. */
function listOwnRefs(model: ModelSchema): readonly RefField[] {
  return Object.values(model.fields).filter(
    (field): field is RefField => field.kind === "ref" && field.model === model.name,
  );
}

function* takeBatches(rows: Iterable<Values>, { encode }: BulkText): Generator<Batch> {
  let batch: { rows: Values[]; encoded: (readonly NativeValue[])[] } = { rows: [], encoded: [] };
  let bytes = 0;
  for (const values of rows) {
    const row = encode(values);
    batch.rows.push(values);
    batch.encoded.push(row);
    bytes += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
    if (batch.rows.length < BATCH && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = { rows: [], encoded: [] };
    bytes = 0;
  }
  if (batch.rows.length > 0) yield batch;
}

function asIs(value: unknown): NativeValue {
  return typeof value === "string" ? value : null;
}

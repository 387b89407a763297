/**
 * Many writes of one kind at once: batches of new or changed rows as one statement where that means the same as one after
 * the other, which decides when a batch is refused. The caller's transaction undoes all.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { CreatePlan, UpdatePlan } from "../../plan/plan.ts";
import { isConstant } from "../../plan/predicate-node.ts";
import type { AssignmentNode } from "../../plan/write-nodes.ts";
import type { ModelSchema, RefField } from "../../schema/schema-model.ts";
import type { Values } from "../contract/store.ts";
import { targetKey } from "../contract/target-key.ts";
import { listWritten } from "../sql/compile-search.ts";
import { findColumn } from "../sql/row-scope.ts";
import type { Bulk } from "../sql/server-kind.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { compiledOf } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { createEncoder, encodeArray, type NativeValue, paramType } from "./codec.ts";
import { dialect } from "./compiler.ts";
import type { Line } from "./driver.ts";
import { readRefusal } from "./failure.ts";
import { runGuarded } from "./session.ts";

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
export async function runBulk(line: Line, { statement, rows }: Bulk): Promise<number> {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write") return 0;
  const { program } = compiled;
  const bulk = texts.get(program) ?? prepare(program);
  if (bulk === null) return runEach(line, program, rows);
  texts.set(program, bulk);
  let affected = 0;
  for (const batch of takeBatches(rows, bulk)) affected += await runBatch(line, program, { bulk, ...batch });
  return affected;
}

async function runBatch(
  line: Line,
  program: SqlProgram,
  { bulk, rows, encoded }: Batch & { readonly bulk: BulkText },
): Promise<number> {
  if (rows.length === 1 || !bulk.isOrdered(rows)) return runEach(line, program, rows);
  const [first = []] = encoded;
  const arrays = first.map((_, place) =>
    encodeArray(
      asIs,
      encoded.map((row) => row[place]),
    ),
  );
  const guard = line.exec("SAVEPOINT footing_batch");
  const write = line.query(bulk.text, arrays);
  const release = line.exec("RELEASE footing_batch");
  const [, written] = await Promise.allSettled([guard, write, release]);
  if (written.status === "fulfilled") {
    // A row of an update that is not there, or there twice: doing all again does no harm, and tells.
    return written.value.count === rows.length ? rows.length : runEach(line, program, rows);
  }
  if (readRefusal(written.reason) === null) throw written.reason;
  await line.exec("ROLLBACK TO footing_batch");
  return runEach(line, program, rows);
}

/** Each row leaves a savepoint behind, and the server has memory for some thousands of them only. */
async function runEach(line: Line, program: SqlProgram, rows: Iterable<Values>): Promise<number> {
  let [affected, count] = [0, 0];
  for (const values of rows) {
    if (count % SAVEPOINTS === 0) await line.exec(count === 0 ? "SAVEPOINT footing_rows" : NEXT_ROWS);
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
  if (plan.kind === "create") return prepareCreate(plan, model, change.text);
  return plan.kind === "update" && isPlain(plan, model) ? prepareUpdate(plan, model, change.text) : null;
}

/** Whether an update takes any row by its key, which stays as it is. */
function isPlain(
  { target: { single, readable, allowed, expected }, assignments }: UpdatePlan,
  model: ModelSchema,
): boolean {
  const isOpen = [readable, allowed].every((node) => node !== null && isConstant(node, true));
  const names = assignments.map(({ column }) => findColumn(model, column).name);
  return single && isOpen && expected === null && model.key.every(({ column }) => !names.includes(column));
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

function prepareUpdate({ assignments, target }: UpdatePlan, model: ModelSchema, single: SqlText): BulkText {
  const columns = listAssigned(model, assignments, single);
  const keys = model.key.map(({ type }) => createEncoder({ kind: "param", index: 0, type, form: "value" }));
  const casts = [...columns.map(({ cast }) => cast), ...model.key.map(({ type }) => paramType(type))];
  const arrays = casts.map((cast, place) => `$${place + 1}::${cast}[]`).join(", ");
  const names = casts.map((_, place) => `c${place}`).join(", ");
  const set = columns.map(({ name }, place) => `${dialect.quoteName(name)} = v.c${place}`).join(", ");
  const match = model.key.map(({ column }, part) => `t.${dialect.quoteName(column)} = v.c${columns.length + part}`);
  return {
    text:
      `UPDATE ${dialect.quoteName(model.table)} AS t SET ${set} FROM unnest(${arrays}) AS v (${names})` +
      ` WHERE ${match.join(" AND ")}`,
    encode: (values) => [
      ...columns.map(({ encode }) => encode(values)),
      ...targetKey(model, target.where, values).map((value, part) => keys[part]?.(value) ?? null),
    ],
    isOrdered: () => true,
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
  const refs = Object.values(model.fields).filter(
    (field): field is RefField => field.kind === "ref" && field.model === model.name,
  );
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

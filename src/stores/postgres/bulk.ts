/**
 * Many new rows at once: batches of them as one statement where that means the same as one after the other, which
 * decides when a batch is refused. The caller's transaction undoes all.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { CreatePlan } from "../../plan/plan.ts";
import type { Statement, Values } from "../contract/store.ts";
import { findColumn } from "../sql/row-scope.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { compiledOf } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { createEncoder, type Encoder, encodeArray, paramType } from "./codec.ts";
import { dialect } from "./compiler.ts";
import type { Link } from "./driver.ts";
import { readRefusal } from "./failure.ts";
import { runGuarded } from "./session.ts";

/** Rows in one statement. */
const BATCH = 1000;

/** How a create is written for many rows. */
interface BulkText {
  readonly text: string;
  readonly columns: readonly { readonly index: number; readonly encode: Encoder }[];
}

const texts = new WeakMap<SqlProgram, BulkText>();

/** Creates the rows in order; answers their number. */
export async function runBulk(link: Link, statement: Statement<CreatePlan>, rows: Iterable<Values>): Promise<number> {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write") return 0;
  const { program } = compiled;
  let affected = 0;
  for (const batch of takeBatches(rows)) affected += await runBatch(link, program, batch);
  return affected;
}

async function runBatch(link: Link, program: SqlProgram, batch: readonly Values[]): Promise<number> {
  const change = isPlain(program) && batch.length > 1 ? program.steps[0] : undefined;
  if (change?.kind !== "change") return runEach(link, program, batch);
  const { text, columns } = texts.get(program) ?? prepare(program, change.text);
  const arrays = columns.map(({ index, encode }) =>
    encodeArray(
      encode,
      batch.map((values) => values[index] ?? null),
    ),
  );
  const guard = link.exec("SAVEPOINT footing_batch");
  const insert = link.query(text, arrays);
  const release = link.exec("RELEASE footing_batch");
  const [, inserted] = await Promise.allSettled([guard, insert, release]);
  if (inserted.status === "fulfilled") return inserted.value.count;
  if (readRefusal(inserted.reason) === null) throw inserted.reason;
  await link.exec("ROLLBACK TO footing_batch");
  return runEach(link, program, batch);
}

async function runEach(link: Link, program: SqlProgram, batch: readonly Values[]): Promise<number> {
  let affected = 0;
  for (const values of batch) affected += (await runGuarded(link, program, values)).affected;
  return affected;
}

/** Whether rows of the program judge nothing but themselves: a row that refers to its own table may mean a later one. */
function isPlain({ plan, model, steps }: SqlProgram): boolean {
  if (plan.kind !== "create" || steps.length !== 1) return false;
  return Object.values(model.fields).every((field) => field.kind !== "ref" || field.model !== model.name);
}

function prepare(program: SqlProgram, single: SqlText): BulkText {
  const { plan, model } = program;
  const assignments = plan.kind === "create" ? plan.assignments : [];
  const columns = assignments.map(({ column, value }) => {
    const { name, type } = findColumn(model, column);
    const binding = single.bindings.find((other) => other.kind === "param" && other.index === value.index);
    if (binding === undefined)
      throw new FootingError("FTG_INTERNAL", { detail: `A create of ${model.name} does not bind ${name}.` });
    return { name, type, index: value.index, encode: createEncoder(binding) };
  });
  const names = columns.map(({ name }) => dialect.quoteName(name)).join(", ");
  const arrays = columns.map(({ type }, place) => `$${place + 1}::${paramType(type)}[]`).join(", ");
  const text = `INSERT INTO ${dialect.quoteName(model.table)} (${names}) SELECT * FROM unnest(${arrays})`;
  const prepared = { text, columns };
  texts.set(program, prepared);
  return prepared;
}

function* takeBatches(rows: Iterable<Values>): Generator<readonly Values[]> {
  let batch: Values[] = [];
  for (const values of rows) {
    batch.push(values);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

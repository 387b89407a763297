/**
 * Many new rows at once: batches of them as one statement where that means the same as one after the other, which
 * decides when a batch is refused. The caller's transaction undoes all.
 */
import type { CreatePlan } from "../../plan/plan.ts";
import type { Statement, Values } from "../contract/store.ts";
import type { ReadRefusal } from "../sql/run-program.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { compiledOf } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import type { Link } from "./driver.ts";
import { isRefusal, isTooLong } from "./failure.ts";
import { bindValues, runGuarded } from "./session.ts";

/** Most rows, and most values, in one statement. */
const BATCH = 500;
const MAX_VALUES = 20_000;

/** Rows to create. */
export interface Bulk {
  readonly statement: Statement<CreatePlan>;
  readonly rows: Iterable<Values>;
  readonly readRefusal: ReadRefusal;
}

/** Creates the rows in order; answers their number. */
export async function runBulk(link: Link, { statement, rows, readRefusal }: Bulk): Promise<number> {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write") return 0;
  const { program } = compiled;
  const insert = findInsert(program);
  const size = Math.min(BATCH, Math.floor(MAX_VALUES / Math.max(insert?.bindings.length ?? 1, 1)));
  let affected = 0;
  for (const batch of takeBatches(rows, size)) {
    affected +=
      insert === null || batch.length === 1
        ? await runEach(link, { program, batch, readRefusal })
        : await runBatch(link, insert, { program, batch, readRefusal });
  }
  return affected;
}

interface Batch {
  readonly program: SqlProgram;
  readonly batch: readonly Values[];
  readonly readRefusal: ReadRefusal;
}

/** A refused statement has undone itself. */
async function runBatch(link: Link, insert: SqlText, rows: Batch): Promise<number> {
  try {
    const values = rows.batch.flatMap((row) => bindValues(insert, row, null));
    return (await link.query(repeatRow(insert.text, rows.batch.length), values)).count;
  } catch (error) {
    if (!isRefusal(error) && !isTooLong(error)) throw error;
    return runEach(link, rows);
  }
}

async function runEach(link: Link, { program, batch, readRefusal }: Batch): Promise<number> {
  let affected = 0;
  for (const values of batch) affected += (await runGuarded(link, { program, values, readRefusal })).affected;
  return affected;
}

/** The insert of a program that does nothing else. */
function findInsert({ steps }: SqlProgram): SqlText | null {
  const [step] = steps;
  return steps.length === 1 && step?.kind === "change" ? step.text : null;
}

/** `INSERT INTO … VALUES (?, ?), (?, ?)`: names of columns cannot hold what stands between them and the values. */
function repeatRow(insert: string, count: number): string {
  const start = insert.lastIndexOf(" VALUES (");
  const row = insert.slice(start + " VALUES ".length);
  return `${insert.slice(0, start)} VALUES ${new Array(count).fill(row).join(", ")}`;
}

function* takeBatches(rows: Iterable<Values>, size: number): Generator<readonly Values[]> {
  let batch: Values[] = [];
  for (const values of rows) {
    batch.push(values);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

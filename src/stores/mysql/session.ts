/** How MySQL and MariaDB read and write over one connection, inside a transaction that somebody else began and ends. */
import type { Plan } from "../../plan/plan.ts";
import type { ReadResult, ResultOf, Values, WriteResult } from "../contract/store.ts";
import { type Bind, createBind } from "../sql/bind-values.ts";
import { joinRows } from "../sql/join-rows.ts";
import { isFlight } from "../sql/program-shape.ts";
import { type ReadRefusal, runProgram, type SqlCall, type SqlReply } from "../sql/run-program.ts";
import { runSteps } from "../sql/run-steps.ts";
import type { Reading, Write } from "../sql/server-kind.ts";
import { readAnswer, readGroups } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { createEncoder, type NativeValue } from "./codec.ts";
import type { Line, Result, Row } from "./driver.ts";
import { createCutError, finishJson } from "./finish-json.ts";

/** The values of a statement in the order of its placeholders. */
export const bindValues: Bind<NativeValue> = createBind(createEncoder);

/** What the rows of a reading statement answer. */
export function readResult(compiled: Reading, { rows: read }: Result, values: Values): ResultOf<Plan> {
  if (compiled.kind === "count") return { count: Number(read[0]?.[0]), isExact: true };
  if (compiled.kind === "estimate") return { count: compiled.read(read[0]?.[0]), isExact: false };
  const named = compiled.kind === "read" ? compiled.named : 0;
  const rows = named === 0 ? read : read.map((row) => row.slice(named));
  requireWhole(rows);
  const result = readRows(compiled, rows, values);
  const json = finishJson(result.json);
  const edge = result.edge === null ? null : finishJson(result.edge).toString();
  return json === result.json && edge === result.edge ? result : { ...result, json, edge };
}

function readRows(
  compiled: Exclude<Reading, { kind: "count" | "estimate" }>,
  rows: readonly Row[],
  values: Values,
): ReadResult {
  if (compiled.kind === "aggregate") return readGroups(rows[0] ?? [], values, compiled.limit);
  const { joined, cut } = compiled;
  if (joined === null) return readAnswer(rows[0], values, cut);
  // The cursors of a page are made of the keys, which must be finished before.
  return joinRows(joined, joined.output.kind === "page" ? rows.map(finishRow) : rows, values);
}

/**
 * Runs a write inside a transaction: all statements at once where none waits for another. A refused statement changes
 * nothing; the caller undoes the rest.
 */
export async function runGuarded(line: Line, write: Write, readRefusal: ReadRefusal): Promise<WriteResult> {
  const { program, values } = write;
  const replies = isFlight(program) ? await sendAll(line, write) : new Map<SqlText, Promise<Result>>();
  return runSteps(runProgram(program, values, readRefusal), async (call) => {
    const reply = replies.get(call.text);
    return readReply(call, await (reply ?? ask(line, call)));
  });
}

/** All answers come first: what a failure makes the program ask comes behind them. */
async function sendAll(line: Line, { program, values }: Write): Promise<ReadonlyMap<SqlText, Promise<Result>>> {
  const replies = new Map<SqlText, Promise<Result>>();
  for (const step of program.steps) {
    if ("text" in step) replies.set(step.text, line.query(step.text.text, bindValues(step.text, values, null)));
  }
  await Promise.allSettled(replies.values());
  return replies;
}

function ask(line: Line, { text, values, collected }: SqlCall): Promise<Result> {
  return line.query(text.text, bindValues(text, values, collected));
}

function readReply(call: SqlCall, { rows, count }: Result): SqlReply {
  if (call.answer === "count") return count;
  requireWhole(rows);
  const [row] = rows;
  return row === undefined ? row : finishRow(row);
}

function finishRow(row: Row): Row {
  return row.map((value) => (typeof value === "string" || Buffer.isBuffer(value) ? finishJson(value) : value));
}

/** Of what is longer than the server makes it leaves null, or a mark. No answer holds a null otherwise. */
function requireWhole(rows: readonly Row[]): void {
  if (rows.some((row) => row.includes(null))) throw createCutError();
}

/** Runs compiled plans over one connection, inside a transaction that somebody else began and ends. */
import { FootingError } from "../../errors/footing-error.ts";
import type { Plan } from "../../plan/plan.ts";
import type { ReadResult, ResultOf, Values, WriteResult } from "../contract/store.ts";
import { type Bind, createBind } from "../sql/bind-values.ts";
import type { Compiled } from "../sql/compile-plan.ts";
import { joinRows } from "../sql/join-rows.ts";
import { type ReadRefusal, runProgram, type SqlCall, type SqlReply } from "../sql/run-program.ts";
import { runSteps } from "../sql/run-steps.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { readAnswer } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { createEncoder, type NativeValue } from "./codec.ts";
import { CUT_MARK } from "./compiler.ts";
import type { Link, Result, Row } from "./driver.ts";

/** Something that takes statements. */
export type Line = Pick<Link, "query">;

/** A write with what it needs to run. */
export interface Write {
  readonly program: SqlProgram;
  readonly values: Values;
  readonly readRefusal: ReadRefusal;
}

/** The values of a statement in the order of its placeholders. */
export const bindValues: Bind<NativeValue> = createBind(createEncoder);

/** Runs a compiled read or count. */
export async function runReading(
  line: Line,
  compiled: Exclude<Compiled, { readonly kind: "write" }>,
  values: Values,
): Promise<ResultOf<Plan>> {
  const { rows } = await line.query(compiled.text.text, bindValues(compiled.text, values, null));
  return compiled.kind === "count" ? { count: Number(rows[0]?.[0]) } : readRows(compiled, rows, values);
}

/** Runs a write inside a transaction. A refused statement changes nothing; the caller undoes the rest. */
export function runGuarded(link: Link, { program, values, readRefusal }: Write): Promise<WriteResult> {
  return runSteps(runProgram(program, values, readRefusal), (call) => ask(link, call));
}

/** Sends all statements of a program at once. What it finds out after a failure, it asks behind them. */
export async function runFlight(link: Link, { program, values, readRefusal }: Write): Promise<WriteResult> {
  const replies = new Map<SqlText, Promise<Result>>();
  for (const step of program.steps) {
    if ("text" in step) replies.set(step.text, link.query(step.text.text, bindValues(step.text, values, null)));
  }
  // All answers first: what a failure makes the program ask comes behind them.
  await Promise.allSettled(replies.values());
  return runSteps(runProgram(program, values, readRefusal), async (call) => {
    const reply = replies.get(call.text);
    return reply === undefined ? ask(link, call) : readReply(call, await reply);
  });
}

async function ask(link: Link, call: SqlCall): Promise<SqlReply> {
  return readReply(call, await link.query(call.text.text, bindValues(call.text, call.values, call.collected)));
}

function readReply(call: SqlCall, { rows, count }: Result): SqlReply {
  if (call.isChange) return count;
  requireWhole(rows);
  return rows[0];
}

function readRows(
  { joined, cut }: Compiled & { readonly kind: "read" },
  rows: readonly Row[],
  values: Values,
): ReadResult {
  requireWhole(rows);
  return joined === null ? readAnswer(rows[0], values, cut) : joinRows(joined, rows, values);
}

/** What is longer than the server makes of one text comes as null or with the mark. No answer holds either otherwise. */
function requireWhole(rows: readonly Row[]): void {
  if (!rows.some((row) => row.some(isCut))) return;
  throw new FootingError("FTG_TOO_LARGE", {
    detail: "The answer is longer than the database makes in one piece.",
    fix: "Ask for fewer rows at once, or raise max_allowed_packet of the server.",
  });
}

function isCut(value: unknown): boolean {
  if (Buffer.isBuffer(value) || typeof value === "string") return value.includes(CUT_MARK);
  return value === null;
}

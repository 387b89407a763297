/** Runs compiled plans over one connection, inside a transaction that somebody else began and ends. */
import type { Plan } from "../../plan/plan.ts";
import type { ResultOf, Values, WriteResult } from "../contract/store.ts";
import { type Bind, createBind } from "../sql/bind-values.ts";
import type { Compiled } from "../sql/compile-plan.ts";
import { runProgram, type SqlCall, type SqlReply } from "../sql/run-program.ts";
import { runSteps } from "../sql/run-steps.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { readAnswer } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { createEncoder, type NativeValue } from "./codec.ts";
import type { Link, Result } from "./driver.ts";
import { readRefusal } from "./failure.ts";
import { fixLimits } from "./fix-limits.ts";

/** Something that takes statements. */
export type Line = Pick<Link, "query">;

/** The values of a statement in the order of its placeholders. */
const bindValues: Bind<NativeValue> = createBind(createEncoder);

/** Runs a compiled read or count. */
export async function runReading(
  line: Line,
  compiled: Exclude<Compiled, { readonly kind: "write" }>,
  values: Values,
): Promise<ResultOf<Plan>> {
  const text = compiled.kind === "read" ? fixLimits(compiled.text, values) : compiled.text;
  const { rows } = await line.query(text.text, bindValues(text, values, null));
  return compiled.kind === "count" ? { count: Number(rows[0]?.[0]) } : readAnswer(rows[0], values, compiled.cut);
}

/** Runs a write of a single statement, which needs no transaction of its own. */
export function runSingle(link: Link, program: SqlProgram, values: Values): Promise<WriteResult> {
  return runSteps(runProgram(program, values, readRefusal), (call) => ask(link, call));
}

/**
 * Runs a write inside a transaction. A refused statement is undone alone, so that the program can find out why; the
 * caller undoes the rest.
 */
export function runGuarded(link: Link, program: SqlProgram, values: Values): Promise<WriteResult> {
  return runSteps(runProgram(program, values, readRefusal), async (call) => {
    if (!call.isChange) return ask(link, call);
    const guard = sendAhead(link.exec("SAVEPOINT footing_step"));
    const reply = sendAhead(ask(link, call));
    try {
      await guard;
      return await reply;
    } catch (error) {
      await reply.catch(() => undefined);
      if (readRefusal(error) !== null) await link.exec("ROLLBACK TO footing_step");
      throw error;
    }
  });
}

/** Sends a whole transaction at once. What it finds out after a failure, it asks behind it. */
export async function runFlight(link: Link, program: SqlProgram, values: Values): Promise<WriteResult> {
  const begun = link.exec(BEGIN);
  const replies = new Map<SqlText, Promise<Result>>();
  for (const step of program.steps) {
    if (!("text" in step)) continue;
    replies.set(step.text, link.query(step.text.text, bindValues(step.text, values, null)));
  }
  const committed = link.exec("COMMIT");
  await Promise.allSettled([begun, ...replies.values(), committed]);
  const result = await runSteps(runProgram(program, values, readRefusal), async (call) => {
    const reply = replies.get(call.text);
    return reply === undefined ? ask(link, call) : readReply(call, await reply);
  });
  await committed;
  return result;
}

/** The answer to a statement that others follow before anybody waits for it: until then its failure is nobody's. */
export function sendAhead<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}

/** Begins a transaction of our own: it reads one state of the database from its first statement to its last. */
export const BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ";

async function ask(link: Link, call: SqlCall): Promise<SqlReply> {
  return readReply(call, await link.query(call.text.text, bindValues(call.text, call.values, call.collected)));
}

/** The values of a row as texts. */
function readReply(call: SqlCall, { rows, count }: Result): SqlReply {
  return call.isChange ? count : rows[0]?.map((value) => (value === null ? null : value.toString()));
}

/** How PostgreSQL reads and writes over one connection, inside a transaction that somebody else began and ends. */
import type { Plan } from "../../plan/plan.ts";
import type { Abort, ResultOf, Values, WriteResult } from "../contract/store.ts";
import { type Bind, createBind } from "../sql/bind-values.ts";
import { sendAhead } from "../sql/link-session.ts";
import { isFlight, isSingle } from "../sql/program-shape.ts";
import { runProgram, type SqlCall, type SqlReply } from "../sql/run-program.ts";
import { runSteps } from "../sql/run-steps.ts";
import type { Reading, Write } from "../sql/server-kind.ts";
import { type ServerLink, withAbort } from "../sql/server-link.ts";
import { readAnswer, readGroups } from "../sql/sql-statement.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { createEncoder, type NativeValue } from "./codec.ts";
import type { Line, Result } from "./driver.ts";
import { readRefusal } from "./failure.ts";

/** Begins a transaction of our own: it reads one state of the database from its first statement to its last. */
export const BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ";

/** The values of a statement in the order of its placeholders. */
export const bindValues: Bind<NativeValue> = createBind(createEncoder);

/** The text and the values of a reading statement. */
export function bindReading(
  compiled: Reading,
  values: Values,
): { readonly text: string; readonly values: readonly NativeValue[] } {
  return { text: compiled.text.text, values: bindValues(compiled.text, values, null) };
}

/** What the row of a reading statement answers. */
export function readResult(compiled: Reading, { rows }: Result, values: Values): ResultOf<Plan> {
  if (compiled.kind === "count") return { count: Number(rows[0]?.[0]), isExact: true };
  if (compiled.kind === "estimate") return { count: compiled.read(rows[0]?.[0]), isExact: false };
  if (compiled.kind === "aggregate") return readGroups(rows[0] ?? [], values, compiled.limit);
  return readAnswer(rows[0], values, compiled.cut);
}

/** Sends a write of one statement, or a whole transaction of statements that do not wait for each other. */
export function runWhole(
  link: ServerLink<NativeValue, Result>,
  write: Write,
  abort: Abort | undefined,
): Promise<WriteResult> | null {
  const { program, values } = write;
  if (isSingle(program))
    return runSteps(runProgram(program, values, readRefusal), (call) => ask(withAbort(link, abort), call));
  return isFlight(program) ? runFlight(link, write) : null;
}

/**
 * Runs a write inside a transaction. A refused statement is undone alone, so that the program can find out why; the
 * caller undoes the rest.
 */
export function runGuarded(line: Line, { program, values }: Write): Promise<WriteResult> {
  return runSteps(runProgram(program, values, readRefusal), async (call) => {
    if (!call.isChange) return ask(line, call);
    const guard = sendAhead(line.exec("SAVEPOINT footing_step"));
    const reply = sendAhead(ask(line, call));
    try {
      await guard;
      return await reply;
    } catch (error) {
      await reply.catch(() => undefined);
      if (readRefusal(error) !== null) await line.exec("ROLLBACK TO footing_step");
      throw error;
    }
  });
}

/** Runs a write inside a transaction that its first refused statement ends, and with it all that could tell why. */
export function runBare(line: Line, { program, values }: Write): Promise<WriteResult> {
  return runSteps(runProgram(program, values, explainNothing), (call) => ask(line, call));
}

function explainNothing(): null {
  return null;
}

/** Sends a whole transaction at once. What it finds out after a failure, it asks behind it. */
async function runFlight(line: Line, { program, values }: Write): Promise<WriteResult> {
  const begun = line.exec(BEGIN);
  const replies = new Map<SqlText, Promise<Result>>();
  for (const step of program.steps) {
    if (!("text" in step)) continue;
    replies.set(step.text, line.query(step.text.text, bindValues(step.text, values, null)));
  }
  const committed = line.exec("COMMIT");
  await Promise.allSettled([begun, ...replies.values(), committed]);
  const result = await runSteps(runProgram(program, values, readRefusal), async (call) => {
    const reply = replies.get(call.text);
    return reply === undefined ? ask(line, call) : readReply(call, await reply);
  });
  await committed;
  return result;
}

async function ask(line: Line, call: SqlCall): Promise<SqlReply> {
  return readReply(call, await line.query(call.text.text, bindValues(call.text, call.values, call.collected)));
}

/** The values of a row as texts. */
function readReply(call: SqlCall, { rows, count }: Result): SqlReply {
  return call.answer === "count" ? count : rows[0]?.map((value) => (value === null ? null : value.toString()));
}

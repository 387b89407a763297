/** Drives a write's program over a driver that answers later: one statement after the other, each error back into it. */
import type { WriteResult } from "../contract/store.ts";
import type { ProgramRun, SqlCall, SqlReply } from "./run-program.ts";

/**
 * Answers the steps of a run one after the other.
 * @throws what the run throws; the caller undoes what was written.
 */
export async function runSteps(run: ProgramRun, answer: (call: SqlCall) => Promise<SqlReply>): Promise<WriteResult> {
  let step = run.next();
  while (step.done !== true) {
    let reply: SqlReply;
    try {
      reply = await answer(step.value);
    } catch (error) {
      step = run.throw(error);
      continue;
    }
    step = run.next(reply);
  }
  return step.value;
}

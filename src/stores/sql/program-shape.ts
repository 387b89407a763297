/** What the steps of a write say about how it may be sent to a server. */
import type { SqlProgram } from "./sql-program.ts";

/** Whether a program is one statement, which is a transaction by itself. */
export function isSingle({ steps, atMost }: SqlProgram): boolean {
  return (
    atMost === null &&
    steps.length === 1 &&
    steps.every(({ kind }) => kind === "change" || kind === "changeOne" || kind === "count")
  );
}

/** Whether all statements of a program may be sent before the first is answered: none of them decides about another. */
export function isFlight({ steps, atMost }: SqlProgram): boolean {
  return atMost === null && steps.every(({ kind }) => kind === "change" || kind === "count" || kind === "return");
}

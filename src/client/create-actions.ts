/** The actions of an app: any name is one, and the server knows which there are. They are sent alone, and only once. */
import type { Connection } from "./connection.ts";
import { encodeInput } from "./encode-operation.ts";

/** An object with a function for each action that is asked for. `within` runs a call under its limits. */
export function createActions(
  connection: Connection,
  within: (call: (signal: AbortSignal) => Promise<unknown>) => Promise<unknown>,
): object {
  const run = async (name: string, input: unknown): Promise<unknown> => {
    const body = input === undefined ? undefined : encodeInput(input);
    return within((signal) => connection.post(`/api/actions/${encodeURIComponent(name)}`, body, signal));
  };
  return new Proxy(
    {},
    {
      get: (_target, name) =>
        typeof name !== "string" || name === "then" ? undefined : (input: unknown) => run(name, input),
    },
  );
}

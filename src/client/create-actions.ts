/** The actions of an app: any name is one, and the server knows which there are. They are sent alone. */
import type { Connection, SendOptions } from "./connection.ts";
import { encodeInput } from "./encode-operation.ts";

/** An object with a function for each action that is asked for. `within` sends a call, in its time and as often as it may. */
export function createActions(
  connection: Connection,
  within: (call: (options: SendOptions) => Promise<unknown>) => Promise<unknown>,
): object {
  const run = async (name: string, input: unknown): Promise<unknown> => {
    const body = input === undefined ? undefined : encodeInput(input);
    return within((options) => connection.post(`/api/actions/${encodeURIComponent(name)}`, body, options));
  };
  return new Proxy(
    {},
    {
      get: (_target, name) =>
        typeof name !== "string" || name === "then" ? undefined : (input: unknown) => run(name, input),
    },
  );
}

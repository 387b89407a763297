// Learns the SQL that Footing compiles for a request: serves the atlas in this process, sends the request and
// watches which statements reach the store. The answer is kept too, for the envelope around the rows.

import { startApp } from "footing";
import atlas from "../../../examples/atlas/app.ts";
import { loadStore } from "../../../src/app/load-store.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import type { ResultOf, Statement, Store, Values } from "../../../src/stores/contract/store.ts";
import type { Compiled } from "../../../src/stores/sql/compile-plan.ts";
import { compiledOf } from "../../../src/stores/sql/sql-statement.ts";
import type { CaseRequest } from "../cases.ts";
import type { ServerEnvironment } from "./serve.ts";

/** What one request led to. */
export interface CapturedRequest {
  readonly compiled: Compiled;
  /** The values of the plan's params. */
  readonly values: Values;
  /** The JSON text that the store answered. */
  readonly json: string;
  /** The body of the answer. */
  readonly body: string;
}

/** Runs the requests one after the other on Footing in this process. Throws when one takes more than one plan. */
export async function captureStatements<N extends string>(
  { database, authorization }: ServerEnvironment,
  requests: Readonly<Record<N, CaseRequest>>,
): Promise<Record<N, CapturedRequest>> {
  const store = await loadStore(database);
  const seen = watchStore(store);
  const options = { port: 0, host: "127.0.0.1", mode: "production", title: "atlas" } as const;
  const server = await startApp(atlas, { database: store, ...options });
  const entries: [string, CapturedRequest][] = [];
  for (const [name, request] of Object.entries<CaseRequest>(requests)) {
    seen.length = 0;
    const body = await send(`${server.url}${request.path}`, request.body, authorization);
    const [only, ...others] = seen;
    if (only === undefined || others.length > 0) throw new Error(`Footing ran ${seen.length} plans for ${name}.`);
    entries.push([name, { ...only, body }]);
  }
  await server.close();
  // The names are those of `requests`.
  return Object.fromEntries(entries) as Record<N, CapturedRequest>;
}

/** Has a store note what it runs. */
function watchStore(store: Store): Omit<CapturedRequest, "body">[] {
  const seen: Omit<CapturedRequest, "body">[] = [];
  const execute = store.execute.bind(store);
  store.execute = async <P extends Plan>(statement: Statement<P>, values: Values): Promise<ResultOf<P>> => {
    const result = await execute(statement, values);
    const json = "json" in result ? String(result.json) : "";
    seen.push({ compiled: compiledOf(statement), values, json });
    return result;
  };
  return seen;
}

async function send(url: string, body: string | undefined, authorization: string): Promise<string> {
  const write = { method: "POST", body: body ?? "", headers: { authorization, "content-type": "application/json" } };
  const answer = await fetch(url, body === undefined ? {} : write);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return text;
}

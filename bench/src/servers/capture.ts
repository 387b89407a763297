// Learns the SQL that Footing compiles for a request: serves the atlas in this process, sends the request and
// watches what reaches the driver. The answer is kept too, for the envelope around the rows.

import { StatementSync } from "node:sqlite";
import { startApp } from "footing";
import atlas from "../../../examples/atlas/app.ts";
import type { CaseRequest } from "../cases.ts";
import type { ServerEnvironment } from "./serve.ts";

type Bound = Parameters<StatementSync["get"]>;

/** One statement as Footing ran it. */
export interface Captured {
  readonly sql: string;
  /** What was bound, in the order of the placeholders. */
  readonly values: readonly unknown[];
  /** The columns of its row; empty for a statement without rows. */
  readonly row: readonly unknown[];
}

/** What one request led to. */
export interface CapturedRequest {
  /** All statements, the last one last. */
  readonly statements: readonly Captured[];
  /** The body of the answer. */
  readonly body: string;
}

/** Runs the requests one after the other on Footing in this process. */
export async function captureStatements<N extends string>(
  { database, authorization }: ServerEnvironment,
  requests: Readonly<Record<N, CaseRequest>>,
): Promise<Record<N, CapturedRequest>> {
  const url = `sqlite:${database}`;
  const server = await startApp(atlas, {
    database: url,
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "atlas",
  });
  const entries: [string, CapturedRequest][] = [];
  for (const [name, request] of Object.entries<CaseRequest>(requests)) {
    const { statements, stop } = watchStatements();
    const body = await send(`${server.url}${request.path}`, request.body, authorization);
    stop();
    entries.push([name, { statements, body }]);
  }
  await server.close();
  // The names are those of `requests`.
  return Object.fromEntries(entries) as Record<N, CapturedRequest>;
}

function watchStatements(): { statements: Captured[]; stop: () => void } {
  const { get, run } = StatementSync.prototype;
  const statements: Captured[] = [];
  const stop = (): void => {
    Object.assign(StatementSync.prototype, { get, run });
  };
  Object.assign(StatementSync.prototype, {
    get(this: StatementSync, ...values: Bound) {
      const row: unknown = get.apply(this, values);
      statements.push({ sql: this.sourceSQL, values, row: Array.isArray(row) ? row : [] });
      return row;
    },
    run(this: StatementSync, ...values: Bound) {
      statements.push({ sql: this.sourceSQL, values, row: [] });
      return run.apply(this, values);
    },
  });
  return { statements, stop };
}

async function send(url: string, body: string | undefined, authorization: string): Promise<string> {
  const write = { method: "POST", body: body ?? "", headers: { authorization, "content-type": "application/json" } };
  const answer = await fetch(url, body === undefined ? {} : write);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return text;
}

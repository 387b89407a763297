/** Ends a running server when the process is asked to end; a second request ends it at once. */
import type { RunningApp } from "../app/start-app.ts";
import { renderFailure } from "./render-failure.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];
const EXIT_INTERRUPTED = 130;

/** Closes `server` on SIGINT and SIGTERM, then exits: 0 when all requests were answered, 1 when closing failed. */
export function closeOnSignal(server: RunningApp): void {
  let closing = false;
  const close = (): void => {
    if (closing) process.exit(EXIT_INTERRUPTED);
    closing = true;
    server.close().then(() => process.exit(0), exitFailed);
  };
  for (const signal of SIGNALS) process.on(signal, close);
}

function exitFailed(error: unknown): void {
  process.stderr.write(`${renderFailure(error)}\n`);
  process.exit(1);
}

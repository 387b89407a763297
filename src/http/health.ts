/** The two routes a supervisor asks: whether the process runs, and whether it should get traffic. */
import { setTimeout as sleep } from "node:timers/promises";
import { FootingError } from "../errors/footing-error.ts";
import type { HostResponse, HostRoute } from "./host-route.ts";

/** Milliseconds a dependency has to answer. */
const pingLimit = 2_000;

const healthy: HostResponse = Object.freeze({
  status: 200,
  type: "application/json; charset=utf-8",
  body: '{"status":"ok"}',
  headers: Object.freeze({ "cache-control": "no-store" }),
});

/** What readiness depends on. */
export interface Readiness {
  /** Whether the host has begun to stop. */
  readonly isStopping: () => boolean;
  /** Resolves when what the app needs (its store) answers. */
  readonly ping: () => Promise<void>;
}

/** `/healthz` (200 while the process runs) and `/readyz` (503 while it stops or a dependency does not answer). */
export function createHealthRoutes(readiness: Readiness): readonly HostRoute[] {
  return [
    { path: "/healthz", vital: true, operations: { GET: { handle: () => healthy } } },
    { path: "/readyz", operations: { GET: { handle: () => runReadiness(readiness) } } },
  ];
}

async function runReadiness({ isStopping, ping }: Readiness): Promise<HostResponse> {
  if (isStopping()) throw busy("The server is stopping.");
  const timer = new AbortController();
  const late = sleep(pingLimit, undefined, { signal: timer.signal, ref: false }).then(() =>
    Promise.reject(new Error(`no answer within ${pingLimit} ms`)),
  );
  try {
    await Promise.race([ping(), late]);
    return healthy;
  } catch (cause) {
    throw busy("The database does not answer.", cause);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}

function busy(detail: string, cause?: unknown): FootingError {
  return new FootingError("FTG_BUSY", { detail, headers: { "retry-after": "1" }, cause });
}

/**
 * Refuses requests while the process has more work than it can do, so that those it takes are answered in time.
 * Measures once a second; in between, a request costs a few comparisons.
 */
import { getHeapStatistics } from "node:v8";
import underPressure from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { FootingError } from "../errors/footing-error.ts";
import type { HostLogger } from "./logger.ts";

/** Milliseconds between two lines of the log that say so. */
const LOG_PERIOD = 10_000;

/** How busy a process may be. */
export interface LoadLimits {
  /** Milliseconds that the event loop may be late, on average over a second. */
  readonly eventLoopDelay: number;
  /**
   * Percent of its time that the event loop may be busy; 100 allows all of it, as a process can be busy all the time
   * and still answer at once.
   */
  readonly eventLoopUtilization: number;
  /** Percent of the heap that Node allows (`--max-old-space-size`) that may be in use; 100 allows all of it. */
  readonly heap: number;
}

/** Watches the load of this process while a server listens. */
export class LoadWatch {
  readonly #logger: HostLogger;
  #measured: FastifyInstance | null = null;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(server: FastifyInstance, limits: LoadLimits, logger: HostLogger) {
    this.#logger = logger;
    // In a context of its own the plugin measures and its hook meets no request: asking costs a tenth of the hook.
    server.register((context, _options, done) => {
      context.register(underPressure, {
        maxEventLoopDelay: limits.eventLoopDelay,
        maxEventLoopUtilization: limits.eventLoopUtilization / 100,
        eventLoopUtilizationMode: "interval",
        maxHeapUsedBytes: (getHeapStatistics().heap_size_limit * limits.heap) / 100,
      });
      this.#measured = context;
      done();
    });
  }

  /**
   * Lets a request pass, or not.
   *
   * @throws FootingError FTG_OVERLOADED while a limit is exceeded.
   */
  check(): void {
    if (this.#measured?.isUnderPressure()) this.#refuse(this.#measured);
  }

  #refuse(measured: FastifyInstance): never {
    const now = performance.now();
    if (now - this.#loggedAt > LOG_PERIOD) {
      this.#loggedAt = now;
      this.#logger.warn(measured.memoryUsage(), "requests are refused: too much load");
    }
    throw new FootingError("FTG_OVERLOADED", { detail: "The server has more work than it can do in time." });
  }
}

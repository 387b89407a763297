/**
 * The engine: takes queries of the query language, finds or makes the statement of their shape, and runs it
 * with their values under the rules of an actor. It knows no transport and no store's words; each phase has a
 * file of its own.
 */
import { defaultQueryLimits, type QueryLimits } from "../passes/resolve-context.ts";
import type { RuleTable } from "../schema/rules.ts";
import type { Schema } from "../schema/schema-model.ts";
import { DataValidator } from "../schema/validate-data.ts";
import type { Store } from "../stores/contract/store.ts";
import type { CacheStats } from "../util/lru-cache.ts";
import { type ComposeContext, ComposedExecutor } from "./composed/composed-executor.ts";
import { WriteTurns } from "./composed/write-turns.ts";
import type { PlainExecutor } from "./executor.ts";
import { HookedExecutor, type ReportFailure } from "./hooked-executor.ts";
import type { HookTable } from "./hooks.ts";
import { PlainEngine } from "./plain-engine.ts";
import { Planner } from "./planner.ts";
import { createFillers } from "./write-input.ts";

/** What an engine is made of. */
export interface EngineOptions {
  readonly schema: Schema;
  readonly rules: RuleTable;
  /** An open store. */
  readonly store: Store;
  readonly limits?: Partial<QueryLimits>;
  /** Shapes kept ready, default 1,000. */
  readonly cacheSize?: number;
  /** The app's own code that runs with writes. Without any, writes take no detour. */
  readonly hooks?: HookTable;
  /** Is told what an `afterCommit` hook threw, of which no caller hears. Needed where there are hooks. */
  readonly report?: ReportFailure;
}

/**
 * Makes the engine of a schema on an open store.
 *
 * @example
 * ```ts
 * const engine = createEngine({ schema, rules, store });
 * const { json } = await engine.read({ model: "City", limit: 5 }, anonymousActor);
 * ```
 */
export function createEngine(options: EngineOptions): Engine {
  const { schema, rules, store } = options;
  const limits = Object.freeze({ ...defaultQueryLimits, ...options.limits });
  const planner = new Planner({ schema, rules, store, limits, cacheSize: options.cacheSize ?? 1000 });
  const parts = { schema, store, planner, validator: new DataValidator(schema), fillers: createFillers(schema) };
  const plain = new PlainEngine({ parts, session: store, trusted: false }, null);
  const { hooks = new Map(), report = ignoreFailure } = options;
  const context = { schema, maxLimit: limits.maxLimit, hooked: new Set(hooks.keys()) };
  if (hooks.size === 0) return new Engine(plain, { outer: plain, context });
  const compose = (inside: PlainExecutor): ComposedExecutor => new ComposedExecutor(inside, context, new WriteTurns());
  return new Engine(plain, { outer: new HookedExecutor(plain, { hooks, compose, report }), context });
}

/** Runs queries on a store. */
export class Engine extends ComposedExecutor {
  readonly #plain: PlainEngine;

  /** Use {@link createEngine}. */
  constructor(
    plain: PlainEngine,
    { outer, context }: { readonly outer: PlainExecutor; readonly context: ComposeContext },
  ) {
    super(outer, context);
    this.#plain = plain;
  }

  /** How often a request found its statement ready. */
  stats(): CacheStats {
    return this.#plain.stats();
  }
}

function ignoreFailure(): void {}

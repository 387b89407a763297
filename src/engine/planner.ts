/**
 * The planner: from the shape of a request to a statement ready to bind. Two bounded caches: templates by
 * shape, statements by shape and what the rules said. On a hit no pass runs.
 */

import { FootingError } from "../errors/footing-error.ts";
import { type CostNode, evaluateCost } from "../passes/bound-cost.ts";
import type { QueryLimits, ResolveContext } from "../passes/resolve-context.ts";
import type { Plan } from "../plan/plan.ts";
import type { RuleTable } from "../schema/rules.ts";
import type { Operation, Schema } from "../schema/schema-model.ts";
import type { Statement, Store } from "../stores/contract/store.ts";
import { forbidden } from "../stores/contract/violations.ts";
import { type CacheStats, LruCache } from "../util/lru-cache.ts";
import type { Actor } from "./actor.ts";
import { type BoundSource, bindValues, createBindInput, createBoundSources } from "./bind-values.ts";
import { createCursorTag } from "./cursor.ts";
import { RuleBook, type RuleOutcome } from "./evaluate-rule.ts";
import { authorizeTemplate, createTemplate, type Template, type TemplateKind, type TemplateMaker } from "./template.ts";

/** What a planner is made of. */
export interface PlannerOptions {
  readonly schema: Schema;
  readonly rules: RuleTable;
  readonly store: Store;
  readonly limits: QueryLimits;
  /** Shapes kept; each costs some kilobytes. */
  readonly cacheSize: number;
}

/** One request as the planner sees it. */
export interface PlanRequest<P extends Plan> {
  readonly actor: Actor;
  readonly model: string;
  readonly operation: Operation;
  /** Everything that decides the plan, as text; requests of different `resolve` never share one. */
  readonly shape: string;
  /** Resolves the request; runs only when its shape is new. */
  readonly resolve: (context: ResolveContext) => P;
}

/** A compiled statement with the places its values come from. */
interface Compiled<P extends Plan = Plan> {
  readonly statement: Statement<P>;
  readonly sources: readonly BoundSource[];
  readonly cost: CostNode;
}

/** A statement for one request, with what the rules said for its actor. */
export interface Prepared<P extends Plan> {
  readonly statement: Statement<P>;
  /** The values of the statement's params. Throws FTG_VALUE, FTG_CURSOR, FTG_COST. */
  readonly bind: (query: object, written?: readonly unknown[]) => readonly unknown[];
}

/** Prepares statements; holds the caches. */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #maker: TemplateMaker;
  readonly #rules: RuleBook;
  readonly #templates: LruCache<Template>;
  readonly #statements: LruCache<Compiled>;
  readonly #tags: LruCache<string>;

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#maker = { schema: options.schema, limits: options.limits };
    this.#rules = new RuleBook(options.schema, options.rules);
    this.#templates = new LruCache(options.cacheSize);
    this.#statements = new LruCache(options.cacheSize);
    this.#tags = new LruCache(options.cacheSize);
  }

  /** What one rule says for an actor. Throws FTG_FORBIDDEN when it says no to everything. */
  demand(model: string, operation: Operation, actor: Actor): RuleOutcome {
    const outcome = this.#rules.evaluate({ model, operation }, actor);
    const schema = this.#options.schema.models[model];
    if (outcome.answer === false && schema !== undefined) throw forbidden(schema, operation);
    return outcome;
  }

  /** The statement for a request. Throws FTG_QUERY, FTG_COST, FTG_FORBIDDEN, FTG_RULE. */
  prepare<P extends Plan>(request: PlanRequest<P>): Prepared<P> {
    const system = request.actor.kind === "system";
    const key = `${system ? "S" : "P"}${request.operation}:${request.model}:${request.shape}`;
    const template = this.#template(key, { system, operation: request.operation }, request.resolve);
    const outcomes = this.#outcomes(template, request);
    const compiled = this.#compiled(key, template, outcomes);
    return {
      statement: compiled.statement,
      bind: (query, written) => this.#bind(compiled, createBindInput(query, outcomes, written ?? [])),
    };
  }

  /** The tag that signs cursors of a list shape. */
  tagOf(shape: string): string {
    const known = this.#tags.get(shape);
    if (known !== undefined) return known;
    const tag = createCursorTag(this.#options.store.secret(), shape);
    this.#tags.set(shape, tag);
    return tag;
  }

  /** How often a request found its statement made. */
  stats(): CacheStats {
    return this.#statements.stats();
  }

  #template<P extends Plan>(key: string, kind: TemplateKind, resolve: (context: ResolveContext) => P): Template<P> {
    const known = this.#templates.get(key);
    // The key starts with the operation and its resolver's own shape, so what is found was made by the same resolver.
    if (known !== undefined) return known as Template<P>;
    const template = createTemplate(this.#maker, kind, resolve);
    this.#templates.set(key, template);
    return template;
  }

  #outcomes(template: Template, request: PlanRequest<Plan>): ReadonlyMap<string, RuleOutcome> {
    const outcomes = new Map<string, RuleOutcome>();
    for (const rule of template.rules)
      outcomes.set(`${rule.model}.${rule.operation}`, this.#rules.evaluate(rule, request.actor));
    if (request.actor.kind === "principal" && outcomes.get(`${request.model}.${request.operation}`)?.answer === false)
      this.demand(request.model, request.operation, request.actor);
    return outcomes;
  }

  #compiled<P extends Plan>(
    key: string,
    template: Template<P>,
    outcomes: ReadonlyMap<string, RuleOutcome>,
  ): Compiled<P> {
    let full = key;
    for (const outcome of outcomes.values()) full += `|${outcome.shape}`;
    const known = this.#statements.get(full);
    // Same reason as for templates: the key names the resolver that made the plan.
    if (known !== undefined) return known as Compiled<P>;
    const { plan, sources } = authorizeTemplate(this.#maker, template, outcomes);
    const compiled = {
      statement: this.#options.store.compile(plan),
      sources: createBoundSources(sources, (shape) => this.tagOf(shape)),
      cost: template.cost,
    };
    this.#statements.set(full, compiled);
    return compiled;
  }

  #bind(compiled: Compiled, input: ReturnType<typeof createBindInput>): readonly unknown[] {
    const values = bindValues(compiled.sources, input);
    const cost = evaluateCost(compiled.cost, values);
    if (cost <= this.#options.limits.maxCost) return values;
    throw new FootingError("FTG_COST", {
      detail: `The answer could hold ${cost} objects; at most ${this.#options.limits.maxCost} are allowed.`,
    });
  }
}

/**
 * The planner: from the shape of a request to a statement ready to bind. Two bounded caches: what is known of a
 * shape, with its statement when no rule must be evaluated; statements by shape and what the rules said. On a hit no
 * pass runs.
 */
import { evaluateMaxCost } from "../passes/bound-cost.ts";
import type { RowVisibility } from "../passes/live-rows.ts";
import type { QueryLimits, ResolveContext } from "../passes/resolve-context.ts";
import { isByRelevance } from "../passes/resolve-order.ts";
import { renderCursorShape } from "../passes/resolve-rows.ts";
import type { Plan, ReadPlan } from "../plan/plan.ts";
import type { RuleName, RuleTable } from "../schema/rules.ts";
import type { Operation, Schema } from "../schema/schema-model.ts";
import type { Store } from "../stores/contract/store.ts";
import { forbidden } from "../stores/contract/violations.ts";
import type { CacheStats } from "../util/lru-cache.ts";
import type { Actor } from "./actor.ts";
import { createBoundSources } from "./bind-values.ts";
import { createCursorTag } from "./cursor.ts";
import { RuleBook, type RuleOutcome } from "./evaluate-rule.ts";
import type { Compiled, Prepared } from "./prepared.ts";
import { ShapeCache } from "./shape-cache.ts";
import type { Shape, ShapeKey } from "./shape-key.ts";
import { authorizeTemplate, createTemplate, findRule, type Template, type TemplateMaker } from "./template.ts";

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
  /** The fields with a write rule that the caller sets; absent: none. */
  readonly guarded?: readonly string[];
  /** Absent: `live`. */
  readonly visibility?: RowVisibility;
  /** Everything else that decides the plan; requests of different `resolve` never share one. */
  readonly shape: ShapeKey;
  /** Resolves the request; runs only when its shape is new. */
  readonly resolve: (context: ResolveContext) => P;
}

/** What a shape led to. */
interface KnownShape<P extends Plan = Plan> {
  readonly key: Shape;
  readonly template: Template<P>;
  /** What its rules say to everyone, in their order; null for one that must be evaluated for each request. */
  readonly fixed: readonly (RuleOutcome | null)[];
  /** The place of the rule that a refusal names: that of the request's own model and operation. */
  readonly own: number;
  /** The one statement of a template whose rules are all fixed, once it is made. */
  readonly ready: Prepared<P> | null;
}

/** Prepares statements; holds the caches. */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #maker: TemplateMaker;
  readonly #rules: RuleBook;
  readonly #shapes: ShapeCache<KnownShape>;
  /** Of templates with rules that must be evaluated. */
  readonly #statements: ShapeCache<Compiled>;
  #hits = 0;
  #misses = 0;

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#maker = { schema: options.schema, limits: options.limits };
    this.#rules = new RuleBook(options.schema, options.rules);
    this.#shapes = new ShapeCache(options.cacheSize);
    this.#statements = new ShapeCache(options.cacheSize);
  }

  /** What one rule says for an actor. Throws FTG_FORBIDDEN when it says no to everything. */
  demand(model: string, operation: Operation, actor: Actor): RuleOutcome {
    const outcome = this.#rules.evaluate({ model, operation }, actor);
    if (outcome.answer === false) this.#refuse(model, operation);
    return outcome;
  }

  /** What one rule says for an actor. Throws FTG_RULE. */
  ask(rule: RuleName, actor: Actor): RuleOutcome {
    return this.#rules.evaluate(rule, actor);
  }

  /** The statement for a request. Throws FTG_QUERY, FTG_COST, FTG_FORBIDDEN, FTG_RULE. */
  prepare<P extends Plan>(request: PlanRequest<P>): Prepared<P> {
    const shape = this.#shape(request);
    if (shape.ready !== null) {
      this.#hits += 1;
      return shape.ready;
    }
    const { actor, model, operation } = request;
    const outcomes = shape.fixed.map((fixed, index) => fixed ?? this.#evaluate(shape, index, actor));
    if (outcomes[shape.own]?.answer === false) this.#refuse(model, operation);
    return shape.fixed.includes(null)
      ? Object.freeze({ compiled: this.#find(shape, outcomes), outcomes })
      : this.#fix(shape, outcomes);
  }

  /** How often a request found its statement ready, and how many shapes and statements are kept. */
  stats(): CacheStats {
    return { size: this.#shapes.size + this.#statements.size, hits: this.#hits, misses: this.#misses };
  }

  #shape<P extends Plan>(request: PlanRequest<P>): KnownShape<P> {
    const { actor, model, operation, guarded = [], visibility = "live", shape, resolve } = request;
    const key = [actor.kind, operation, visibility, model, guarded.length, ...guarded, ...shape.tokens];
    const known = this.#shapes.get(key);
    // The key starts with the operation and its resolver's own kind, so what is found was made by the same resolver.
    if (known !== undefined) return known as KnownShape<P>;
    const kind = { system: actor.kind === "system", operation, guarded, visibility };
    const template = createTemplate(this.#maker, kind, resolve);
    const fixed = template.rules.map((rule) => this.#rules.fixed(rule));
    const made = Object.freeze({ key, template, fixed, own: findRule(template, { model, operation }), ready: null });
    this.#shapes.set(key, made);
    return made;
  }

  #evaluate({ template }: KnownShape, index: number, actor: Actor): RuleOutcome {
    const rule = template.rules[index];
    if (rule === undefined) throw new RangeError(`The template has no rule ${index}.`);
    return this.#rules.evaluate(rule, actor);
  }

  /** Makes the statement that every request of the shape shares. */
  #fix<P extends Plan>(shape: KnownShape<P>, outcomes: readonly RuleOutcome[]): Prepared<P> {
    const ready = Object.freeze({ compiled: this.#compile(shape.template, outcomes), outcomes });
    this.#shapes.set(shape.key, Object.freeze({ ...shape, ready }));
    return ready;
  }

  /** The statement of the shape for what its rules said. */
  #find<P extends Plan>({ key, template, fixed }: KnownShape<P>, outcomes: readonly RuleOutcome[]): Compiled<P> {
    const full = [...key, ...outcomes.flatMap(({ shape }, index) => (fixed[index] === null ? shape : []))];
    const known = this.#statements.get(full);
    if (known !== undefined) {
      this.#hits += 1;
      // Same reason as for shapes: the key names the resolver that made the plan.
      return known as Compiled<P>;
    }
    const compiled = this.#compile(template, outcomes);
    this.#statements.set(full, compiled);
    return compiled;
  }

  #compile<P extends Plan>(template: Template<P>, outcomes: readonly RuleOutcome[]): Compiled<P> {
    this.#misses += 1;
    const { store, limits } = this.#options;
    const { plan, sources } = authorizeTemplate(this.#maker, template, outcomes);
    const tagOf = (shape: string): string => createCursorTag(store.secret(), shape);
    return Object.freeze({
      statement: store.compile(plan),
      sources: createBoundSources(sources, { tagOf, findRule: (rule) => findRule(template, rule) }),
      cost: evaluateMaxCost(template.cost, sources) <= limits.maxCost ? null : template.cost,
      maxCost: limits.maxCost,
      tag: hasCursor(plan) ? tagOf(renderCursorShape(plan.rows.model, plan.rows.order)) : "",
    });
  }

  #refuse(model: string, operation: Operation): void {
    const schema = this.#options.schema.models[model];
    if (schema !== undefined) throw forbidden(schema, operation);
  }
}

/** Whether the answer of the plan can be gone on from by a cursor. */
function hasCursor(plan: Plan): plan is ReadPlan {
  return plan.kind === "read" && !isByRelevance(plan.rows.order);
}

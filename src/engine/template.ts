/**
 * Templates: what is known of a request from its shape alone. The plan as resolved (no access decided yet),
 * where its values come from, and which rules must be asked before it may run.
 */
import type { Authority } from "../passes/authority.ts";
import { authorizePlan } from "../passes/authorize.ts";
import { type CostNode, createCost } from "../passes/bound-cost.ts";
import type { RowVisibility } from "../passes/live-rows.ts";
import { type QueryLimits, ResolveContext } from "../passes/resolve-context.ts";
import { resolveWhere } from "../passes/resolve-where.ts";
import type { ValueSource } from "../passes/value-source.ts";
import type { WhereReader } from "../passes/where-place.ts";
import type { Plan } from "../plan/plan.ts";
import { always, never, type PredicateNode } from "../plan/predicate-node.ts";
import type { RuleName } from "../schema/rules.ts";
import type { Operation, Schema } from "../schema/schema-model.ts";
import type { RuleOutcome } from "./evaluate-rule.ts";

/** A resolved request shape. */
export interface Template<P extends Plan = Plan> {
  readonly plan: P;
  readonly sources: readonly ValueSource[];
  /** The rules the plan depends on. */
  readonly rules: readonly RuleName[];
  readonly system: boolean;
  readonly operation: Operation;
  readonly guarded: readonly string[];
  readonly visibility: RowVisibility;
  readonly cost: CostNode;
}

/** What templates are made with. */
export interface TemplateMaker {
  readonly schema: Schema;
  readonly limits: QueryLimits;
}

/**
 * Resolves a request and finds the rules it needs.
 * @throws FootingError FTG_QUERY, FTG_COST: the request names something that is not there, or too much.
 */
export function createTemplate<P extends Plan>(
  maker: TemplateMaker,
  kind: TemplateKind,
  resolve: (context: ResolveContext) => P,
): Template<P> {
  const context = new ResolveContext(maker.schema, maker.limits, kind.system);
  const plan = resolve(context);
  return {
    ...kind,
    plan,
    sources: context.sources,
    rules: findRules(maker.schema, kind, plan),
    cost: createCost(plan),
  };
}

/** For whom, and for which operation, a template is made. */
export interface TemplateKind {
  readonly system: boolean;
  readonly operation: Operation;
  /** The fields with a write rule that the caller sets. */
  readonly guarded: readonly string[];
  /** Which rows of its own model the request means. */
  readonly visibility: RowVisibility;
}

/** The authorized plan of a template for what its rules said (in their order), with the sources of the rules' values appended. */
export function authorizeTemplate<P extends Plan>(
  maker: TemplateMaker,
  template: Template<P>,
  outcomes: readonly RuleOutcome[],
): { plan: P; sources: readonly ValueSource[] } {
  const context = new ResolveContext(maker.schema, maker.limits, true);
  context.sources.push(...template.sources);
  const decided = new Map<number, PredicateNode>();
  const authority = createAuthority(maker.schema, template, (rule) => {
    if (template.system) return always;
    const place = findRule(template, rule);
    const predicate = decided.get(place) ?? resolveRule(context, rule, outcomes[place]);
    decided.set(place, predicate);
    return predicate;
  });
  return { plan: authorizePlan(authority, template.plan), sources: context.sources };
}

/** The place of a rule among those of a template; -1 when the plan does not depend on it. */
export function findRule({ rules }: Pick<Template, "rules">, { model, operation, field }: RuleName): number {
  return rules.findIndex((rule) => rule.model === model && rule.operation === operation && rule.field === field);
}

/** Runs the authorize pass once with every door open, only to learn which rules it asks for and that all fields may be named. */
function findRules(schema: Schema, kind: TemplateKind, plan: Plan): readonly RuleName[] {
  const rules: RuleName[] = [];
  const authority = createAuthority(schema, kind, (rule) => {
    if (findRule({ rules }, rule) < 0) rules.push(rule);
    return recorded;
  });
  authorizePlan(authority, plan);
  return kind.system ? [] : rules;
}

function createAuthority(
  schema: Schema,
  { system, operation, guarded, visibility }: TemplateKind,
  decide: (rule: RuleName) => PredicateNode,
): Authority {
  return {
    schema,
    system,
    operation,
    guarded,
    visibility,
    rule: (model, name) => decide({ model, operation: name }),
    fieldRule: ({ model, field, use }) => decide({ model, field, operation: use }),
  };
}

/** Stands for a rule that is not known yet: neither open nor closed, so that nothing folds it away. */
const recorded: PredicateNode = Object.freeze({ kind: "and", items: [] });

function resolveRule(context: ResolveContext, rule: RuleName, outcome: RuleOutcome | undefined): PredicateNode {
  if (outcome === undefined || outcome.answer === false) return never;
  if (outcome.answer === true) return always;
  const reader: WhereReader = {
    context,
    failClosed: true,
    source: (path, type) => ({ from: "rule", rule, path, type }),
  };
  return resolveWhere(reader, { model: context.model(rule.model), where: outcome.answer, path: [] });
}

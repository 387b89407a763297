/**
 * Templates: what is known of a request from its shape alone. The plan as resolved (no access decided yet),
 * where its values come from, and which rules must be asked before it may run.
 */
import type { Authority } from "../passes/authority.ts";
import { authorizePlan } from "../passes/authorize.ts";
import { type CostNode, createCost } from "../passes/bound-cost.ts";
import type { RowScope } from "../passes/live-rows.ts";
import { type QueryLimits, ResolveContext } from "../passes/resolve-context.ts";
import { resolveWhere, type WhereReader } from "../passes/resolve-where.ts";
import type { ValueSource } from "../passes/value-source.ts";
import type { Plan } from "../plan/plan.ts";
import { always, never, type PredicateNode } from "../plan/predicate-node.ts";
import type { Operation, Schema } from "../schema/schema-model.ts";
import type { RuleName, RuleOutcome } from "./evaluate-rule.ts";

/** A resolved request shape. */
export interface Template<P extends Plan = Plan> {
  readonly plan: P;
  readonly sources: readonly ValueSource[];
  /** The rules the plan depends on. */
  readonly rules: readonly RuleName[];
  readonly system: boolean;
  readonly operation: Operation;
  readonly scope: RowScope;
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
  /** Which rows of its own model the request means. */
  readonly scope: RowScope;
}

/** The authorized plan of a template for what its rules said (in their order), with the sources of the rules' values appended. */
export function authorizeTemplate<P extends Plan>(
  maker: TemplateMaker,
  template: Template<P>,
  outcomes: readonly RuleOutcome[],
): { plan: P; sources: readonly ValueSource[] } {
  const context = new ResolveContext(maker.schema, maker.limits, true);
  context.sources.push(...template.sources);
  const decided = new Map<string, PredicateNode>();
  const authority: Authority = {
    schema: maker.schema,
    system: template.system,
    operation: template.operation,
    scope: template.scope,
    rule(model, operation) {
      const name = `${model}.${operation}`;
      const known = decided.get(name);
      if (known !== undefined) return known;
      const outcome = outcomes[findRule(template, { model, operation })];
      const predicate = template.system ? always : resolveRule(context, { model, operation }, outcome);
      decided.set(name, predicate);
      return predicate;
    },
  };
  return { plan: authorizePlan(authority, template.plan), sources: context.sources };
}

/** The place of a rule among those of a template; -1 when the plan does not depend on it. */
export function findRule({ rules }: Template, { model, operation }: RuleName): number {
  return rules.findIndex((rule) => rule.model === model && rule.operation === operation);
}

/** Runs the authorize pass once with every door open, only to learn which rules it asks for and that all fields may be named. */
function findRules(schema: Schema, kind: TemplateKind, plan: Plan): readonly RuleName[] {
  const rules = new Map<string, RuleName>();
  authorizePlan(
    {
      schema,
      ...kind,
      rule(model, operation) {
        rules.set(`${model}.${operation}`, { model, operation });
        return recorded;
      },
    },
    plan,
  );
  return kind.system ? [] : [...rules.values()];
}

/** Stands for a rule that is not known yet: neither open nor closed, so that nothing folds it away. */
const recorded: PredicateNode = Object.freeze({ kind: "and", items: [] });

function resolveRule(
  context: ResolveContext,
  { model, operation }: RuleName,
  outcome: RuleOutcome | undefined,
): PredicateNode {
  if (outcome === undefined || outcome.answer === false) return never;
  if (outcome.answer === true) return always;
  const reader: WhereReader = {
    context,
    failClosed: true,
    source: (path, type) => ({ from: "rule", model, operation, path, type }),
  };
  return resolveWhere(reader, { model: context.model(model), where: outcome.answer, path: [] });
}

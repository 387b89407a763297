/**
 * Resolves groups of rows: what they are grouped by, what is calculated, and the JSON they leave as. Decides nothing
 * about access.
 */
import { createGroups, type GroupsNode } from "../plan/aggregate-node.ts";
import { type AggregatePlan, createPlan } from "../plan/plan.ts";
import type { AggregateQuery } from "../plan/query.ts";
import type { ModelSchema, ScalarType } from "../schema/schema-model.ts";
import { GroupParts } from "./group-parts.ts";
import { queryError, type ResolveContext, refuseUnknown } from "./resolve-context.ts";
import { resolveGroupOrder } from "./resolve-group-order.ts";
import { composeGroupItems, resolveGroupOutput } from "./resolve-group-output.ts";
import { resolveHaving } from "./resolve-having.ts";
import { resolveFilter } from "./resolve-search.ts";

const countType: ScalarType = Object.freeze({ kind: "int", list: false });
const measureKeys = ["count", "countDistinct", "sum", "avg", "min", "max"] as const;
const aggregateKeys: ReadonlySet<string> = new Set([
  "model",
  "where",
  "search",
  "deleted",
  "groupBy",
  ...measureKeys,
  "output",
  "having",
  "orderBy",
  "limit",
  "offset",
]);

/** Resolves groups of the rows of a model. Throws FTG_QUERY, FTG_COST. */
export function resolveAggregate(context: ResolveContext, query: AggregateQuery): AggregatePlan {
  refuseUnknown(query, aggregateKeys, ["query"]);
  const model = context.model(query.model);
  return createPlan({ kind: "aggregate", groups: resolveGroups(context, model, query) });
}

function resolveGroups(context: ResolveContext, model: ModelSchema, query: AggregateQuery): GroupsNode {
  const parts = new GroupParts(context, model);
  const items = query.output === undefined ? composeGroupItems(parts, { ...query }, []) : resolveOutput(parts, query);
  const having = resolveHaving(parts, query.having, ["having"]);
  const order = resolveGroupOrder(parts, { items, orderBy: query.orderBy, path: ["orderBy"] });
  const { defaultLimit, maxLimit } = context.limits;
  return createGroups({
    model: model.name,
    access: null,
    where: resolveFilter(context, { model, query, path: [] }).where,
    keys: parts.keys,
    measures: parts.measures,
    items,
    having,
    order,
    limit: context.addParam({ from: "limit", path: ["limit"], fallback: defaultLimit, max: maxLimit }, countType),
    offset: query.offset === undefined ? null : context.addParam({ from: "offset", path: ["offset"] }, countType),
  });
}

function resolveOutput(parts: GroupParts, query: AggregateQuery): GroupsNode["items"] {
  const extra = (["groupBy", ...measureKeys] as const).find((name) => query[name] !== undefined);
  if (extra !== undefined) throw queryError([extra], "nothing (the output says it)", "a value");
  return resolveGroupOutput(parts, query.output, ["output"]);
}

/**
 * The cost pass: how many objects an answer can hold at most, as data that the engine evaluates with the
 * limits of each request. Pure arithmetic on the plan; it looks at no data.
 */

import type { Plan } from "../plan/plan.ts";
import type { OutputNode, PageItem, RowsNode, SelectNode } from "../plan/rows-node.ts";
import type { ValueSource } from "./value-source.ts";

/** Up to `limit` objects (the value of that param; null: one), and for each of them the children. */
export interface CostNode {
  readonly limit: number | null;
  readonly children: readonly CostNode[];
}

/** The cost tree of a plan. */
export function createCost(plan: Plan): CostNode {
  if (plan.kind === "read") return createRowsCost(plan.rows);
  if (plan.kind === "aggregate") return Object.freeze({ limit: plan.groups.limit?.index ?? null, children: [] });
  const select = plan.kind === "count" ? null : plan.returning?.select;
  return Object.freeze({ limit: null, children: select ? createSelectCost(select) : [] });
}

/** The objects an answer can hold at most, given the values of the plan's params. */
export function evaluateCost(cost: CostNode, values: readonly unknown[]): number {
  let each = 1;
  for (const child of cost.children) each += evaluateCost(child, values);
  return each * (cost.limit === null ? 1 : Number(values[cost.limit]));
}

/** The same for the largest limits that the sources of the params let through. */
export function evaluateMaxCost(cost: CostNode, sources: readonly ValueSource[]): number {
  return evaluateCost(
    cost,
    sources.map((source) => (source.from === "limit" ? source.max : Number.POSITIVE_INFINITY)),
  );
}

function createRowsCost(rows: RowsNode): CostNode {
  return Object.freeze({ limit: rows.limit?.index ?? null, children: createOutputCost(rows.output) });
}

function createOutputCost(output: OutputNode): readonly CostNode[] {
  return output.kind === "page" ? output.items.flatMap(createPageCost) : createSelectCost(output.select);
}

function createPageCost(item: PageItem): readonly CostNode[] {
  switch (item.kind) {
    case "rows":
      return createSelectCost(item.select);
    case "edges":
      return item.items.flatMap((edge) => (edge.kind === "row" ? createSelectCost(edge.select) : []));
    case "object":
      return item.items.flatMap(createPageCost);
    case "info":
    case "total":
    case "constant":
      return [];
  }
}

function createSelectCost(select: SelectNode): readonly CostNode[] {
  return select.items.flatMap((item): readonly CostNode[] => {
    if (item.kind === "aggregate") return [Object.freeze({ limit: null, children: [] })];
    if (item.kind === "one") return [Object.freeze({ limit: null, children: createSelectCost(item.select) })];
    return item.kind === "many" ? [createRowsCost(item.rows)] : [];
  });
}

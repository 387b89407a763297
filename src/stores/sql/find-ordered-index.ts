/** Finds the index that holds the rows of a list in its order. It reads plan and schema alone. */
import type { OrderNode } from "../../plan/order-node.ts";
import { isConstant, type PredicateNode } from "../../plan/predicate-node.ts";
import { listColumns } from "../../schema/list-columns.ts";
import type { ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { findColumn } from "./row-scope.ts";

/** Longest text that every index holds whole. */
const WHOLE_TEXT = 191;

/**
 * The name of an index that starts with the fixed columns, in any order, and goes on in the given order; null without one.
 * Behind its columns every index holds the key, as those of InnoDB do.
 */
export function findOrderedIndex(
  model: ModelSchema,
  fixed: readonly string[],
  order: readonly OrderNode[],
): string | null {
  const sorted = listSorted(model, order)?.filter((name) => !fixed.includes(name)) ?? null;
  if (sorted === null) return null;
  const columns = listColumns(model);
  const needed = [...fixed, ...sorted];
  if (!needed.every((name) => columns.some(({ column, type }) => column === name && isWhole(type)))) return null;
  const index = model.indexes.find(({ fields }) => {
    const own = fields.flatMap((field) => columns.filter((column) => column.field === field));
    const held = [...new Set([...own, ...model.key].map(({ column }) => column))];
    const start = held.slice(0, fixed.length);
    return fixed.every((name) => start.includes(name)) && sorted.every((name, at) => held[fixed.length + at] === name);
  });
  return index?.name ?? null;
}

/**
 * The columns to which conditions give one value each; null when they ask for anything else, but for a range of the column
 * that the order begins with.
 */
export function listFixed(
  model: ModelSchema,
  conditions: readonly PredicateNode[],
  order: readonly OrderNode[],
): readonly string[] | null {
  const [first] = listSorted(model, order) ?? [];
  const fixed = new Set<string>();
  for (const node of conditions.flatMap((each) => (each.kind === "and" ? each.items : [each]))) {
    if (isConstant(node, true)) continue;
    if (node.kind !== "compare" || node.column.kind !== "column") return null;
    if (model.fields[node.column.field]?.kind === "computed") return null;
    const { name } = findColumn(model, node.column);
    if (node.operator === "eq") fixed.add(name);
    else if (!RANGES.includes(node.operator) || name !== first) return null;
  }
  return [...fixed];
}

const RANGES: readonly string[] = ["lt", "lte", "gt", "gte"];

/** The columns of an order that goes one way; null when an index cannot have it. */
function listSorted(model: ModelSchema, order: readonly OrderNode[]): readonly string[] | null {
  const isPlain = order.every(
    (node) => node.hops.length === 0 && node.descending === order[0]?.descending && node.nulls === "smallest",
  );
  if (!isPlain) return null;
  const sorted = order.flatMap(({ value }) =>
    value.kind === "column" && value.shown === undefined && model.fields[value.field]?.kind !== "computed"
      ? [findColumn(model, value).name]
      : [],
  );
  return sorted.length < order.length ? null : sorted;
}

function isWhole({ kind, list, maxLength = Number.POSITIVE_INFINITY }: ScalarType): boolean {
  if (list || kind === "json" || kind === "bytes" || kind === "enum") return false;
  return kind !== "text" || maxLength <= WHOLE_TEXT;
}

/** Finds the index that holds the rows of one parent in the order of a list. It reads the schema alone. */
import type { OrderNode } from "../../plan/order-node.ts";
import { listColumns } from "../../schema/list-columns.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { findColumn, type RelatedRows } from "./row-scope.ts";

/** Longest text that every index holds whole. */
const WHOLE_TEXT = 191;

/**
 * The name of an index that starts with the fixed columns and goes on in the given order; null without one. Behind its
 * columns every index holds the key, as those of InnoDB do.
 */
export function findOrderedIndex({ far: { model }, fixed }: RelatedRows, order: readonly OrderNode[]): string | null {
  const isPlain = order.every(
    (node) => node.hops.length === 0 && node.descending === order[0]?.descending && node.nulls === "smallest",
  );
  if (fixed === null || !isPlain) return null;
  const sorted = order.flatMap(({ value }) =>
    value.kind === "column" && value.shown === undefined && model.fields[value.field]?.kind !== "computed"
      ? [findColumn(model, value).name]
      : [],
  );
  if (sorted.length < order.length) return null;
  const needed = [...fixed, ...sorted];
  const columns = listColumns(model);
  if (!needed.every((name) => columns.some(({ column, type }) => column === name && isWhole(type)))) return null;
  const index = model.indexes.find(({ fields }) => {
    const own = fields.flatMap((field) => columns.filter((column) => column.field === field));
    const held = [...new Set([...own, ...model.key].map(({ column }) => column))];
    return needed.every((name, place) => held[place] === name);
  });
  return index?.name ?? null;
}

function isWhole({ kind, list, maxLength = Number.POSITIVE_INFINITY }: ScalarType): boolean {
  if (list || kind === "json" || kind === "bytes" || kind === "enum") return false;
  return kind !== "text" || maxLength <= WHOLE_TEXT;
}

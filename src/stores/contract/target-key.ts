/** Reads the key that a write by key aims at out of its plan, for messages. It evaluates nothing. */
import type { ColumnNode } from "../../plan/column-node.ts";
import type { PredicateNode } from "../../plan/predicate-node.ts";
import type { JsonValue, ModelSchema } from "../../schema/schema-model.ts";
import type { Values } from "./store.ts";
import type { Key } from "./violations.ts";

/**
 * The key named by the `where` of a `single` target: one comparison per key part.
 *
 * A key part that is a ref is the ref's one column, so its name alone identifies it.
 */
export function targetKey(model: ModelSchema, where: PredicateNode, values: Values): Key {
  return model.key.map((part) => {
    const column: ColumnNode = { kind: "column", field: part.field, part: 0 };
    // Values are canonical JSON forms; a key part that is not compared is null, which no key can be.
    return (values[findParam(where, column) ?? -1] ?? null) as JsonValue;
  });
}

/** The index of the param that `column` is compared with. */
function findParam(where: PredicateNode, column: ColumnNode): number | undefined {
  if (where.kind === "and")
    return where.items.map((item) => findParam(item, column)).find((index) => index !== undefined);
  if (where.kind !== "compare" || where.operator !== "eq") return undefined;
  if (where.column.kind !== "column") return undefined;
  return where.column.field === column.field && where.column.part === column.part ? where.value.index : undefined;
}

/**
 * Resolves a comparison with another field: `{ updatedAt: { gt: { field: "createdAt" } } }`. The other field is one of
 * the same row, or of a row that to-one relations lead to.
 */
import { type ColumnNode, createColumn } from "../plan/column-node.ts";
import { createHop } from "../plan/order-node.ts";
import { always, type CompareOperator, createCompareColumns, type PredicateNode } from "../plan/predicate-node.ts";
import type { Field, ScalarType } from "../schema/schema-model.ts";
import { isPlainObject } from "../util/is-object.ts";
import { queryError } from "./resolve-context.ts";
import { resolveFieldPath } from "./resolve-order.ts";
import type { Place, WhereReader } from "./where-place.ts";

/** A column compared with what stands at a place. */
export interface Operand {
  readonly column: ColumnNode;
  readonly type: ScalarType;
  readonly place: Place;
}

/** Whether a comparison is with a field rather than with a value: no value of a comparable type is an object. */
export function isFieldOperand(value: unknown): value is { readonly field: string } {
  return isPlainObject(value) && Object.keys(value).length === 1 && typeof value["field"] === "string";
}

/** Resolves the comparison; both fields are of one type. Throws FTG_QUERY. */
export function resolveFieldOperand(
  reader: WhereReader,
  { column, type, place }: Operand,
  operator: CompareOperator,
): PredicateNode {
  const { context, failClosed } = reader;
  const path = [...place.path, "field"];
  const text = isFieldOperand(place.value) ? place.value.field : "";
  const { hops, field } = resolveFieldPath(context, place.model, { text, path });
  for (const _ of hops) context.countNode();
  const other = findType(field);
  if (other === null || !isComparable(type, other))
    throw queryError(path, `a field of type ${describe(type)}`, `${text}, which is ${describe(other)}`);
  return createCompareColumns({
    column,
    operator,
    // Rules are the app's own code and see all rows; for callers the authorize pass decides.
    hops: failClosed ? hops.map((hop) => createHop(hop.relation, always)) : hops,
    other: createColumn(field.name),
  });
}

/** The type of the one value that a field holds; null when it holds none. */
function findType(field: Field): ScalarType | null {
  if (field.kind === "scalar") return field.type;
  if (field.kind !== "ref") return null;
  const [first, ...others] = field.columns;
  return first === undefined || others.length > 0 ? null : first.type;
}

/** Decimals are written with the digits of their scale, and compare only with others of the same. */
function isComparable(left: ScalarType, right: ScalarType): boolean {
  return left.kind === right.kind && !left.list && !right.list && left.scale === right.scale;
}

function describe(type: ScalarType | null): string {
  if (type === null) return "a relation without a value of its own";
  if (type.list) return "a list";
  return type.kind === "decimal" ? `decimal with ${type.scale ?? 0} digits after the point` : type.kind;
}

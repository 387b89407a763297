/** Resolves conditions on what is calculated over groups: comparisons of measures with values of the query. */
import type { GroupConditionNode } from "../plan/aggregate-node.ts";
import type { ParamNode } from "../plan/param-node.ts";
import { type MeasureFunction, measureFunctions } from "../schema/measures.ts";
import { type Operator, orderOperators } from "../schema/operators.ts";
import type { ScalarType } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import type { AddedMeasure, GroupParts } from "./group-parts.ts";
import { listOf, queryError } from "./resolve-context.ts";
import type { Path } from "./value-source.ts";

/** What stands at a place of the query. */
interface Place {
  readonly value: unknown;
  readonly path: Path;
}

/** Resolves conditions, all of which must hold. Throws FTG_QUERY. */
export function resolveHaving(parts: GroupParts, having: unknown, path: Path): readonly GroupConditionNode[] {
  if (having === undefined) return [];
  const conditions = readObject({ value: having, path }, measureFunctions).flatMap(([name, place]) =>
    name === "count"
      ? resolveMeasure(parts, parts.addMeasure(name, undefined, place.path), place)
      : resolveFields(parts, name, place),
  );
  return Object.freeze(conditions);
}

function resolveFields(parts: GroupParts, name: MeasureFunction, place: Place): readonly GroupConditionNode[] {
  const { value, path } = place;
  if (!isPlainObject(value)) throw queryError(path, "an object of fields", describeValue(value));
  return Object.keys(value).flatMap((field) => {
    const inner = { value: value[field], path: [...path, field] };
    return resolveMeasure(parts, parts.addMeasure(name, field, inner.path), inner);
  });
}

function resolveMeasure(parts: GroupParts, measure: AddedMeasure, place: Place): readonly GroupConditionNode[] {
  if (!isPlainObject(place.value)) return [resolveOperator(parts, measure, { operator: "eq", ...place })];
  return readObject(place, orderOperators).map(([operator, inner]) =>
    resolveOperator(parts, measure, { operator, ...inner }),
  );
}

function resolveOperator(
  parts: GroupParts,
  { place: measure, type }: AddedMeasure,
  { operator, value, path }: Place & { readonly operator: Operator },
): GroupConditionNode {
  parts.context.countNode();
  if (value === undefined) throw queryError(path, "a value (leave the key out when it is not meant)", "undefined");
  const create = (name: GroupConditionNode["operator"], negated: boolean, param: ParamNode | null) =>
    Object.freeze<GroupConditionNode>({ kind: "groupCondition", measure, operator: name, negated, value: param });
  switch (operator) {
    case "isNull":
      if (typeof value !== "boolean") throw queryError(path, "true or false", describeValue(value));
      return create("isNull", !value, null);
    case "eq":
    case "not":
      return value === null
        ? create("isNull", operator === "not", null)
        : create("eq", operator === "not", addValue(parts, path, type));
    case "in":
    case "notIn":
      if (!Array.isArray(value)) throw queryError(path, "a list of values", describeValue(value));
      return create("in", operator === "notIn", addValue(parts, path, listOf(type)));
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      if (value === null) throw queryError(path, "a value to compare with (isNull asks for null)", "null");
      return create(operator, false, addValue(parts, path, type));
    default:
      throw queryError(path, orderOperators.join(", "), JSON.stringify(operator));
  }
}

function addValue({ context }: GroupParts, path: Path, type: ScalarType): ParamNode {
  return context.addParam({ from: type.kind === "decimal" ? "total" : "query", path, type }, type);
}

/** The entries of an object whose names are known; at least one. */
function readObject<K extends string>({ value, path }: Place, known: readonly K[]): readonly (readonly [K, Place])[] {
  if (!isPlainObject(value)) throw queryError(path, `an object of ${known.join(", ")}`, describeValue(value));
  const names = Object.keys(value);
  if (names.length === 0) throw queryError(path, `at least one of ${known.join(", ")}`, "an empty object");
  return names.map((name) => {
    const found = known.find((item) => item === name);
    if (found === undefined) throw queryError(path, known.join(", "), JSON.stringify(name));
    return [found, { value: value[name], path: [...path, name] }];
  });
}

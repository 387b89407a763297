/** Resolves one calculation over several rows: a function, and the field that it takes values of. */
import { createColumn } from "../plan/column-node.ts";
import { createMeasure, type MeasureNode } from "../plan/measure-node.ts";
import { type MeasureFunction, measuredType, measureType } from "../schema/measures.ts";
import type { ModelSchema, ScalarType } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { queryError, type ResolveContext } from "./resolve-context.ts";
import type { Path } from "./value-source.ts";
import { withoutLimits } from "./where-place.ts";

/** A calculation with the type of what it gives. */
export interface ResolvedMeasure {
  readonly node: MeasureNode;
  readonly type: ScalarType;
}

/** A calculation as the caller gave it; `field` is undefined for `count`. */
export interface MeasureInput {
  readonly name: MeasureFunction;
  readonly field: unknown;
  readonly path: Path;
}

/** Resolves a calculation over rows of the model. Throws FTG_QUERY. */
export function resolveMeasure(
  context: ResolveContext,
  model: ModelSchema,
  { name, field, path }: MeasureInput,
): ResolvedMeasure {
  context.countNode();
  if (name === "count") return { node: createMeasure(name, null), type: measureType(name, null) };
  if (typeof field !== "string") throw queryError(path, "the name of a field", describeValue(field));
  const type = measuredType(name, context.field(model, field));
  if (type === null) throw queryError(path, `a field that ${name} can be taken of`, `${model.name}.${field}`);
  return { node: createMeasure(name, createColumn(field)), type: measureType(name, withoutLimits(type)) };
}

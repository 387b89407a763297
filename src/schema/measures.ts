/** What can be calculated over the rows of a group, of which types, and what comes out. It calculates nothing itself. */
import { isSortable } from "./operators.ts";
import { type Field, isValueField, type ScalarType } from "./schema-model.ts";

/** A calculation over the rows of a group. */
export type MeasureFunction = "count" | "countDistinct" | "sum" | "avg" | "min" | "max";

/** All of them, in the order in which an answer shows them. */
export const measureFunctions: readonly MeasureFunction[] = ["count", "countDistinct", "sum", "avg", "min", "max"];

/** Most digits that a sum has: those of 38-digit decimals, and 27 more for how many there are. */
const SUM_PRECISION = 65;

const int: ScalarType = Object.freeze({ kind: "int", list: false });
const float: ScalarType = Object.freeze({ kind: "float", list: false });

/**
 * The type of the values that the function takes of a field; null when it takes none. `count` takes none of any; of a
 * reference to a key of one part the key counts, which has no sum.
 */
export function measuredType(name: MeasureFunction, field: Field): ScalarType | null {
  if (isValueField(field)) return isMeasurable(name, field.type) ? field.type : null;
  const [first, ...others] = field.kind === "ref" ? field.columns : [];
  if (first === undefined || others.length > 0 || name === "sum" || name === "avg") return null;
  return isMeasurable(name, first.type) ? first.type : null;
}

function isMeasurable(name: MeasureFunction, type: ScalarType): boolean {
  switch (name) {
    case "count":
      return false;
    case "sum":
    case "avg":
      return !type.list && isNumber(type);
    default:
      return isSortable(type);
  }
}

/**
 * The type of what the function gives for values of the type; null for `count`. A sum of whole numbers is a decimal
 * without digits behind the point, whose JSON form is that of a bigint: it may need more than 64 bits.
 */
export function measureType(name: MeasureFunction, type: ScalarType | null): ScalarType {
  switch (name) {
    case "count":
    case "countDistinct":
      return int;
    case "avg":
      return float;
    case "sum":
      if (type?.kind === "float") return float;
      return Object.freeze({ kind: "decimal", list: false, precision: SUM_PRECISION, scale: type?.scale ?? 0 });
    default:
      return type ?? int;
  }
}

function isNumber({ kind }: ScalarType): boolean {
  return kind === "int" || kind === "bigint" || kind === "float" || kind === "decimal";
}

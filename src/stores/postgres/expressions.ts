/** How PostgreSQL computes values. Where 64 bits may not do it calculates with numerics, which do not overflow. */
import type { ScalarType } from "../../schema/schema-model.ts";
import type { ExpressionDialect } from "../sql/expression-dialect.ts";
import { paramType } from "./codec.ts";
import { UPPER_FUNCTION } from "./functions.ts";

const signs = { add: "+", subtract: "-", multiply: "*" } as const;

/** PostgreSQL's part of compiling expressions. */
export const expressions: ExpressionDialect = Object.freeze<ExpressionDialect>({
  constant: (literal) => `(${literal})`,
  concat: (items) => `(${items.join(" || ")})`,
  length: (text) => `length(${text})::bigint`,
  upper: (text) => `(${UPPER_FUNCTION}(${text}) COLLATE "C")`,
  convert: writeConversion,
  calculate: (operator, { left, right, type }) => {
    if (type.kind === "decimal") return `(${left} ${signs[operator]} ${right})`;
    const result = `${left}::numeric ${signs[operator]} ${right}`;
    return keepWithin(result, type.kind === "int" ? "9007199254740992" : "9223372036854775808");
  },
});

function keepWithin(value: string, bound: string): string {
  return `nullif(nullif(least(greatest(${value}, -${bound}), ${bound}), -${bound}), ${bound})::bigint`;
}

function writeConversion(x: string, from: ScalarType, to: ScalarType): string {
  switch (to.kind) {
    case "text":
      return `((${x})::text COLLATE "C")`;
    case "float":
      return `(${x})::float8`;
    case "decimal":
      return `(${x})::numeric(${to.precision},${to.scale})`;
    default:
      return from.kind === to.kind ? x : `(${x})::${paramType(to)}`;
  }
}

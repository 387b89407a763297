/** How SQLite computes values, and the functions that calculate with decimals, which it stores as text. */
import type { DatabaseSync } from "node:sqlite";
import type { ScalarType } from "../../schema/schema-model.ts";
import { calculateDecimals, scaleDecimal } from "../../util/digits.ts";
import { raiseCase } from "../../util/fold-case.ts";
import type { ExpressionDialect } from "../sql/expression-dialect.ts";

const names = {
  /** Two decimals added, subtracted or multiplied. */
  calculate: "footing_decimal_calculate",
  /** A decimal as a float. */
  float: "footing_decimal_to_float",
  /** A decimal with more digits after the point. */
  scale: "footing_decimal_scale",
  /** A text in upper case. */
  upper: "footing_upper",
} as const;

const signs = { add: "+", subtract: "-", multiply: "*" } as const;

/** SQLite's part of compiling expressions. */
export const expressions: ExpressionDialect = Object.freeze<ExpressionDialect>({
  constant: (literal, { kind }) => (kind === "float" ? `CAST(${literal} AS REAL)` : literal),
  concat: (items) => `(${items.join(" || ")})`,
  length: (text) => `length(${text})`,
  upper: (text) => `${names.upper}(${text})`,
  convert: writeConversion,
  calculate: (operator, { left, right, type }) => {
    if (type.kind === "decimal") return `${names.calculate}('${operator}', ${left}, ${right})`;
    const bound = type.kind === "int" ? "9007199254740992" : "9223372036854775808";
    return keepWithin(`${left} ${signs[operator]} ${right}`, bound, type);
  },
});

/** Teaches a connection the functions. */
export function registerExpressions(database: DatabaseSync): void {
  const options = { deterministic: true };
  database.function(names.calculate, options, (operator, left, right) =>
    left === null || right === null ? null : calculateDecimals(String(operator), String(left), String(right)),
  );
  database.function(names.float, options, (value) => (value === null ? null : Number(value)));
  database.function(names.upper, options, (text) => (text === null ? null : raiseCase(String(text))));
  database.function(names.scale, options, (value, scale) =>
    value === null ? null : scaleDecimal(String(value), Number(scale)),
  );
}

/** What leaves 64 bits is a float in SQLite, and beyond the bounds in any case. */
function keepWithin(value: string, bound: string, { kind }: ScalarType): string {
  const upper = kind === "int" ? bound : `${bound}.0`;
  return `nullif(nullif(min(max(${value}, -${bound}), ${upper}), -${bound}), ${upper})`;
}

function writeConversion(x: string, from: ScalarType, to: ScalarType): string {
  switch (to.kind) {
    case "text":
      return `CAST(${x} AS TEXT)`;
    case "float":
      return from.kind === "decimal" ? `${names.float}(${x})` : `CAST(${x} AS REAL)`;
    case "decimal":
      return `${names.scale}(CAST(${x} AS TEXT), ${to.scale ?? 0})`;
    default:
      return x;
  }
}

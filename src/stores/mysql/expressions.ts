/** How MySQL and MariaDB compute values. Whole numbers are calculated with as decimals, which do not overflow here. */
import type { ScalarType } from "../../schema/schema-model.ts";
import type { ExpressionDialect } from "../sql/expression-dialect.ts";
import { columnType } from "./codec.ts";

const signs = { add: "+", subtract: "-", multiply: "*" } as const;

/** The part of compiling expressions that both engines share; `collation` is that of the columns, `upper` writes a text in upper case. */
export function createExpressions(collation: string, upper: ExpressionDialect["upper"]): ExpressionDialect {
  return Object.freeze<ExpressionDialect>({
    constant: (literal, type) => writeConstant(literal, type, collation),
    concat: (items) => `CONCAT(${items.join(", ")})`,
    length: (text) => `CHAR_LENGTH(${text})`,
    upper,
    convert: (x, _, to) => (to.kind === "text" ? `(CAST(${x} AS CHAR(20)) COLLATE ${collation})` : writeCast(x, to)),
    calculate: (operator, { left, right, type }) => {
      if (type.kind === "decimal") return writeCast(`${left} ${signs[operator]} ${right}`, type);
      const result = `CAST(${left} AS DECIMAL(20,0)) ${signs[operator]} CAST(${right} AS DECIMAL(20,0))`;
      return keepWithin(result, type.kind === "int" ? "9007199254740992" : "9223372036854775808");
    },
  });
}

function writeConstant(literal: string, type: ScalarType, collation: string): string {
  switch (type.kind) {
    case "text":
    case "uuid":
      return `(${literal} COLLATE ${collation})`;
    case "date":
    case "datetime":
    case "decimal":
    case "float":
      return writeCast(literal, type);
    default:
      return literal;
  }
}

function writeCast(x: string, type: ScalarType): string {
  return type.kind === "bigint" || type.kind === "int" ? x : `CAST(${x} AS ${columnType(type)})`;
}

function keepWithin(value: string, bound: string): string {
  return `CAST(NULLIF(NULLIF(LEAST(GREATEST(${value}, -${bound}), ${bound}), -${bound}), ${bound}) AS SIGNED)`;
}

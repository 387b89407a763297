/** How SQLite calculates over the rows of a group, and the functions that make its sums exact. */
import type { DatabaseSync } from "node:sqlite";
import type { BucketUnit } from "../../plan/aggregate-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { readDigits, writeDigits } from "../../util/digits.ts";
import { totalOutOfRange } from "../contract/total-range.ts";
import type { AggregateDialect } from "../sql/aggregate-dialect.ts";
import { FUNCTIONS, parseDecimalKey } from "./codec.ts";

const names = {
  /** The sum of whole numbers, of the sums of their upper and lower halves. */
  wholeSum: "footing_whole_sum",
  /** The sum of decimals of one scale as digits without a point, an aggregate. */
  digitSum: "footing_digit_sum",
  /** Such digits with the point back in its place. */
  decimal: "footing_decimal",
  /** A float as it is; refuses what is none. */
  finite: "footing_finite",
  /** A sum as digits, divided by a number. */
  ratio: "footing_ratio",
  /** The decimal that a sortable text is made of. */
  decimalOf: "footing_decimal_of",
} as const;

/** SQLite's part of compiling aggregates. */
export const aggregates: AggregateDialect = Object.freeze<AggregateDialect>({
  sum: writeSum,
  average: (x, type) =>
    type.kind === "float" ? `${names.finite}(avg(${x}))` : `${names.ratio}(${writeSum(x, type)}, count(${x}))`,
  least: (x, type) => writeEnd("min", x, type),
  greatest: (x, type) => writeEnd("max", x, type),
  shift: (x, seconds) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${x}, (${seconds}) || ' seconds')`,
  truncate: (x, unit, { kind }) => truncate(x, unit, kind === "date" ? "" : "T00:00:00.000Z"),
});

/** Teaches a connection the functions. */
export function registerAggregates(database: DatabaseSync): void {
  const options = { deterministic: true };
  database.function(names.wholeSum, { ...options, useBigIntArguments: true }, (upper, lower) =>
    typeof upper === "bigint" && typeof lower === "bigint" ? String((upper << 32n) + lower) : null,
  );
  database.function(names.finite, options, (sum) => {
    if (sum !== null && !Number.isFinite(sum)) throw totalOutOfRange();
    return sum;
  });
  database.function(names.ratio, options, (sum, count) => (sum === null ? null : Number(sum) / Number(count)));
  database.function(names.decimalOf, options, (key) => (key === null ? null : parseDecimalKey(String(key))));
  database.function(names.decimal, options, (digits, scale) =>
    digits === null ? null : writeDigits(BigInt(String(digits)), Number(scale)),
  );
  database.aggregate(names.digitSum, {
    start: null,
    step: (total, value) =>
      value === null ? total : (typeof total === "bigint" ? total : 0n) + readDigits(String(value)),
    // Beyond 64 bits it must leave as text.
    result: (total) => total?.toString() ?? null,
  });
}

/** A sum of integers that leaves 64 bits is an error in SQLite, so it adds their halves, which never do. */
function writeSum(x: string, type: ScalarType): string {
  if (type.kind === "float") return `${names.finite}(sum(${x}))`;
  if (type.kind === "decimal") return `${names.decimal}(${names.digitSum}(${x}), ${type.scale ?? 0})`;
  return `${names.wholeSum}(sum(${x} >> 32), sum(${x} & 4294967295))`;
}

function writeEnd(name: "min" | "max", x: string, { kind }: ScalarType): string {
  return kind === "decimal" ? `${names.decimalOf}(${name}(${FUNCTIONS.decimalKey}(${x})))` : `${name}(${x})`;
}

function truncate(x: string, unit: BucketUnit, midnight: string): string {
  switch (unit) {
    case "hour":
      return `substr(${x}, 1, 13) || ':00:00.000Z'`;
    case "day":
      return `substr(${x}, 1, 10) || '${midnight}'`;
    case "week":
      return `date(${x}, '-6 days', 'weekday 1') || '${midnight}'`;
    case "month":
      return `substr(${x}, 1, 7) || '-01${midnight}'`;
    case "quarter":
      return `substr(${x}, 1, 5) || printf('%02d', (substr(${x}, 6, 2) - 1) / 3 * 3 + 1) || '-01${midnight}'`;
    case "year":
      return `substr(${x}, 1, 4) || '-01-01${midnight}'`;
  }
}

/** How MySQL and MariaDB calculate over the rows of a group. Sums of whole numbers are decimals, which do not overflow. */
import type { BucketUnit } from "../../plan/aggregate-node.ts";
import type { AggregateDialect } from "../sql/aggregate-dialect.ts";

/** The part of compiling aggregates that both engines share. */
export const aggregates: AggregateDialect = Object.freeze<AggregateDialect>({
  sum: (x, { kind }) => (kind === "float" ? writeFloatSum(x) : `SUM(${x})`),
  average: (x, { kind }) => `(${kind === "float" ? writeFloatSum(x) : `CAST(SUM(${x}) AS DOUBLE)`} / COUNT(${x}))`,
  least: (x) => `MIN(${x})`,
  greatest: (x) => `MAX(${x})`,
  shift: (x, seconds) => `DATE_ADD(${x}, INTERVAL (${seconds}) SECOND)`,
  truncate: (x, unit, { kind }) => `CAST(${truncate(x, unit)} AS ${kind === "date" ? "DATE" : "DATETIME(3)"})`,
});

/** The server makes a sum that is too large the largest float. Doubling is refused where it goes beyond that. */
function writeFloatSum(x: string): string {
  return `IF(ABS(SUM(${x})) < ${Number.MAX_VALUE}, SUM(${x}), SUM(${x} / 2) * 2)`;
}

/** Put together of text: functions that make dates take small years for years of this century. */
function truncate(x: string, unit: BucketUnit): string {
  switch (unit) {
    case "hour":
      return `CONCAT(LEFT(${x}, 13), ':00:00')`;
    case "day":
      return `LEFT(${x}, 10)`;
    case "week":
      return `DATE_SUB(CAST(${x} AS DATE), INTERVAL WEEKDAY(${x}) DAY)`;
    case "month":
      return `CONCAT(LEFT(${x}, 7), '-01')`;
    case "quarter":
      return `CONCAT(LEFT(${x}, 5), LPAD(QUARTER(${x}) * 3 - 2, 2, '0'), '-01')`;
    case "year":
      return `CONCAT(LEFT(${x}, 4), '-01-01')`;
  }
}

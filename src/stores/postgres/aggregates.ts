/** How PostgreSQL calculates over the rows of a group. Sums of whole numbers are numerics, which never overflow. */
import type { AggregateDialect } from "../sql/aggregate-dialect.ts";

/** PostgreSQL's part of compiling aggregates. */
export const aggregates: AggregateDialect = Object.freeze<AggregateDialect>({
  sum: (x) => `sum(${x})`,
  average: (x) => `(sum(${x})::float8 / count(${x}))`,
  // Before version 18 there is no smallest uuid; their texts sort as they do.
  least: (x, { kind }) =>
    kind === "bool" ? `bool_and(${x})` : kind === "uuid" ? `min(${x}::text)::uuid` : `min(${x})`,
  greatest: (x, { kind }) =>
    kind === "bool" ? `bool_or(${x})` : kind === "uuid" ? `max(${x}::text)::uuid` : `max(${x})`,
  shift: (x, seconds) => `(${x} + (${seconds}) * interval '1 second')`,
  truncate: (x, unit, { kind }) =>
    kind === "date" ? `date_trunc('${unit}', ${x}::timestamp)::date` : `date_trunc('${unit}', ${x}, 'UTC')`,
});

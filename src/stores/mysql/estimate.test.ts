import { expect, test } from "vitest";
import { estimate } from "./estimate.ts";

const table = (rows: number, filtered: number, name = "rows") => ({ table_name: "t1", [name]: rows, filtered });

// Both engines, and each version of MariaDB, nest the tables in their own way.
const plans: readonly [string, number, object][] = [
  ["one table", 250, { query_block: { select_id: 1, table: table(1000, 25) } }],
  ["a join", 500, { query_block: { nested_loop: [{ table: table(100, 50) }, { table: table(10, 100) }] } }],
  [
    "a join with a buffer",
    40,
    { query_block: { nested_loop: [{ table: table(4, 100) }, { "block-nl-join": { table: table(10, 100) } }] } },
  ],
  ["numbers as texts", 60, { query_block: { table: { rows_examined_per_scan: 600, filtered: "10.00" } } }],
  ["nothing to be found", 0, { query_block: { table: { message: "Impossible WHERE" } } }],
  ["no table at all", 0, { query_block: { message: "no matching row in const table" } }],
  [
    "a query inside",
    8,
    {
      query_block: {
        table: { ...table(8, 100), attached_subqueries: [{ query_block: { table: table(99, 100) } }] },
        subqueries: [{ query_block: { table: table(99, 100) } }],
      },
    },
  ],
  [
    "rows that are written down first",
    6,
    { query_block: { table: { ...table(6, 100), materialized: { query_block: { table: table(99, 100) } } } } },
  ],
  ["steps", 1200, { query: "…", query_plan: { operation: "Table scan on t1", estimated_rows: 1200.0 } }],
  [
    "steps inside steps",
    120,
    { query_plan: { operation: "Filter", estimated_rows: 120.00000178813934, inputs: [{ estimated_rows: 1200.0 }] } },
  ],
  ["a step that does not say", 7, { query_plan: { operation: "Stream", inputs: [{ estimated_rows: 7.0 }] } }],
  ["steps that find nothing", 0, { query_plan: { operation: "Zero rows", estimated_rows: 0.0 } }],
];

test.each(plans)("%s", (_name, rows, plan) => {
  expect(estimate.read(JSON.stringify(plan))).toBe(rows);
  expect(estimate.read(Buffer.from(JSON.stringify(plan)))).toBe(rows);
});

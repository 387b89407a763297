/** Asks PostgreSQL's planner how many rows it expects of a query. It runs no query, and parses no plan beyond that number. */
import type { EstimateDialect } from "../sql/dialect.ts";

/** EXPLAIN without ANALYZE plans with the values of this request, and reads no table. */
export const estimate: EstimateDialect = Object.freeze<EstimateDialect>({
  explain: (query) => `EXPLAIN (FORMAT JSON) ${query}`,
  read: (plan) => {
    const [explained] = JSON.parse(String(plan));
    return Number(explained.Plan["Plan Rows"]);
  },
});

/** Turns the names of what is to be calculated, which are known to be right, into the form of the query language. */
import type { MeasuresQuery } from "../../plan/query.ts";
import { measureFunctions } from "../../schema/measures.ts";

/** `count` and `sum.population` as `{ count: true, sum: ["population"] }`. */
export function createMeasures(names: readonly string[]): MeasuresQuery {
  const fields = measureFunctions.flatMap((name): [string, readonly string[]][] => {
    const own = names.filter((item) => item.startsWith(`${name}.`)).map((item) => item.slice(name.length + 1));
    return own.length === 0 ? [] : [[name, own]];
  });
  return { ...(names.includes("count") && { count: true }), ...Object.fromEntries(fields) };
}

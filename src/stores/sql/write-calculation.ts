/** How most engines calculate with numbers. */
import type { Calculated } from "./expression-dialect.ts";

const signs = { add: "+", multiply: "*" } as const;

/** Two numbers added or multiplied. */
export function writeCalculation(operator: "add" | "multiply", { left, right }: Calculated): string {
  return `${left} ${signs[operator]} ${right}`;
}

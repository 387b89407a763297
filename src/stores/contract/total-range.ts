/** The one refusal of a calculation: floats whose sum no float can hold. Everything else is exact. */
import { FootingError } from "../../errors/footing-error.ts";

/** The error for a sum or mean of floats that is beyond the range of floats. */
export function totalOutOfRange(cause?: unknown): FootingError {
  return new FootingError("FTG_VALUE", {
    detail: "A sum of floats is larger than a float can be.",
    fix: "Narrow the filter, or store the values as decimals.",
    ...(cause !== undefined && { cause }),
  });
}

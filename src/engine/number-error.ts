/** Tells which row of many an error is about. */
import { FootingError, relocateError } from "../errors/footing-error.ts";

/** The error of one row of many, its paths led by the number of the row. */
export function numberError(error: unknown, index: number): unknown {
  if (!(error instanceof FootingError)) return error;
  return relocateError(error, {
    detail: `Row ${index}: ${error.message}`,
    problems: error.problems.map((problem) => ({ ...problem, path: `/${index}${problem.path}` })),
  });
}

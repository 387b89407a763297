/** Says where in the data of a write a part of it failed. */
import { FootingError, relocateError } from "../errors/footing-error.ts";

/** What `work` answers; its errors, and the places they name, are led by the path, a JSON Pointer. */
export async function atPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw leadError(path, error);
  }
}

/** The same for work that is done at once. */
export function atPathSync<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw leadError(path, error);
  }
}

/** The error of a part of a write, with the places that it names led by the path of the part. */
export function leadError(path: string, error: unknown): unknown {
  if (!(error instanceof FootingError)) return error;
  const problems =
    error.problems.length === 0
      ? [{ path, detail: error.message }]
      : error.problems.map((problem) => ({ ...problem, path: `${path}${problem.path}` }));
  const detail = error.message.startsWith("/") ? `${path}${error.message}` : `${path}: ${error.message}`;
  return relocateError(error, { detail, problems });
}

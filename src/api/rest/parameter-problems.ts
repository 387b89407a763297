/** Collects everything wrong with the parameters of one request, so that a caller learns all of it at once. */
import type { ErrorCode } from "../../errors/catalogue.ts";
import { FootingError, type Problem } from "../../errors/footing-error.ts";
import { findNearest } from "../../util/nearest.ts";
import type { NumberParameter } from "./door.ts";

/** A name nobody knows. */
export interface UnknownName {
  /** The parameter. */
  readonly path: string;
  /** What the name was taken for, e.g. `parameter`. */
  readonly what: string;
  readonly name: string;
  readonly accepted: Iterable<string>;
}

/** The problems found so far. */
export class ParameterProblems {
  readonly #problems: Problem[] = [];
  #code: ErrorCode = "FTG_VALUE";

  /** A parameter that is unknown, repeated or of the wrong form. */
  add(name: string, detail: string, fix?: string): void {
    this.#code = "FTG_PARAMETER";
    this.#problems.push({ path: name, detail, ...(fix !== undefined && { fix }) });
  }

  /** A name that is none of the accepted ones; proposes the nearest. */
  addUnknown({ path, what, name, accepted }: UnknownName): void {
    const nearest = findNearest(name, accepted);
    const shown = JSON.stringify(name.slice(0, 100));
    if (nearest === undefined) this.add(path, `Unknown ${what} ${shown}.`);
    else this.add(path, `Unknown ${what} ${shown}; did you mean ${JSON.stringify(nearest)}?`, `Use ${nearest}.`);
  }

  /** A number that is out of range, or not one at all. */
  addNumber({ name, minimum, maximum, fallback }: NumberParameter, text: string): void {
    const more = name === "limit" ? " More rows come page by page, with `after`." : "";
    const absence = fallback === null ? "all rows come." : `it is ${fallback}.${more}`;
    this.add(
      name,
      `${name} must be a whole number from ${minimum} to ${maximum}; got ${JSON.stringify(text.slice(0, 60))}.`,
      `Write ${name} in plain digits, or leave it out: then ${absence}`,
    );
  }

  /** A value that its type refused. Rethrows what is no FootingError. */
  addValue(name: string, error: unknown): void {
    if (!(error instanceof FootingError)) throw error;
    this.#problems.push({ path: name, detail: error.message });
  }

  /** Throws FTG_PARAMETER, or FTG_VALUE when only values are wrong; with one problem, its words are the detail. */
  throwIfAny(): void {
    const [first, ...others] = this.#problems;
    if (first === undefined) return;
    const names = this.#problems.map(({ path }) => path).join(", ");
    throw new FootingError(this.#code, {
      detail: others.length === 0 ? first.detail : `${this.#problems.length} parameters are wrong: ${names}.`,
      ...(first.fix !== undefined && others.length === 0 && { fix: first.fix }),
      problems: this.#problems,
    });
  }
}

/** Collects everything that is wrong with a schema, so that one failed boot shows all of it. */
import { FootingError, type Problem } from "../errors/footing-error.ts";
import { findNearest } from "../util/nearest.ts";

/** The problems found so far, in the order found. */
export class ProblemList {
  readonly #problems: Problem[] = [];

  /** Notes that `path` (`City.region`) is wrong: what was expected and what came, and what to do about it. */
  add(path: string, detail: string, fix: string): void {
    this.#problems.push({ path, detail, fix });
  }

  /** Notes an unknown name with the nearest of the names that would do. */
  addUnknown(path: string, detail: string, names: UnknownName): void {
    const nearest = findNearest(names.name, names.candidates);
    const list = [...names.candidates].join(", ");
    this.add(
      path,
      detail,
      nearest === undefined ? `Use one of: ${list === "" ? "none is declared" : list}.` : `Did you mean ${nearest}?`,
    );
  }

  /**
   * Throws if anything was noted.
   * @throws FootingError FTG_SCHEMA with every problem.
   */
  throwIfAny(): void {
    const count = this.#problems.length;
    if (count === 0) return;
    const detail =
      count === 1 ? `${this.#problems[0]?.path}: ${this.#problems[0]?.detail}` : `${count} declarations are wrong.`;
    throw new FootingError("FTG_SCHEMA", { detail, problems: this.#problems });
  }
}

/** A name that is not known, and those that are. */
export interface UnknownName {
  readonly name: string;
  readonly candidates: Iterable<string>;
}

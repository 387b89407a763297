/**
 * What a store can do, as a record in which every field is required: code above asks this and never which
 * store it talks to.
 */

/** When an acknowledged write survives. */
export type Durability = "power-loss" | "process-kill" | "none";

/** The answers of one open store. */
export interface Capabilities {
  /** For messages only, e.g. `SQLite 3.53.0`. */
  readonly label: string;
  /** What an acknowledged write survives. */
  readonly durability: Durability;
  /** One sentence for the boot line, e.g. `WAL, synchronous=FULL`. */
  readonly guarantee: string;
  /** Can one statement read relations to any depth? Otherwise a pass splits the plan. */
  readonly nestedReads: "one-statement" | "none";
  /** Can a condition look into related rows? */
  readonly relationFilters: boolean;
  /** Do several writes succeed or fail together? */
  readonly transactions: "serializable" | "read-committed" | "none";
  /** Does the store itself refuse a reference to a missing row? */
  readonly foreignKeys: boolean;
  /** Levels of a json value that a condition sees; of what is deeper it takes the whole value for null. */
  readonly jsonDepth: number;
  /**
   * Whose letters have an upper and a lower case to `ieq` and its kin, for messages. Newer versions of Unicode add scripts;
   * all that are named here agree on those in use.
   */
  readonly letters: string;
  /**
   * What a search finds: also what its own transaction wrote, or only what is committed. The rows are the same
   * everywhere; in which order they come by relevance is each store's own.
   */
  readonly search: "own-writes" | "committed";
  /**
   * What can be said about the number of rows without counting them: what the planner of the database expects, which may be
   * far off, or nothing. Where it is nothing, every estimate is a count.
   */
  readonly estimates: "planner" | "none";
  /** Most digits of a decimal behind the point; a schema that asks for more is refused when the store opens. */
  readonly decimalScale: number;
  /** Longest identifier in bytes. */
  readonly maxIdentifier: number;
}

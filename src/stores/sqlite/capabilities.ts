/** What SQLite can do. */
import type { Capabilities } from "../contract/capabilities.ts";

/** The capabilities of SQLite of that version, on a file or (`isMemory`) in the memory of this process. */
export function createCapabilities(version: string, isMemory: boolean): Capabilities {
  return Object.freeze({
    label: `SQLite ${version}`,
    durability: isMemory ? "none" : "power-loss",
    guarantee: isMemory
      ? "in memory, gone with the process"
      : "WAL, synchronous=FULL: on disk before it is acknowledged",
    nestedReads: "one-statement",
    relationFilters: true,
    transactions: "serializable",
    foreignKeys: true,
    // Both are worked out by functions of ours.
    jsonDepth: 64,
    letters: `Unicode ${process.versions["unicode"]} of Node.js`,
    search: "own-writes",
    // Its planner tells no numbers, and its statistics have none of a condition.
    estimates: "none",
    // SQLite has no limit of its own.
    decimalScale: 38,
    maxIdentifier: 63,
  });
}

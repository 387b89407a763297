/** What the memory store can do: everything the plan language says, and keep nothing. */
import type { Capabilities } from "../contract/capabilities.ts";

/** The answers of every memory store. */
export const capabilities: Capabilities = Object.freeze({
  label: "memory",
  durability: "none",
  guarantee: "rows live in this process only",
  nestedReads: "one-statement",
  relationFilters: true,
  transactions: "serializable",
  foreignKeys: true,
  jsonDepth: 64,
  letters: `Unicode ${process.versions["unicode"]} of Node.js`,
  search: "own-writes",
  // Every row is looked at anyway.
  estimates: "none",
  decimalScale: 38,
  maxIdentifier: 1000,
});

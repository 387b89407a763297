/** Writes JSON as the texts that an engine's `concat` joins, which takes so many arguments and no more. */
import type { JsonEntry } from "./dialect.ts";

/** How an engine joins texts. */
export interface Concatenation {
  quoteText(text: string): string;
  /** The most arguments of `concat`. */
  readonly maxArguments: number;
}

/** All parts as one text; null counts as nothing. */
export function writeConcat(parts: readonly string[], engine: Concatenation): string {
  const most = engine.maxArguments;
  if (parts.length <= most) return `concat(${parts.join(", ")})`;
  return `concat(${parts.slice(0, most - 1).join(", ")}, ${writeConcat(parts.slice(most - 1), engine)})`;
}

/** A JSON object. */
export function writeConcatObject(entries: readonly JsonEntry[], engine: Concatenation): string {
  if (entries.length === 0) return "'{}'";
  const parts = entries.flatMap(({ as, json }, index) => [
    engine.quoteText(`${index === 0 ? "{" : ","}${JSON.stringify(as)}:`),
    json,
  ]);
  return writeConcat([...parts, "'}'"], engine);
}

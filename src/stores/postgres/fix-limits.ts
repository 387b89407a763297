/**
 * Writes the limits of a read into its text. PostgreSQL guesses a limit it does not know as a tenth of all rows, finds
 * its general plan too costly, and plans the statement anew every time: a third of the cost of a short list.
 */
import type { Values } from "../contract/store.ts";
import type { SqlText } from "../sql/sql-text.ts";

/** Texts made of one statement; with further limits it stays as it is, so that nobody can fill the server with texts. */
const MAX_VARIANTS = 8;

/** What is quoted, which may look like anything. */
const QUOTED = /('(?:[^']|'')*'|"(?:[^"]|"")*")/;
const LIMIT = /LIMIT \$(\d+)::bigint/g;
const PLACEHOLDER = /\$(\d+)::/g;

/** A statement, cut at what is quoted: every second part is quoted. */
interface Source {
  readonly parts: readonly string[];
  /** The values that limit rows. */
  readonly limits: readonly number[];
  readonly variants: Map<string, SqlText>;
}

const sources = new WeakMap<SqlText, Source>();

/** The statement with the limits of these values, or the statement itself. */
export function fixLimits(text: SqlText, values: Values): SqlText {
  const source = sources.get(text) ?? readSource(text);
  const { limits, variants } = source;
  if (limits.length === 0) return text;
  const key = limits.length === 1 ? String(values[limits[0] ?? 0]) : limits.map((index) => values[index]).join();
  const known = variants.get(key);
  if (known !== undefined) return known;
  if (variants.size >= MAX_VARIANTS || !limits.every((index) => Number.isSafeInteger(values[index]))) return text;
  const fixed = writeLimits(text, source, values);
  variants.set(key, fixed);
  return fixed;
}

function readSource(text: SqlText): Source {
  const parts = text.text.split(QUOTED);
  const places = parts.flatMap((part, index) => (index % 2 === 0 ? [...part.matchAll(LIMIT)] : []));
  const limits = new Set(places.map(([, place]) => indexAt(text, Number(place))));
  const source = { parts, limits: [...limits], variants: new Map<string, SqlText>() };
  sources.set(text, source);
  return source;
}

/** Limits become numbers; the places that are left are numbered anew, for the server refuses a gap. */
function writeLimits(text: SqlText, { parts }: Source, values: Values): SqlText {
  const bindings: SqlText["bindings"][number][] = [];
  const renumber = (part: string) =>
    part.replace(PLACEHOLDER, (whole, place) => {
      const binding = text.bindings[Number(place) - 1];
      if (binding === undefined) return whole;
      if (!bindings.includes(binding)) bindings.push(binding);
      return `$${bindings.indexOf(binding) + 1}::`;
    });
  const fixed = parts.map((part, index) => {
    if (index % 2 === 1) return part;
    return renumber(part.replace(LIMIT, (_, place) => `LIMIT ${values[indexAt(text, Number(place))]}`));
  });
  return Object.freeze({ text: fixed.join(""), bindings: Object.freeze(bindings) });
}

function indexAt({ bindings }: SqlText, place: number): number {
  const binding = bindings[place - 1];
  return binding?.kind === "param" ? binding.index : -1;
}

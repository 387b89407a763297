/**
 * Full-text search in PostgreSQL: a tsvector made by us of each text, and a GIN index. The server's own parser never sees
 * a text: what it takes for a word depends on its version and locale.
 */
import { parseSearch, type SearchTerm } from "../../schema/search-terms.ts";
import { cutWords, GAP } from "../../util/cut-words.ts";
import type { SearchDialect, SearchedRow } from "../sql/search-dialect.ts";

/** The last place of a word that a tsvector holds. */
const LAST_PLACE = 16_383;

/** How PostgreSQL searches. */
export const search: SearchDialect = Object.freeze<SearchDialect>({
  columnType: "tsvector",
  matches: (row) => {
    const words = row.words.map(row.column);
    return `${writeIndexed(words)} @@ ${row.terms("search")} AND ${writePhrases(row, words)}`;
  },
  // Less for longer texts, as elsewhere.
  relevance: (row) => {
    const words = row.words.map(row.column);
    return { expression: `ts_rank(${joinWords(words)}, ${row.terms("search")}, 1)`, join: null };
  },
});

/** What the index holds: where a word stands in which text, it does not know. */
export function writeIndexed(columns: readonly string[]): string {
  if (columns.length === 1) return columns.join();
  return `(${columns.map((column) => `strip(${orEmpty(column)})`).join(" || ")})`;
}

function joinWords(columns: readonly string[]): string {
  return columns.length === 1 ? columns.join() : columns.map(orEmpty).join(" || ");
}

function orEmpty(column: string): string {
  return `coalesce(${column}, ''::tsvector)`;
}

/** Whether each phrase stands in one of the texts, and none of those behind a ! in any. */
function writePhrases({ terms }: SearchedRow, words: readonly string[]): string {
  const phrases = terms("phrases");
  const found = words.map((column) => `coalesce(${column} @@ ltrim(p.term, '!')::tsquery, FALSE)`).join(" OR ");
  const missing = `SELECT 1 FROM unnest(${phrases}) AS p(term) WHERE (${found}) = starts_with(p.term, '!')`;
  return `(cardinality(${phrases}) = 0 OR NOT EXISTS (${missing}))`;
}

/**
 * The words of a text with their places; the server puts the places of a word together. Words hold nothing that would
 * have to be escaped.
 */
export function writeWords(text: string): string {
  const written: string[] = [];
  for (const [index, word] of cutWords(text).entries()) {
    if (word !== GAP) written.push(index < LAST_PLACE ? `'${word}':${index + 1}` : `'${word}'`);
  }
  return written.join(" ");
}

/** What a search looks for, as a tsquery; of phrases, all their words. */
export function writeSearch(text: string): string {
  return parseSearch(text)
    .flatMap((term) => {
      if (term.isExcluded && isPhrase(term)) return [];
      const words = term.words.map((word) => `'${word}'${term.isPrefix ? ":*" : ""}`).join(" & ");
      return [term.isExcluded ? `!${words}` : words];
    })
    .join(" & ");
}

/** The phrases of a search, each as a tsquery, with a ! before those that must not be there. */
export function writePhraseList(text: string): readonly string[] {
  return parseSearch(text)
    .filter(isPhrase)
    .map(({ words, isExcluded }) => `${isExcluded ? "!" : ""}${words.map((word) => `'${word}'`).join(" <-> ")}`);
}

function isPhrase({ words }: SearchTerm): boolean {
  return words.length > 1;
}

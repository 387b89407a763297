/** Full-text search by looking at every word: the semantics of the other stores. */
import type { JsonValue } from "../../schema/schema-model.ts";
import { parseSearch, type SearchTerm } from "../../schema/search-terms.ts";
import { cutWords } from "../../util/cut-words.ts";

/** A row that is searched. */
export interface SearchedRow {
  /** What stands in the columns; null for nothing. */
  readonly texts: readonly JsonValue[];
  /** What is looked for. */
  readonly terms: JsonValue;
}

/** Whether every term is in one of the texts, and none of the excluded ones in any. */
export function isFound({ texts, terms }: SearchedRow): boolean {
  const cut = texts.map(cutText);
  return parseSearch(String(terms)).every(
    (term) => cut.some((words) => countPlaces(words, term) > 0) !== term.isExcluded,
  );
}

/** How often the terms are found: the simplest relevance there is. */
export function countFound({ texts, terms }: SearchedRow): number {
  const wanted = parseSearch(String(terms)).filter(({ isExcluded }) => !isExcluded);
  const counts = texts.map(cutText).flatMap((words) => wanted.map((term) => countPlaces(words, term)));
  return counts.reduce((sum, count) => sum + count, 0);
}

function cutText(text: JsonValue): readonly string[] {
  return text === null ? [] : cutWords(String(text));
}

/** The number of places at which the term begins. */
function countPlaces(words: readonly string[], { words: wanted, isPrefix }: SearchTerm): number {
  return words.filter((_, start) =>
    wanted.every((word, offset) => {
      const found = words[start + offset] ?? "";
      return isPrefix ? found.startsWith(word) : found === word;
    }),
  ).length;
}

/**
 * Full-text search in MySQL and MariaDB: an InnoDB FULLTEXT index over words that we cut and spell so that the server's
 * own parser leaves them whole. It drops words of two letters and words like "the", and asks a table of its own what a
 * letter is.
 */
import { parseSearch, type SearchTerm } from "../../schema/search-terms.ts";
import { cutWords, GAP } from "../../util/cut-words.ts";
import type { SearchDialect, SearchedRow } from "../sql/search-dialect.ts";

/** Before every word: none is too short or too common then. */
const START = "zz";
/** A word that nobody can look for, because no word holds a _. */
const GAP_WORD = `${START}_`;
/** The first of the Chinese characters, all letters to every version; there are 20,902 of them. */
const FIRST = 0x4e00;
/** Where those begin that say that another follows. */
const FIRST_OF_TWO = 0x9c00;
/** How many may follow each. */
const SECONDS = 20_000;

const foreign = /[^a-z0-9]/gu;

/** How MariaDB searches. */
export const mariadbSearch: SearchDialect = Object.freeze<SearchDialect>({
  columnType: "LONGTEXT",
  matches: writeMatch,
  relevance: (row) => ({ expression: writeMatch(row), join: null }),
});

/**
 * How MySQL searches. Where a match is the only condition, it counts what the index holds instead of rows: also some that are
 * gone, and none that the transaction made.
 */
export const mysqlSearch: SearchDialect = Object.freeze<SearchDialect>({
  ...mariadbSearch,
  matches: (row) => `${writeMatch(row)} > 0`,
});

function writeMatch({ column, words, terms }: SearchedRow): string {
  return `MATCH (${words.map(column).join(", ")}) AGAINST (${terms("search")} IN BOOLEAN MODE)`;
}

/** The words of a text as the index takes them. */
export function writeWords(text: string): string {
  return cutWords(text)
    .map((word) => (word === GAP ? GAP_WORD : spellWord(word)))
    .join(" ");
}

/** What a search looks for, in the language of the boolean mode. */
export function writeSearch(text: string): string {
  return parseSearch(text).map(writeTerm).join(" ");
}

function writeTerm({ words, isPrefix, isExcluded }: SearchTerm): string {
  const spelled = words.map(spellWord).join(" ");
  const term = words.length > 1 ? `"${spelled}"` : `${spelled}${isPrefix ? "*" : ""}`;
  return `${isExcluded ? "-" : "+"}${term}`;
}

/** Letters that are not ASCII as one or two Chinese characters each; what begins alike is spelled alike. */
function spellWord(word: string): string {
  return `${START}${word.replace(foreign, spellLetter)}`;
}

function spellLetter(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (code < FIRST) return String.fromCharCode(FIRST + code);
  const rest = code - FIRST;
  return String.fromCharCode(FIRST_OF_TWO + Math.floor(rest / SECONDS), FIRST + (rest % SECONDS));
}

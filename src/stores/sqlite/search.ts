/**
 * Full-text search in SQLite: an FTS5 index beside the table. Its tokenizer for ASCII takes every other character for
 * part of a word, so that it finds exactly the words it is given.
 */
import { parseSearch, type SearchTerm } from "../../schema/search-terms.ts";
import { cutWords, GAP } from "../../util/cut-words.ts";
import type { SearchDialect, SearchedRow } from "../sql/search-dialect.ts";

/** A word that nobody can look for, because it is no letter. */
const GAP_WORD = "·";

/** What tells rows apart, under a name that no column has. */
export const ROWID = "_rowid_";

/** How SQLite searches. */
export const search: SearchDialect = Object.freeze<SearchDialect>({
  columnType: "TEXT",
  matches: (row) => {
    const index = quote(row.index);
    return `${rowid(row)} IN (SELECT rowid FROM ${index} WHERE ${index} MATCH ${row.terms("search")})`;
  },
  // Behind the sign, the index is not asked for one row after the other, which would search anew each time.
  relevance: (row, alias) => ({
    expression: `-${alias}.rank`,
    join:
      `JOIN ${quote(row.index)} AS ${alias} ON ${rowid(row)} = +${alias}.rowid` +
      ` AND ${alias}.${quote(row.index)} MATCH ${row.terms("search")}`,
  }),
});

/** The table in which FTS5 itself keeps how long the texts of each indexed row are: with the rowid, its `id`. */
export function listIndexed(index: string): string {
  return `${index}_docsize`;
}

/** The words of a text as the index takes them. */
export function writeWords(text: string): string {
  return cutWords(text)
    .map((word) => (word === GAP ? GAP_WORD : word))
    .join(" ");
}

/** What a search looks for, in the language of FTS5: words stand in quotes, and hold none. */
export function writeSearch(text: string): string {
  const terms = parseSearch(text);
  const wanted = terms.filter(({ isExcluded }) => !isExcluded).map(writeTerm);
  const excluded = terms.filter(({ isExcluded }) => isExcluded).map(writeTerm);
  const all = wanted.join(" AND ");
  return excluded.length === 0 ? all : `(${all}) NOT (${excluded.join(" OR ")})`;
}

function writeTerm({ words, isPrefix }: SearchTerm): string {
  return `"${words.join(" ")}"${isPrefix ? " *" : ""}`;
}

function rowid({ column }: SearchedRow): string {
  return column(ROWID);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

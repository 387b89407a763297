/**
 * The language of a full-text search: `lima "san juan" near* -south`. It has no wrong sentences, only empty ones, and
 * what it makes of a text is made of words alone, so that no engine ever reads what a caller wrote.
 */
import { FootingError } from "../errors/footing-error.ts";
import { cutWords, GAP } from "../util/cut-words.ts";
import { describeValue } from "../util/describe-value.ts";

/** One thing to look for. */
export interface SearchTerm {
  /** The words in order; one, unless it is a phrase. Never empty. */
  readonly words: readonly string[];
  /** Whether the word may go on. Only of one word. */
  readonly isPrefix: boolean;
  /** Whether it must not be there. */
  readonly isExcluded: boolean;
}

/** Bounds on one search. */
export interface SearchLimits {
  /** Characters of its text. */
  readonly maxSearchLength: number;
  /** Words and phrases. */
  readonly maxSearchTerms: number;
}

/** A quoted phrase or a run of anything else, each with what stands before and behind it. */
const chunks = /(?<minus>(?<![^\s"])-)?(?:"(?<phrase>[^"]*)"?|(?<plain>[^\s"]+))/gu;

/** The terms of a search. */
export function parseSearch(text: string): readonly SearchTerm[] {
  return Array.from(text.matchAll(chunks), ({ groups = {} }) => groups).flatMap(({ minus, phrase, plain = "" }) => {
    const isExcluded = minus !== undefined;
    const words = cutWords(phrase ?? plain).filter((word) => word !== GAP);
    if (words.length === 0) return [];
    // What punctuation holds together and is to be absent, is meant to be absent together.
    if (phrase !== undefined || (isExcluded && words.length > 1)) return [{ words, isPrefix: false, isExcluded }];
    const isOpen = plain.endsWith("*");
    return words.map((word, index) => ({
      words: [word],
      isPrefix: isOpen && index === words.length - 1,
      isExcluded,
    }));
  });
}

/**
 * The canonical text of a search, which {@link parseSearch} reads as the same terms.
 * @throws FootingError FTG_VALUE when it is no text, too long, or names nothing to find.
 */
export function normalizeSearch(value: unknown, label: string, limits: SearchLimits): string {
  if (typeof value !== "string") throw searchError(label, "a text", describeValue(value));
  if (value.length > limits.maxSearchLength)
    throw searchError(label, `at most ${limits.maxSearchLength} characters`, `${value.length}`);
  const terms = parseSearch(value);
  if (terms.length > limits.maxSearchTerms)
    throw searchError(label, `at most ${limits.maxSearchTerms} words and phrases`, `${terms.length}`);
  if (terms.every(({ isExcluded }) => isExcluded))
    throw searchError(label, "a word to find", terms.length === 0 ? "none" : "only words to leave out");
  return terms.map(writeTerm).join(" ");
}

function writeTerm({ words, isPrefix, isExcluded }: SearchTerm): string {
  const text = words.join(" ");
  return `${isExcluded ? "-" : ""}${words.length > 1 ? `"${text}"` : text}${isPrefix ? "*" : ""}`;
}

function searchError(label: string, expected: string, came: string): FootingError {
  return new FootingError("FTG_VALUE", {
    detail: `${label}: expected ${expected}, got ${came}.`,
    fix: 'Search for words, "a phrase", a beginn* of a word; -word leaves out.',
  });
}

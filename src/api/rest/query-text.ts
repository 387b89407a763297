/** Splits a query string and decodes its parts strictly. Knows no parameter. */

const special = /[%+]/;

/** A name with its value as sent, still encoded: commas that separate can still be told from commas inside. */
export interface QueryPair {
  readonly name: string;
  readonly value: string;
}

/** The pairs of a query string in order. A part without `=` has an empty value. */
export function splitQuery(text: string): readonly QueryPair[] {
  const pairs: QueryPair[] = [];
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("&", start);
    const end = next === -1 ? text.length : next;
    const equals = text.indexOf("=", start);
    const middle = equals === -1 || equals > end ? end : equals;
    pairs.push({ name: text.slice(start, middle), value: text.slice(middle + 1, end) });
    start = end + 1;
  }
  return pairs;
}

/**
 * The text a part spells: `+` is a space, `%` starts an escaped byte of UTF-8. Null when it spells none: a
 * broken escape, or bytes that are not UTF-8.
 */
export function decodePart(part: string): string | null {
  if (!special.test(part)) return part;
  try {
    return decodeURIComponent(part.replaceAll("+", " "));
  } catch {
    return null;
  }
}

/** Splits a query string and decodes its parts strictly. Knows no parameter. */

const special = /[%+]/;

/**
 * Visits the pairs of a query string in order. Names and values are as sent, still encoded: commas that separate can
 * still be told from commas inside. A part without `=` has an empty value.
 */
export function visitPairs(text: string, visit: (name: string, value: string) => void): void {
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("&", start);
    const end = next === -1 ? text.length : next;
    const equals = text.indexOf("=", start);
    const middle = equals === -1 || equals > end ? end : equals;
    visit(text.slice(start, middle), text.slice(middle + 1, end));
    start = end + 1;
  }
}

/** Whether a text spells itself: then all its parts do. */
export function isPlain(text: string): boolean {
  return !special.test(text);
}

/**
 * The text a part spells: `+` is a space, `%` starts an escaped byte of UTF-8. Null when it spells none: a
 * broken escape, or bytes that are not UTF-8.
 */
export function decodePart(part: string): string | null {
  if (isPlain(part)) return part;
  try {
    return decodeURIComponent(part.replaceAll("+", " "));
  } catch {
    return null;
  }
}

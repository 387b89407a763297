/** Words for a value in an error message: "expected …, got …". */

const longestShown = 60;

/** What came, shortened: `"a text"`, `5`, `an array`, `an object`, `undefined`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  if (typeof value === "string") return shorten(JSON.stringify(value));
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return shorten(`${value}n`);
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "an invalid Date" : `the Date ${value.toISOString()}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function shorten(text: string): string {
  if (text.length <= longestShown) return text;
  // Not in the middle of a surrogate pair.
  return `${text
    .slice(0, longestShown)
    .toWellFormed()
    .replace(/\uFFFD$/, "")}… (${text.length} characters)`;
}

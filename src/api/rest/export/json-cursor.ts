/**
 * Reads JSON text whose members are known beforehand, value by value, without making objects of it. Made for long lists:
 * `JSON.parse` would keep each short text for a while, and take most of the time.
 */

/** A place in a JSON text that has no space between its parts. */
export class JsonCursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes past a text that must be here. */
  take(expected: string): void {
    if (!this.skip(expected)) throw new TypeError(`Expected ${expected} at ${this.#at} of a JSON text of a store.`);
  }

  /** Goes past a text if it is here. */
  skip(expected: string): boolean {
    const isHere = this.#text.startsWith(expected, this.#at);
    if (isHere) this.#at += expected.length;
    return isHere;
  }

  /** The value here: of a text its characters, of anything else its JSON. */
  readScalar(): string {
    return this.#text[this.#at] === '"' ? this.#readText() : this.readJson();
  }

  /** The JSON of the value here. */
  readJson(): string {
    const start = this.#at;
    for (let depth = 0; ; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === '"') this.#at = this.#findQuote();
      else if (character === "[" || character === "{") depth += 1;
      else if (depth > 0) depth -= character === "]" || character === "}" ? 1 : 0;
      else if (character === undefined || ",]}".includes(character)) return this.#text.slice(start, this.#at);
    }
  }

  #readText(): string {
    const start = this.#at;
    this.#at = this.#findQuote() + 1;
    const text = this.#text.slice(start + 1, this.#at - 1);
    if (!text.includes("\\")) return text;
    return String(JSON.parse(this.#text.slice(start, this.#at)));
  }

  /** Where the text that begins here ends. */
  #findQuote(): number {
    let end = this.#text.indexOf('"', this.#at + 1);
    while (this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    return end;
  }

  #isEscaped(quote: number): boolean {
    let backslashes = 0;
    while (this.#text[quote - 1 - backslashes] === "\\") backslashes += 1;
    return backslashes % 2 === 1;
  }
}

/**
 * Walks a JSON text once and refuses what `JSON.parse` would accept silently (a repeated key, `__proto__`) or
 * report without a place. Builds no value: `JSON.parse` does that afterwards.
 */
import { FootingError } from "../errors/footing-error.ts";

/** Deepest nesting of arrays and objects in a body. */
export const maxDepth = 20;

/** Most object keys in a body, all levels together. */
export const maxKeys = 10_000;

/** Checks a JSON text. Throws FootingError FTG_BODY with line and column of the first thing wrong. */
export function checkJson(text: string): void {
  new JsonScanner(text).scan();
}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const literal = /true|false|null/y;
const escapeSequence = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;
const quote = 0x22;
const backslash = 0x5c;

class JsonScanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #keys = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    this.#value("");
    this.#space();
    if (this.#at < this.#text.length) throw this.#expected("the end of the body");
  }

  /** One value; `owner` is the key it stands under. Recursion is safe because the depth is bounded. */
  #value(owner: string): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first === "{") this.#nested("}", () => this.#members(owner));
    else if (first === "[") this.#nested("]", () => this.#items());
    else if (first === '"') this.#string();
    else if (!this.#match(number) && !this.#match(literal)) throw this.#expected("a value");
  }

  #nested(end: string, content: () => void): void {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw this.#failure(`nests deeper than ${maxDepth} levels`);
    this.#at += 1;
    if (!this.#take(end)) {
      content();
      if (!this.#take(end)) throw this.#expected(`"," or "${end}"`);
    }
    this.#depth -= 1;
  }

  #items(): void {
    do this.#value("");
    while (this.#take(","));
  }

  #members(owner: string): void {
    const seen = new Set<string>();
    do {
      const key = this.#key(owner, seen);
      if (!this.#take(":")) throw this.#expected('":"');
      this.#value(key);
    } while (this.#take(","));
  }

  #key(owner: string, seen: Set<string>): string {
    this.#space();
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#expected("a key in double quotes");
    this.#string();
    const raw = this.#text.slice(start, this.#at);
    const key = String(JSON.parse(raw));
    this.#keys += 1;
    if (this.#keys > maxKeys) throw this.#failure(`has more than ${maxKeys} keys`, start);
    if (seen.has(key)) throw this.#failure(`has the key ${raw.slice(0, 80)} twice in one object`, start);
    if (key === "__proto__" || (owner === "constructor" && key === "prototype"))
      throw this.#failure(`has the forbidden key ${raw}`, start);
    seen.add(key);
    return key;
  }

  #string(): void {
    for (this.#at += 1; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code < 0x20) throw this.#failure("has an unescaped control character in a string");
      if (code === quote) {
        this.#at += 1;
        return;
      }
      if (code === backslash) this.#escape();
    }
    throw this.#expected('"');
  }

  /** Leaves the place on the last character of the escape. */
  #escape(): void {
    this.#at += 1;
    if (this.#match(escapeSequence)) this.#at -= 1;
    else throw this.#failure("has an unknown escape in a string");
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #expected(what: string): FootingError {
    const came =
      this.#at < this.#text.length
        ? JSON.stringify(String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0))
        : "the end of the body";
    return this.#failure(`is not JSON: expected ${what}, got ${came}`);
  }

  #failure(what: string, at: number = this.#at): FootingError {
    const before = this.#text.slice(0, at);
    const line = before.split("\n").length;
    const column = at - before.lastIndexOf("\n");
    return new FootingError("FTG_BODY", { detail: `The body ${what}, at line ${line}, column ${column}.` });
  }
}

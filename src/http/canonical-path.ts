/**
 * Accepts a path only in its one canonical spelling, so that the router, a proxy and a rule can never read
 * the same bytes as different paths. Repairs nothing: what is not canonical is refused.
 */
import { FootingError } from "../errors/footing-error.ts";

/** Per ASCII code: 1 when a path may hold the character as it is (RFC 3986 `pchar` without `;`, and `/`). */
const plain: Uint8Array = createTable(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@/",
);

/** Per ASCII code: 1 when the character never needs an escape (RFC 3986 `unreserved`). */
const unreserved: Uint8Array = createTable("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

const slash = 47;
const percent = 37;

/**
 * Checks a path (without query string).
 *
 * @throws FootingError FTG_PATH: not starting with `/`; empty or dot segments; a trailing slash; `;`, a backslash
 * or any other character that must be escaped; an escape that is needless, in lower case, broken, a NUL or not UTF-8.
 */
export function checkPath(path: string): void {
  if (path.charCodeAt(0) !== slash) throw pathError(path, "does not start with /");
  let escaped = false;
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index);
    if (code === percent) {
      checkEscape(path, index);
      escaped = true;
    } else if (plain[code] !== 1) {
      throw pathError(
        path,
        `has the character ${JSON.stringify(path[index])}, which must be percent-encoded or left out`,
      );
    } else if (code === slash) {
      checkSegment(path, index + 1);
    }
  }
  if (escaped) checkUtf8(path);
}

/** Refuses an empty or dot segment that begins at `start`. Only the root path itself may end in a slash. */
function checkSegment(path: string, start: number): void {
  if (start === path.length) {
    if (start > 1) throw pathError(path, "ends with a slash");
    return;
  }
  if (path.charCodeAt(start) === slash) throw pathError(path, "has an empty segment");
  if (path[start] === "." && /^\.\.?(?:\/|$)/.test(path.slice(start, start + 3)))
    throw pathError(path, "has a dot segment");
}

function checkEscape(path: string, index: number): void {
  const sequence = path.slice(index, index + 3);
  if (!/^%[0-9A-F]{2}$/.test(sequence))
    throw pathError(
      path,
      `has the escape ${JSON.stringify(sequence)} instead of % and two upper-case hexadecimal digits`,
    );
  const code = Number.parseInt(sequence.slice(1), 16);
  if (code === 0) throw pathError(path, "has a NUL");
  if (unreserved[code] === 1)
    throw pathError(path, `has the needless escape ${sequence} for ${String.fromCharCode(code)}`);
}

function checkUtf8(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw pathError(path, "has escapes that are not UTF-8");
  }
}

function pathError(path: string, what: string): FootingError {
  return new FootingError("FTG_PATH", { detail: `The path ${JSON.stringify(path.slice(0, 200))} ${what}.` });
}

function createTable(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

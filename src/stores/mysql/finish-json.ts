/**
 * Finishes the JSON that the server began: the few values that it prints otherwise than JSON.stringify. Written out in
 * SQL they cost every statement more than its rows do; here they cost a look at the bytes. It parses no JSON.
 */
import { FootingError } from "../../errors/footing-error.ts";

/**
 * What the compiler writes where something is left to do. No JSON holds a NUL. `cut`, which stands alone: a text was
 * longer than the server makes. `float`: the server's digits follow. `cursor` and `cursorEnd`: between them is a cursor's list.
 */
export const MARKS: Readonly<Record<"cut" | "float" | "cursor" | "cursorEnd", string>> = Object.freeze({
  cut: "\0",
  float: "\0f",
  cursor: "\0c",
  cursorEnd: "\0e",
});

const CUT = /\0(?![fce])/;
const FLOAT = /\0f([-+.\de]+)/g;
const CURSOR = /\0c([^\0]*)\0e/g;
/** The server escapes control characters with capital letters. */
const ESCAPE = /\\(?:u00[\dA-F]{2}|.)/g;
const ESCAPED = Buffer.from("\\u00");

/**
 * The same JSON as JSON.stringify prints it.
 * @throws FootingError FTG_TOO_LARGE when the server did not make all of it.
 */
export function finishJson(json: string | Buffer): string | Buffer {
  if (typeof json === "string") return json.includes("\0") || json.includes("\\u00") ? finishText(json) : json;
  return json.includes(0) || json.includes(ESCAPED) ? Buffer.from(finishText(json.toString())) : json;
}

/** The server made less of an answer than was asked for. */
export function createCutError(): FootingError {
  return new FootingError("FTG_TOO_LARGE", {
    detail: "The answer is longer than the database makes in one piece.",
    fix: "Ask for fewer rows at once, or raise max_allowed_packet of the server.",
  });
}

function finishText(text: string): string {
  if (CUT.test(text)) throw createCutError();
  return text
    .replace(FLOAT, (_, digits: string) => String(Number(digits)))
    .replace(ESCAPE, (part) => (part.length === 2 ? part : part.toLowerCase()))
    .replace(CURSOR, (_, list: string) => `"${Buffer.from(list).toString("base64url")}"`);
}

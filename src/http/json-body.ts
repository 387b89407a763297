/**
 * Reads a JSON body strictly: UTF-8, RFC 8259, each key once, bounded depth and size, and no key that means
 * something to JavaScript itself. Knows no schema.
 */
import { isUtf8 } from "node:buffer";
import { FootingError } from "../errors/footing-error.ts";
import { checkJson } from "./json-scanner.ts";

/**
 * The value of a JSON body.
 *
 * @throws FootingError FTG_BODY with the place of the first thing wrong.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new FootingError("FTG_BODY", { detail: "The body must be JSON; it is empty." });
  if (!isUtf8(bytes))
    throw new FootingError("FTG_BODY", { detail: "The body must be JSON in UTF-8; it has bytes that are not UTF-8." });
  const text = bytes.toString("utf8");
  checkJson(text);
  return JSON.parse(text);
}

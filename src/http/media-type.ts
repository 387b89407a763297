/**
 * Matches a `content-type` exactly. A looser match once let one parser see JSON where another saw none, so
 * everything but the plain type and `charset=utf-8` is refused.
 */
import { FootingError } from "../errors/footing-error.ts";

/** Type and subtype, then at most the one parameter; RFC 9110 makes names and the charset case-insensitive. */
const grammar = /^([a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+)(?: ?; ?charset=(?:utf-8|"utf-8"))?$/;

/**
 * Checks that a body's media type is one of `accepted`.
 *
 * @throws FootingError FTG_MEDIA_TYPE, also when there is no `content-type` at all.
 */
export function checkMediaType(header: string | undefined, accepted: readonly string[]): void {
  if (header !== undefined && accepted.includes(header)) return;
  const type = header === undefined ? undefined : grammar.exec(header.toLowerCase())?.[1];
  if (type !== undefined && accepted.includes(type)) return;
  const came = header === undefined ? "none" : JSON.stringify(header.slice(0, 100));
  throw new FootingError("FTG_MEDIA_TYPE", {
    detail: `The content-type must be ${accepted.join(" or ")}, with no parameter but charset=utf-8; got ${came}.`,
    headers: { accept: accepted.join(", ") },
  });
}

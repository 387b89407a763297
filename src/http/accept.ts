/**
 * Reads an `accept` header (RFC 9110 §12.5.1) and refuses requests that would not take the answer. Parameters of a
 * media type other than its weight are ignored.
 */
import { FootingError } from "../errors/footing-error.ts";

const COMMA = 44;

/**
 * Media range → weight, 0 to 1, in lower case; what is malformed is left out. Of a range that is there twice the
 * greater weight holds.
 */
export function parseAccept(accept: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of accept.split(",")) {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1");
    if (range !== "" && weight >= (weights.get(range) ?? 0)) weights.set(range, Math.min(weight, 1));
  }
  return weights;
}

/** The weight of a media type: that of the most specific range it is in; 0 when it is in none. */
export function weighType(weights: ReadonlyMap<string, number>, type: string): number {
  const family = `${type.slice(0, type.indexOf("/"))}/*`;
  return weights.get(type) ?? weights.get(family) ?? weights.get("*/*") ?? 0;
}

/**
 * Checks that a client takes the one media type an operation answers with. Without an `accept` header it takes all.
 *
 * @throws FootingError FTG_NOT_ACCEPTABLE.
 */
export function checkAccept(header: string | undefined, offered: string): void {
  if (header === undefined || header === "*/*" || header === offered || header === "") return;
  // Many clients name it first, with no parameter, and others behind it.
  if (header.startsWith(offered) && header.charCodeAt(offered.length) === COMMA) return;
  if (weighType(parseAccept(header), offered) > 0) return;
  throw new FootingError("FTG_NOT_ACCEPTABLE", {
    detail: `The answer is ${offered}, the only type offered here; the accept header takes ${JSON.stringify(header.slice(0, 100))}.`,
    fix: `Accept \`${offered}\`, or leave the accept header out.`,
  });
}

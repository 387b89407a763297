/** Puts the envelope around the JSON text of a list, without ever reading that text. */
import type { ReadAnswer } from "../../engine/executor.ts";
import type { HostResponse } from "../../http/host-route.ts";
import type { ReadQuery } from "../../plan/query.ts";
import { decodePart, splitQuery } from "./query-text.ts";

/** The media type of rows and lists. */
export const jsonType = "application/json; charset=utf-8";

const illegal = /[^!$-;=?-Z_a-z~]/;
const allIllegal = /[^!$-;=?-Z_a-z~]/g;
const positions: ReadonlySet<string> = new Set(["after", "before", "offset"]);

/** What a list was asked for. */
export interface ListRequest {
  readonly path: string;
  /** The query string as sent. */
  readonly text: string;
  /** What it means. */
  readonly query: ReadQuery;
}

/**
 * `{"data":[…],"page":{"hasMore":true,"next":"…"}}`, with the address of the next page as a `Link` (RFC 8288)
 * when there is one. Read backwards with `before`, the page leads further back: `previous` and `rel="prev"`.
 */
export function renderList({ json, hasMore, cursor }: ReadAnswer, request: ListRequest): HostResponse {
  const backwards = request.query.before !== undefined;
  const name = backwards ? "previous" : "next";
  if (!hasMore || cursor === null)
    return { status: 200, type: jsonType, body: `{"data":${json},"page":{"hasMore":${hasMore},"${name}":null}}` };
  const target = renderTarget(request, `${backwards ? "before" : "after"}=${cursor}`);
  return {
    status: 200,
    type: jsonType,
    body: `{"data":${json},"page":{"hasMore":true,"${name}":"${cursor}"}}`,
    headers: { link: `<${target}>; rel="${backwards ? "prev" : "next"}"` },
  };
}

/** The same list from another position. */
function renderTarget({ path, text, query }: ListRequest, position: string): string {
  const isPositioned = (query.after ?? query.before ?? query.offset) !== undefined;
  const rest = isPositioned ? withoutPosition(text) : text;
  return rest === "" ? `${path}?${position}` : `${path}?${escapeUri(rest)}&${position}`;
}

function withoutPosition(text: string): string {
  const kept = splitQuery(text).filter(({ name }) => !positions.has(decodePart(name) ?? ""));
  return kept.map(({ name, value }) => `${name}=${value}`).join("&");
}

/** Escapes what browsers and curl send as it is but a URI may not hold, above all the brackets of operators. */
function escapeUri(text: string): string {
  return illegal.test(text) ? text.replace(allIllegal, encodeURIComponent) : text;
}

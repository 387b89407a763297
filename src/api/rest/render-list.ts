/** Puts the envelope around the JSON text of a list, without ever reading that text. */
import type { RawAnswer, Total } from "../../engine/executor.ts";
import type { HostResponse } from "../../http/host-route.ts";
import type { ReadQuery } from "../../plan/query.ts";
import { decodePart, visitPairs } from "./query-text.ts";

/** The media type of rows and lists. */
export const jsonType = "application/json; charset=utf-8";

const illegal = /[^!$-;=?-Z_a-z~]/;
const kept = /[%#]/;
const allIllegal = /[^!$-;=?-Z_a-z~]/g;
const positions: ReadonlySet<string> = new Set(["after", "before", "offset"]);

/** What a list was asked for, as far as it says where it is. */
interface Positioned {
  readonly path: string;
  readonly text: string;
  readonly query: Pick<ReadQuery, "after" | "before" | "offset">;
}

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
export function renderList({ json, hasMore, cursor, total }: RawAnswer, request: ListRequest): HostResponse {
  const backwards = request.query.before !== undefined;
  const name = backwards ? "previous" : "next";
  const body = renderEnvelope(
    json,
    `],"page":{"hasMore":${hasMore},"${name}":${cursor === null ? null : `"${cursor}"`}${renderTotal(total)}}}`,
  );
  if (cursor === null) return { status: 200, type: jsonType, body };
  const target = renderTarget(request, `${backwards ? "before" : "after"}=${cursor}`);
  return { status: 200, type: jsonType, body, headers: { link: `<${target}>; rel="${backwards ? "prev" : "next"}"` } };
}

/** A page that was asked for without a cursor, and where the next one begins. */
export interface OffsetRequest {
  readonly path: string;
  readonly text: string;
  readonly query: Pick<ReadQuery, "offset">;
  /** The offset of the next page. */
  readonly next: number;
}

/** `{"data":[…],"page":{"hasMore":true}}`, with the address of the next page as a `Link` when there is one. */
export function renderOffsetPage(
  { json, hasMore, total }: RawAnswer,
  { next, ...request }: OffsetRequest,
): HostResponse {
  const body = renderEnvelope(json, `],"page":{"hasMore":${hasMore}${renderTotal(total)}}}`);
  if (!hasMore) return { status: 200, type: jsonType, body };
  const target = renderTarget(request, `offset=${next}`);
  return { status: 200, type: jsonType, body, headers: { link: `<${target}>; rel="next"` } };
}

function renderTotal(total: Total | undefined): string {
  return total === undefined ? "" : `,"total":${JSON.stringify(total)}`;
}

const start = '{"data":[';
const startBytes = Buffer.from(start);

/** The rows between the start of the answer and its end, which begins with the bracket that closes them. */
function renderEnvelope(rows: string | Buffer, end: string): string | Buffer {
  if (typeof rows === "string") return `${start}${rows.slice(1, -1)}${end}`;
  const size = startBytes.length - 2 + rows.length + end.length;
  const body = Buffer.allocUnsafe(size);
  startBytes.copy(body);
  rows.copy(body, startBytes.length - 1);
  body.write(end, size - end.length, "latin1");
  return body;
}

/** The same list from another position. */
function renderTarget({ path, text, query }: Positioned, position: string): string {
  const isPositioned = (query.after ?? query.before ?? query.offset) !== undefined;
  const rest = isPositioned ? withoutPosition(text) : text;
  return rest === "" ? `${path}?${position}` : `${path}?${escapeUri(rest)}&${position}`;
}

function withoutPosition(text: string): string {
  const parts: string[] = [];
  visitPairs(text, (name, value) => {
    if (!positions.has(decodePart(name) ?? "")) parts.push(`${name}=${value}`);
  });
  return parts.join("&");
}

/** Escapes what browsers and curl send as it is but a URI may not hold, above all the brackets of operators. */
function escapeUri(text: string): string {
  if (!illegal.test(text)) return text;
  // A replacement that calls a function is slow; `encodeURI` does the same but for these two characters.
  return kept.test(text) ? text.replace(allIllegal, encodeURIComponent) : encodeURI(text);
}

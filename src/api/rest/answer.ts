/** Answers one request to the rows of a model: parse, execute, render. One function for each operation. */
import type { Executor } from "../../engine/executor.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { HostRequest, HostResponse } from "../../http/host-route.ts";
import type { IdempotentWrites } from "../../idempotency/idempotent-writes.ts";
import type { QueryLimits } from "../../passes/resolve-context.ts";
import type { DataQuery } from "../../plan/query.ts";
import { isObject } from "../../util/is-object.ts";
import type { Door } from "./door.ts";
import { restorePath } from "./list-operations.ts";
import { parseAggregate } from "./parse-aggregate.ts";
import { parseParameters } from "./parse-parameters.ts";
import { parseList, parseRow } from "./parse-read.ts";
import type { SelectContext } from "./parse-select.ts";
import { jsonType, renderList, renderOffsetPage } from "./render-list.ts";
import { parseKey, renderKey } from "./row-key.ts";
import { answerUnchanged, isTagged, parseIfMatch, selectVersion, splitVersion } from "./row-version.ts";
import { runPatch } from "./run-patch.ts";

/** What answering needs beside the request. */
export interface RestServer {
  readonly executor: Executor;
  /** Runs writes once that come with a key; null where keys mean nothing. */
  readonly writes: IdempotentWrites | null;
  readonly context: SelectContext & Pick<QueryLimits, "defaultLimit">;
}

/** An operation's way from request to answer. */
export type Answer = (server: RestServer, door: Door, request: HostRequest) => Promise<HostResponse>;

interface OffsetSlice {
  readonly offset: number;
  readonly limit: number;
}

const noParameters = new Map<string, never>();
const noContent: HostResponse = Object.freeze({ status: 204 });

/** `GET /api/cities`. */
export async function answerList(server: RestServer, door: Door, request: HostRequest): Promise<HostResponse> {
  const { path, query: text, actor } = request;
  const query = parseList(server.context, door, text);
  const answer = await server.executor.readRaw(query, actor, request);
  // A list by relevance has no cursors.
  const isRanked = query.search !== undefined && query.orderBy === undefined;
  return isRanked
    ? renderOffsetPage(answer, { path, text, query, next: findNext(server, query) })
    : renderList(answer, { path, text, query });
}

/** `GET /api/aggregate/cities`. */
export async function answerAggregate(server: RestServer, door: Door, request: HostRequest): Promise<HostResponse> {
  const { path, query: text, actor } = request;
  const query = parseAggregate(door, text);
  return renderOffsetPage(await server.executor.aggregate(query, actor, request), {
    path,
    text,
    query,
    next: findNext(server, query),
  });
}

/** The offset of the next page. */
function findNext({ context }: RestServer, { offset = 0, limit = context.defaultLimit }: Partial<OffsetSlice>): number {
  return offset + limit;
}

/** `GET /api/cities/5`. */
export async function answerGet(server: RestServer, door: Door, request: HostRequest): Promise<HostResponse> {
  const segment = readSegment(door, request);
  const key = parseKey(door.model, segment);
  const query = parseRow(server.context, door, { key, text: request.query });
  const isVersioned = isTagged(door.view, query.select);
  const asked = isVersioned ? { ...query, select: selectVersion(door.view, query.select) } : query;
  const { json } = await server.executor.readRaw(asked, request.actor, request);
  // No object is as short as `null`, which may come as bytes too.
  if (json.length === 4)
    throw new FootingError("FTG_NOT_FOUND", { detail: `No ${door.model.name} has the key ${segment}.` });
  if (!isVersioned) return { status: 200, type: jsonType, body: json };
  const row = splitVersion(json);
  return (
    answerUnchanged(door.view, request, row) ?? { status: 200, type: jsonType, body: row.json, headers: row.headers }
  );
}

/** `POST /api/cities`. A row that its creator may not read is created all the same: 204, and no word of where it is. */
export async function answerCreate(
  server: RestServer,
  door: Door,
  { query, body, actor }: HostRequest,
): Promise<HostResponse> {
  parseParameters(noParameters, query);
  const select = isTagged(door.view, undefined) ? selectVersion(door.view, undefined) : undefined;
  const data = readData(body);
  const json = await server.executor.create(
    { model: door.model.name, data, ...(select !== undefined && { select }) },
    actor,
  );
  if (json === null) return noContent;
  const key = renderKey(door.model, { ...Object(JSON.parse(json)) });
  const location = key === null ? {} : { location: `${door.path}/${key}` };
  return renderWritten(door, { status: 201, json, headers: location });
}

/** `PATCH /api/cities/5`. 204 when the change takes the row out of its writer's sight. */
export async function answerPatch(server: RestServer, door: Door, request: HostRequest): Promise<HostResponse> {
  const key = parseKey(door.model, readSegment(door, request));
  parseParameters(noParameters, request.query);
  const json = await runPatch(server.executor, {
    model: door.model,
    key,
    patch: readData(request.body),
    ...parseIfMatch(door.view, request),
    ...(isTagged(door.view, undefined) && { select: selectVersion(door.view, undefined) }),
    actor: request.actor,
  });
  return json === null ? noContent : renderWritten(door, { status: 200, json, headers: {} });
}

/** `DELETE /api/cities/5`. */
export async function answerDelete(server: RestServer, door: Door, request: HostRequest): Promise<HostResponse> {
  const key = parseKey(door.model, readSegment(door, request));
  const { permanently } = parseParameters(door.end, request.query);
  const ending = permanently === undefined ? {} : { permanently };
  const condition = parseIfMatch(door.view, request);
  await server.executor.delete({ model: door.model.name, key, ...condition, ...ending }, request.actor);
  return noContent;
}

/** The answer with a written row, its version in a header where it has one. */
function renderWritten(
  { view }: Door,
  { status, json, headers }: { status: number; json: string; headers: Readonly<Record<string, string>> },
): HostResponse {
  if (!isTagged(view, undefined)) return { status, type: jsonType, body: json, headers };
  const row = splitVersion(json);
  return { status, type: jsonType, body: row.json, headers: { ...headers, etag: row.headers.etag } };
}

/** `POST /api/cities/5/restore`. */
export async function answerRestore(server: RestServer, door: Door, request: HostRequest): Promise<HostResponse> {
  const segment = readSegment(door, request).slice(0, -restorePath.length);
  parseParameters(noParameters, request.query);
  const select = isTagged(door.view, undefined) ? { select: selectVersion(door.view, undefined) } : {};
  const query = { model: door.model.name, key: parseKey(door.model, segment), ...select };
  const json = await server.executor.restore(query, request.actor);
  return json === null ? noContent : renderWritten(door, { status: 200, json, headers: {} });
}

/** `GET /api/preview/cities/5`. */
export async function answerPreview(server: RestServer, door: Door, request: HostRequest): Promise<HostResponse> {
  const key = parseKey(door.model, request.path.slice(door.previewPath.length + 1));
  const { permanently } = parseParameters(door.end, request.query);
  const ending = permanently === undefined ? {} : { permanently };
  const preview = await server.executor.previewDelete({ model: door.model.name, key, ...ending }, request.actor);
  return { status: 200, type: jsonType, body: JSON.stringify(preview) };
}

/** The last segment of the path, still encoded. */
function readSegment({ path }: Door, request: HostRequest): string {
  return request.path.slice(path.length + 1);
}

function readData(body: unknown): DataQuery {
  if (isObject(body)) return body;
  const came = body === null ? "null" : Array.isArray(body) ? "an array" : `a ${typeof body}`;
  const detail = `The body must be an object of fields; got ${came}.`;
  throw new FootingError("FTG_INVALID", { detail, problems: [{ path: "", detail }] });
}

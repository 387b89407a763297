// The floor: a Fastify handler written by hand for each case, with the SQL that Footing compiled, on the same driver,
// prepared once. It checks no rule, knows no schema and sends no header that a handler need not send.

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import Fastify, { type FastifyInstance } from "fastify";
import { readList } from "../../../src/stores/sql/read-list.ts";
import { registerFunctions } from "../../../src/stores/sqlite/codec.ts";
import { askCities, createCity } from "../cases.ts";
import { type CapturedRequest, captureStatements } from "./capture.ts";
import { CITY_BODY, type CityBody, PRAGMAS, readEnvironment, serve } from "./serve.ts";

/** Values that stand for those of a request while the SQL is captured. */
const ID = 3_936_456;
const NEW_ID = 99_999_999;
const POPULATION = 77_777;
const COUNTRY = "PE";

const JSON_TYPE = "application/json; charset=utf-8";
const environment = readEnvironment();
const captured = await captureStatements(environment, {
  get: { path: `/api/cities/${ID}` },
  list: { path: `/api/cities?id[gt]=${ID}&limit=20` },
  toOne: { path: `/api/cities?id[gt]=${ID}&limit=20&include=country` },
  toMany: askCities(COUNTRY),
  filtered: { path: `/api/cities?country=${COUNTRY}&population[gt]=${POPULATION}&sort=-population&limit=20` },
  create: { path: "/api/cities", body: createCity(NEW_ID, COUNTRY) },
});
const db = new DatabaseSync(environment.database);
for (const pragma of PRAGMAS) db.exec(`PRAGMA ${pragma}`);
registerFunctions(db);
db.prepare("DELETE FROM city WHERE id = ?").run(NEW_ID);
const ENVELOPE = Buffer.from('{"data":');
const server = Fastify();
addReads(server);
addCreate(server);
await serve(server);

function addReads(app: FastifyInstance): void {
  const get = prepareOne(captured.get, ID);
  const toMany = prepareOne(captured.toMany, COUNTRY);
  const list = prepareList(captured.list, [ID, 20]);
  const toOne = prepareList(captured.toOne, [ID, 20]);
  const filtered = prepareList(captured.filtered, [COUNTRY, POPULATION, 20]);
  app.get<{ Params: { id: string } }>("/api/cities/:id", ({ params }, reply) => {
    const body = get(Number(params.id));
    if (body === null) return reply.code(404).send({ title: "Not found" });
    return reply.type(JSON_TYPE).send(body);
  });
  app.get<{ Querystring: Record<string, string> }>("/api/cities", ({ query }, reply) => {
    const limit = Number(query["limit"]);
    const { country = "", include } = query;
    reply.type(JSON_TYPE);
    if (country !== "") return reply.send(filtered([country, Number(query["population[gt]"]), limit]));
    return reply.send((include === "country" ? toOne : list)([Number(query["id[gt]"]), limit]));
  });
  app.post<{ Body: { variables: { code: string } } }>("/graphql", ({ body }, reply) =>
    reply.type(JSON_TYPE).send(toMany(body.variables.code)),
  );
}

function addCreate(app: FastifyInstance): void {
  const statements = captured.create.statements.filter(({ sql }) => /^(INSERT|SELECT)/.test(sql));
  const [insert, select] = statements.map(({ sql }) => prepare(sql));
  if (insert === undefined || select === undefined) throw new Error("Footing creates a city in another way now.");
  app.post<{ Body: CityBody }>("/api/cities", { schema: { body: CITY_BODY } }, ({ headers, body }, reply) => {
    if (headers.authorization !== environment.authorization) return reply.code(403).send({ title: "Not allowed" });
    const { id, name, population, latitude, longitude, featureCode, country, region = null } = body;
    insert.run(id, name, population, latitude, longitude, featureCode, country, region);
    return reply
      .code(201)
      .type(JSON_TYPE)
      .send(readText(readRow(select, [id])?.[0]));
  });
}

/** A statement with one changing value whose first column goes into a fixed envelope. */
function prepareOne(
  { statements, body }: CapturedRequest,
  sample: SQLInputValue,
): (value: SQLInputValue) => string | null {
  const { statement, values, row } = prepareOnly(statements);
  const text = readText(row[0]);
  const [head, tail] = split(body, text);
  const place = find(values, sample);
  return (value) => {
    const row = readRow(statement, values.with(place, value));
    return row === undefined ? null : head + readText(row[0]) + tail;
  };
}

/** A statement whose columns are the rows, whether there are more, and the sort key of the last. */
function prepareList(
  { statements, body }: CapturedRequest,
  samples: readonly SQLInputValue[],
): (values: readonly SQLInputValue[]) => Buffer {
  const { statement, values } = prepareOnly(statements);
  const places = samples.map((sample) => find(values, sample));
  if (places.some((place, index) => place !== index)) throw new Error("Footing binds in another order now.");
  const { page }: { page: { next: string } } = JSON.parse(body);
  const [tag]: [string] = JSON.parse(Buffer.from(page.next, "base64url").toString());
  const start = `["${tag}",`;
  const cut = { limit: samples.length - 1, backwards: false };
  return (values) => {
    const { json, hasMore, edge } = readList(readRow(statement, values) ?? [], values, cut);
    const next = hasMore ? `"${Buffer.from(start + String(edge).slice(1)).toString("base64url")}"` : "null";
    return Buffer.concat([ENVELOPE, toBytes(json), Buffer.from(`,"page":{"hasMore":${hasMore},"next":${next}}}`)]);
  };
}

function toBytes(json: string | Buffer): Buffer {
  return typeof json === "string" ? Buffer.from(json) : json;
}

function prepareOnly(statements: CapturedRequest["statements"]): {
  statement: StatementSync;
  values: SQLInputValue[];
  row: readonly unknown[];
} {
  const [only, ...others] = statements;
  if (only === undefined || others.length > 0)
    throw new Error(`Footing ran ${statements.length} statements for one read.`);
  // What reached the driver once can be bound again.
  return { statement: prepare(only.sql), values: only.values as SQLInputValue[], row: only.row };
}

function prepare(sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

function readRow(statement: StatementSync, values: readonly SQLInputValue[]): readonly unknown[] | undefined {
  // With setReturnArrays a row is an array, which the types of Node do not know.
  return statement.get(...values) as readonly unknown[] | undefined;
}

function readText(value: unknown): string {
  if (!(value instanceof Uint8Array)) return String(value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8");
}

function split(body: string, text: string): [head: string, tail: string] {
  const start = body.indexOf(text);
  if (start < 0) throw new Error("Footing's answer does not hold the text of the statement.");
  return [body.slice(0, start), body.slice(start + text.length)];
}

function find(values: readonly SQLInputValue[], sample: SQLInputValue): number {
  const place = values.indexOf(sample);
  if (place < 0) throw new Error(`${String(sample)} was not bound.`);
  return place;
}

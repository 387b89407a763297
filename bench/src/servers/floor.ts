// The floor: a Fastify handler written by hand for each case, with the SQL that Footing compiled, on the same driver,
// prepared once. It checks no rule, knows no schema and sends no header that a handler need not send.

import Fastify, { type FastifyInstance } from "fastify";
import type { ReadResult, Values } from "../../../src/stores/contract/store.ts";
import { joinRows } from "../../../src/stores/sql/join-rows.ts";
import { readAnswer } from "../../../src/stores/sql/sql-statement.ts";
import { askCities, createCity } from "../cases.ts";
import { type CapturedRequest, captureStatements } from "./capture.ts";
import { type Answer, connectDriver, type DriverRows } from "./floor-drivers.ts";
import { CITY_BODY, type CityBody, readEnvironment, serve } from "./serve.ts";

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
const driver = await connectDriver(environment.database);
await driver.exec(`DELETE FROM city WHERE id = ${NEW_ID}`);
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
  app.get<{ Params: { id: string } }>("/api/cities/:id", ({ params }, reply) =>
    then(get(Number(params.id)), (body) => {
      if (body === null) return reply.code(404).send({ title: "Not found" });
      return reply.type(JSON_TYPE).send(body);
    }),
  );
  app.get<{ Querystring: Record<string, string> }>("/api/cities", ({ query }, reply) => {
    const limit = Number(query["limit"]);
    const { country = "", include } = query;
    const read = country !== "" ? filtered : include === "country" ? toOne : list;
    const own = country !== "" ? [country, Number(query["population[gt]"])] : [Number(query["id[gt]"])];
    return then(read([...own, limit]), (body) => reply.type(JSON_TYPE).send(body));
  });
  app.post<{ Body: { variables: { code: string } } }>("/graphql", ({ body }, reply) =>
    then(toMany(body.variables.code), (text) => reply.type(JSON_TYPE).send(text)),
  );
}

/** Inserts the city, and reads it where the insert does not answer it: each a transaction of its own. */
function addCreate(app: FastifyInstance): void {
  const { compiled, values } = captured.create;
  const steps = compiled.kind === "write" ? compiled.program.steps : [];
  const kinds = steps.map(({ kind }) => kind).join();
  if (kinds !== "changeOne" && kinds !== "change,return") throw new Error(`Footing creates a city by ${kinds} now.`);
  const [insert, select] = steps.flatMap((step) => ("text" in step ? [driver.prepare(step.text, "write")] : []));
  if (insert === undefined) throw new Error("Footing creates a city without a statement.");
  const sample: Readonly<Record<string, unknown>> = JSON.parse(createCity(NEW_ID, COUNTRY));
  const names = Object.keys(sample);
  const bind = createBinder(values, Object.values(sample));
  app.post<{ Body: CityBody & Record<string, unknown> }>(
    "/api/cities",
    { schema: { body: CITY_BODY } },
    ({ headers, body }, reply) => {
      if (headers.authorization !== environment.authorization) return reply.code(403).send({ title: "Not allowed" });
      const bound = bind(names.map((name) => body[name]));
      const written = then(insert(bound), (rows) => (select === undefined ? rows : select(bound)));
      return then(written, (rows) =>
        reply
          .code(201)
          .type(JSON_TYPE)
          .send(readAnswer(rows[0], bound, null).json),
      );
    },
  );
}

/** A statement with one changing value whose answer goes into a fixed envelope. */
function prepareOne(request: CapturedRequest, sample: unknown): (value: unknown) => Answer<string | Buffer | null> {
  const { run, read } = prepareRead(request);
  const [head, tail] = split(request);
  const bind = createBinder(request.values, [sample]);
  return (value) => {
    const values = bind([value]);
    return then(run(values), (rows) => (rows.length === 0 ? null : wrap(head, read(rows, values).json, tail)));
  };
}

/** A statement that answers the rows of a list, whether there are more, and the sort key of the last. */
function prepareList(
  request: CapturedRequest,
  samples: readonly unknown[],
): (values: readonly unknown[]) => Answer<Buffer> {
  const { run, read } = prepareRead(request);
  const bind = createBinder(request.values, samples);
  const { page }: { page: { next: string } } = JSON.parse(request.body);
  const [tag]: [string] = JSON.parse(Buffer.from(page.next, "base64url").toString());
  const start = `["${tag}",`;
  return (own) => {
    const values = bind(own);
    return then(run(values), (rows) => {
      const { json, hasMore, edge } = read(rows, values);
      const next = hasMore ? `"${Buffer.from(start + String(edge).slice(1)).toString("base64url")}"` : "null";
      return Buffer.concat([ENVELOPE, toBytes(json), Buffer.from(`,"page":{"hasMore":${hasMore},"next":${next}}}`)]);
    });
  };
}

/** The statement of a read, and how its rows become the answer. */
function prepareRead({ compiled }: CapturedRequest): {
  run: (values: Values) => Answer<DriverRows>;
  read: (rows: DriverRows, values: Values) => ReadResult;
} {
  if (compiled.kind !== "read") throw new Error(`Footing reads with a ${compiled.kind} now.`);
  const { text, cut, joined } = compiled;
  return {
    run: driver.prepare(text, "read"),
    read: (rows, values) => (joined === null ? readAnswer(rows[0], values, cut) : joinRows(joined, rows, values)),
  };
}

/** Puts new values where the samples stand among the values that Footing bound. */
function createBinder(values: Values, samples: readonly unknown[]): (own: readonly unknown[]) => Values {
  const places = samples.map((sample) => {
    const place = values.indexOf(sample);
    if (place < 0) throw new Error(`${String(sample)} was not bound.`);
    return place;
  });
  return (own) => {
    const bound = [...values];
    for (const [index, place] of places.entries()) bound[place] = own[index];
    return bound;
  };
}

/** What stands around the answer of the store in the body. */
function split({ body, json }: CapturedRequest): [head: string, tail: string] {
  const start = body.indexOf(json);
  if (start < 0) throw new Error("Footing's answer does not hold the text of the statement.");
  return [body.slice(0, start), body.slice(start + json.length)];
}

function wrap(head: string, json: string | Buffer, tail: string): string | Buffer {
  if (head === "" && tail === "") return json;
  return head + json.toString() + tail;
}

function toBytes(json: string | Buffer): Buffer {
  return typeof json === "string" ? Buffer.from(json) : json;
}

/** Goes on at once when the answer is there, without the cost of a promise. */
function then<T, R>(answer: Answer<T>, next: (value: T) => Answer<R>): Answer<R> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}

import { expect, test, vi } from "vitest";
import { isWriting, operations } from "../api/batch/operations.ts";
import { ModelClient } from "../api/local/model-client.ts";
import { systemActor } from "../engine/actor.ts";
import { createSchema } from "../schema/create-schema.ts";
import { model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import type { ClientOptions } from "./client-types.ts";
import { createClient } from "./create-client.ts";
import { readOperations } from "./repeat.ts";

const City = model({ id: t.int(), name: t.text(), seen: t.datetime(), meta: t.json().optional() }, { key: "id" });
interface TestApp {
  readonly models: { readonly City: typeof City };
  readonly actions: () => {
    readonly close: { readonly calls?: { readonly input: { readonly at: Date }; readonly output: number } };
    readonly touch: { readonly calls?: { readonly input: undefined; readonly output: undefined } };
  };
}

interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: { transaction: boolean; operations: Record<string, unknown>[] };
  readonly signal: AbortSignal;
}

/** A client whose requests are answered by `answer`; by default each operation with its place. */
function make(options: ClientOptions = {}, answer: (sent: Sent, nth: number) => unknown = answerAll) {
  const sent: Sent[] = [];
  const client = createClient<TestApp>("http://server/", {
    ...options,
    fetch: async (url, { headers, body, signal }) => {
      const request: Sent = {
        url,
        headers: { ...Object(headers) },
        body: JSON.parse(String(body ?? null)),
        signal: Object(signal),
      };
      sent.push(request);
      const given = await answer(request, sent.length);
      return given instanceof Response ? given : Response.json(given);
    },
  });
  return { client, sent };
}

function answerAll({ body }: Sent): unknown {
  return { results: body.operations.map((_, index) => ({ data: index })) };
}

function problem(status: number, code: string, more: object = {}): Response {
  const body = { type: "x", title: "Title", status, detail: "So it is.", code, fix: "Do it.", ...more };
  return Response.json(body, { status, headers: status === 503 ? { "retry-after": "0" } : {} });
}

test("calls of one turn are one request, those of the next another", async () => {
  const { client, sent } = make();
  const { City } = client;
  expect(await Promise.all([City.count(), City.get(1), client.with({ timeout: 1000 }).City.find()])).toEqual([0, 1, 2]);
  await City.count();
  expect(sent.map(({ url, body }) => [url, body.transaction, body.operations.map(({ op }) => op)])).toEqual([
    ["http://server/api/batch", false, ["count", "get", "find"]],
    ["http://server/api/batch", false, ["count"]],
  ]);
});

test("each method is an operation of the query language", async () => {
  const { client, sent } = make({}, ({ body }) => ({ results: body.operations.map(() => ({ data: 1, page: 2 })) }));
  const { City } = client;
  const select = { name: true } as const;
  const row = { id: 1, name: "a", seen: "2026-01-01T00:00:00.000Z" };
  const where = { id: 1 };
  const answers = await Promise.all<unknown>([
    City.find({ where, select, limit: 5 }),
    City.findPage({ orderBy: ["-id"] }),
    City.first(),
    City.get(1, { select }),
    City.count({ where }),
    City.create(row, { select }),
    City.createMany(new Set([row])),
    City.update(1, { name: "b" }),
    City.updateMany({ all: true, data: { name: "b" } }),
    City.delete(1),
    City.deleteMany({ where }),
    City.aggregate({ count: true, where }),
    City.upsert(1, { create: { name: "a", seen: "x" }, update: { name: "b" } }, { select }),
    City.updateEach([{ key: 1, data: { name: "b" } }]),
    City.upsertMany([row], { update: ["name"] }),
  ]);
  expect(answers).toEqual([1, { data: 1, page: 2 }, ...Array.from({ length: 13 }, () => 1)]);
  const model = "City";
  expect(sent[0]?.body.operations).toEqual([
    { op: "find", model, where, select, limit: 5 },
    { op: "find", model, orderBy: ["-id"] },
    { op: "first", model },
    { op: "get", model, key: 1, select },
    { op: "count", model, where },
    { op: "create", model, data: row, select },
    { op: "createMany", model, data: [row] },
    { op: "update", model, key: 1, data: { name: "b" } },
    { op: "updateMany", model, all: true, data: { name: "b" } },
    { op: "delete", model, key: 1 },
    { op: "deleteMany", model, where },
    { op: "aggregate", model, count: true, where },
    { op: "upsert", model, key: 1, create: { name: "a", seen: "x" }, update: { name: "b" }, select },
    { op: "updateEach", model, rows: [{ key: 1, data: { name: "b" } }] },
    { op: "upsertMany", model, data: [row], update: ["name"] },
  ]);
});

test("its methods are those that db has", () => {
  const { schema } = createSchema({ City });
  const own = new ModelClient({ model: Object(schema.models["City"]), convert: null }, Object({}), systemActor);
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(own)).filter((name) => name !== "constructor");
  expect(Object.keys(make().client.City).sort()).toEqual(names.sort());
});

test("what may be sent twice is what the server's own table says only reads", () => {
  const reads = Object.entries(operations).filter(([, operation]) => !isWriting(operation));
  expect([...readOperations].sort()).toEqual(reads.map(([name]) => name).sort());
});

test("values become JSON; what JSON would change is refused before it is sent", async () => {
  const { client, sent } = make();
  const seen = new Date(0);
  await client.City.updateMany({ where: { seen: { gt: seen } }, data: { seen, meta: { bytes: [1, null] } } });
  expect(sent[0]?.body.operations[0]).toMatchObject({
    where: { seen: { gt: "1970-01-01T00:00:00.000Z" } },
    data: { seen: "1970-01-01T00:00:00.000Z", meta: { bytes: [1, null] } },
  });
  const wrong: [object, string][] = [
    [{ where: { id: undefined } }, "where.id: expected a value that can be sent, got undefined."],
    [{ where: { any: [{ id: Number.NaN }] } }, "where.any.0.id: expected a value that can be sent, got NaN."],
    [{ where: { seen: new Date("x") } }, "where.seen: expected a value that can be sent, got an invalid Date."],
    [{ where: { id: () => 1 } }, "where.id: expected a value that can be sent, got function."],
    [
      { select: { x: { where: { id: undefined } } } },
      "select.x.where.id: expected a value that can be sent, got undefined.",
    ],
  ];
  for (const [query, message] of wrong)
    await expect(client.City.find(query)).rejects.toMatchObject({
      name: "ClientError",
      code: "USAGE",
      status: 0,
      message,
    });
  expect(sent).toHaveLength(1);
});

test("in data undefined is left out, and what only looks like a reference is quoted", async () => {
  const { client, sent } = make();
  const meta = { $ref: "#/x" };
  await client.City.update(1, { name: undefined, meta });
  await client.City.update(1, { meta: { a: { $value: 1 } } });
  expect(sent.map(({ body }) => body.operations[0]?.["data"])).toEqual([
    { meta: { $value: { $ref: "#/x" } } },
    { meta: { a: { $value: { $value: 1 } } } },
  ]);
});

test("bigints and bytes become text", async () => {
  const { client, sent } = make();
  await client.City.find({ where: Object({ a: 2n ** 63n, b: { in: [new Uint8Array([0, 255])] } }) });
  expect(sent[0]?.body.operations[0]?.["where"]).toEqual({ a: "9223372036854775808", b: { in: ["AP8="] } });
});

test("headers may be asked for before each request", async () => {
  let count = 0;
  const { client, sent } = make({ headers: async () => ({ authorization: `Bearer ${++count}`, "content-type": "x" }) });
  await client.City.count();
  await client.City.count();
  expect(sent.map(({ headers }) => headers["authorization"])).toEqual(["Bearer 1", "Bearer 2"]);
  expect(sent[0]?.headers["content-type"]).toBe("application/json");
});

test("an operation that failed is a typed error; the others have their results", async () => {
  const error = {
    status: 404,
    code: "FTG_NOT_FOUND",
    title: "Not found",
    detail: "No City.",
    fix: "Check.",
    operation: 1,
  };
  const { client } = make({}, () => ({ results: [{ data: 1 }, { error }] }));
  const [count, gone] = await Promise.allSettled([client.City.count(), client.City.delete(5)]);
  expect(count).toEqual({ status: "fulfilled", value: 1 });
  expect(gone).toMatchObject({
    reason: {
      name: "ClientError",
      code: "FTG_NOT_FOUND",
      status: 404,
      message: "No City.",
      fix: "Check.",
      problems: [],
    },
  });
});

test("reads are sent again when the server is busy or gone; writes never", async () => {
  const { client, sent } = make({ retries: 2 }, (request, nth) => {
    if (nth === 1) return problem(503, "FTG_BUSY");
    if (nth === 2) throw new TypeError("fetch failed");
    return answerAll(request);
  });
  const [read, write] = await Promise.allSettled([client.City.count(), client.City.delete(1)]);
  expect(read).toEqual({ status: "fulfilled", value: 0 });
  expect(write).toMatchObject({ reason: { code: "FTG_BUSY", status: 503, retryAfter: null } });
  expect(sent.map(({ body }) => body.operations.map(({ op }) => op))).toEqual([
    ["count", "delete"],
    ["count"],
    ["count"],
  ]);
});

test("gives up after the retries, at once for what will not pass", async () => {
  const { client, sent } = make({ retries: 1 }, () => problem(503, "FTG_BUSY"));
  await expect(client.City.count()).rejects.toMatchObject({ code: "FTG_BUSY" });
  expect(sent).toHaveLength(2);
  const other = make({}, () => problem(403, "FTG_FORBIDDEN"));
  await expect(other.client.City.count()).rejects.toMatchObject({ code: "FTG_FORBIDDEN", status: 403 });
  expect(other.sent).toHaveLength(1);
});

test("one call that makes the whole batch unreadable does not spoil the others", async () => {
  const { client, sent } = make({}, (request) =>
    request.body.operations.some(({ key }) => key === 2) ? problem(400, "FTG_BODY") : answerAll(request),
  );
  const results = await Promise.allSettled([client.City.get(1), client.City.get(2), client.City.get(3)]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(sent).toHaveLength(4);
});

test("batches hold no more than they may", async () => {
  const { client, sent } = make({ maxBatch: 2 });
  await Promise.all(Array.from({ length: 5 }, () => client.City.count()));
  expect(sent.map(({ body }) => body.operations.length)).toEqual([2, 2, 1]);
});

test("a call ends when its signal fires, the request when all its calls have", async () => {
  const { client, sent } = make(
    {},
    ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  const [one, two] = [new AbortController(), new AbortController()];
  const first = client.with({ signal: one.signal }).City.count();
  const second = client.with({ signal: two.signal }).City.count();
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  one.abort(new Error("no more"));
  await expect(first).rejects.toThrow("no more");
  expect(sent[0]?.signal.aborted).toBe(false);
  two.abort();
  await expect(second).rejects.toMatchObject({ name: "AbortError" });
  expect(sent[0]?.signal.aborted).toBe(true);
  await expect(client.with({ signal: two.signal }).City.count()).rejects.toMatchObject({ name: "AbortError" });
});

test("a call that gets no answer in time fails with TIMEOUT, retries included", async () => {
  const { client } = make(
    { timeout: 40 },
    ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  await expect(client.City.count()).rejects.toMatchObject({ code: "TIMEOUT", message: "No answer came within 40 ms." });
  const busy = make({ timeout: 40, retries: 1000 }, () => problem(503, "FTG_BUSY"));
  await expect(busy.client.City.count()).rejects.toMatchObject({ code: "TIMEOUT" });
});

test.each([
  ["no JSON", () => new Response("<html>")],
  ["other JSON", () => ({ hello: 1 })],
  ["too few results", () => ({ results: [] })],
  ["results of another form", () => ({ results: [5] })],
  ["a failure that is no problem", () => new Response("Bad gateway", { status: 500 })],
])("%s is a RESPONSE error", async (_what, answer) => {
  await expect(make({}, answer).client.City.count()).rejects.toMatchObject({ code: "RESPONSE" });
});

test("a client is no promise", async () => {
  const { client } = make();
  expect(await client).toBe(client);
});

test("an action is a request of its own, sent once", async () => {
  const { client, sent } = make({}, (_sent, nth) =>
    nth === 1 ? 5 : nth === 2 ? new Response(null) : problem(503, "FTG_BUSY"),
  );
  expect(await client.actions.close({ at: new Date(0) })).toBe(5);
  expect(await client.actions.touch()).toBeNull();
  await expect(client.actions.touch()).rejects.toMatchObject({ code: "FTG_BUSY" });
  await expect(client.actions.close({ at: new Date("x") })).rejects.toMatchObject({ code: "USAGE" });
  expect(await client.actions).toBe(client.actions);
  expect(sent.map(({ url, body }) => [url, body])).toEqual([
    ["http://server/api/actions/close", { at: "1970-01-01T00:00:00.000Z" }],
    ["http://server/api/actions/touch", null],
    ["http://server/api/actions/touch", null],
  ]);
  expect(sent[1]?.headers).not.toHaveProperty("content-type");
});

test("a transaction is one batch whose operations may refer to each other", async () => {
  const { client, sent } = make();
  const row = { id: 1, name: "a", seen: "x" };
  const result = await client.transaction(async (tx) => {
    const city = tx.City.create(row);
    const other = tx.City.update(tx.ref(city, "id"), { name: tx.ref(city, "name") });
    return { city: await city, other: await other };
  });
  expect(result).toEqual({ city: 0, other: 1 });
  expect(sent.map(({ body }) => body)).toEqual([
    {
      transaction: true,
      operations: [
        { op: "create", model: "City", data: row, as: "o0" },
        { op: "update", model: "City", key: { $ref: "o0.id" }, data: { name: { $ref: "o0.name" } }, as: "o1" },
      ],
    },
  ]);
});

test("a failed transaction rejects as a whole, whether or not its results are awaited", async () => {
  const { client } = make({}, () => problem(409, "FTG_CONFLICT", { operation: 1 }));
  const row = { id: 1, name: "a", seen: "x" };
  const failure = { code: "FTG_CONFLICT", operation: 1 };
  await expect(
    client.transaction(async (tx) => {
      tx.City.create(row);
      tx.City.create(row);
      return "done";
    }),
  ).rejects.toMatchObject(failure);
  await expect(client.transaction((tx) => Promise.all([tx.City.create(row)]))).rejects.toMatchObject(failure);
});

test("nothing of a transaction is sent when a part of it cannot be, or its work fails", async () => {
  const { client, sent } = make();
  await expect(
    client.transaction(async (tx) => {
      tx.City.delete(1);
      tx.City.deleteMany({ where: { id: Object(undefined), seen: new Date("x") } });
    }),
  ).rejects.toMatchObject({ code: "USAGE" });
  await expect(
    client.transaction(async (tx) => {
      tx.City.delete(1);
      throw new Error("own");
    }),
  ).rejects.toThrow("own");
  await expect(
    client.transaction(async (tx) => {
      tx.City.delete(1);
      tx.City.update(tx.ref(client.City.get(1), "id"), {});
    }),
  ).rejects.toMatchObject({ code: "USAGE", message: "ref takes what a call on the same tx returned, as it is." });
  expect(sent.filter(({ body }) => body.transaction)).toEqual([]);
});

test("a call after the first wait is refused, not lost", async () => {
  const { client, sent } = make();
  const late = client.transaction(async (tx) => {
    const city = await tx.City.get(1);
    await tx.City.delete(1);
    return city;
  });
  await expect(late).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining("before the first await"),
  });
  expect(sent).toHaveLength(1);
});

test("a transaction without operations sends nothing", async () => {
  const { client, sent } = make();
  expect(await client.transaction(async () => 5)).toBe(5);
  expect(sent).toEqual([]);
});

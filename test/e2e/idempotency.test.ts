// A write that is sent again with the same key is done once and answered again as it was, on every store.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { defineApp } from "../../src/app/define-app.ts";
import { loadStore } from "../../src/app/load-store.ts";
import { type RunningApp, startApp } from "../../src/app/start-app.ts";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { ANSWER_MODEL } from "../../src/idempotency/answer-model.ts";
import type { IdempotencyOptions } from "../../src/idempotency/idempotent-writes.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { describeWithServer, useServer } from "../servers/shared-servers.ts";
import { inlineShared } from "../support/openapi-document.ts";
import { findOpenApiProblems } from "../support/openapi-problems.ts";
import { createFolder, start, stop } from "./cli-harness.ts";
import { type RawAnswer, type RawRequest, sendRequest } from "./raw-http.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;
const Fact = model(
  { id: t.int(), text: t.text().max(1000), mark: t.text().unique().optional(), meta: t.json().optional() },
  { key: "id", access: everyone },
);
const Unseen = model({ id: t.int() }, { key: "id", access: { create: true } });

/** What the app's own code waits for before it ends. */
let gate: Promise<void> = Promise.resolve();
let commits = 0;

/** The app, with keys or without. */
function declareApp(idempotency?: true | IdempotencyOptions) {
  return defineApp({
    models: { Fact, Unseen },
    ...(idempotency !== undefined && { idempotency }),
    authenticate: ({ headers }) => {
      const id = headers["x-user"];
      if (typeof id !== "string") return null;
      return { id: /^\d+$/.test(id) ? BigInt(id) : id };
    },
    hooks: {
      Fact: {
        beforeCreate: async ({ data }) => {
          if (data.text === "slow") await gate;
        },
        afterCommit: () => {
          commits += 1;
        },
      },
    },
    actions: (action) => ({
      addFact: action({
        access: true,
        run: async ({ db }) => {
          const count = await db.Fact.count({});
          await db.Fact.create({ id: 100 + count, text: "of an action" });
          return { count };
        },
      }),
      addAndFail: action({
        access: true,
        run: async ({ db }) => {
          await db.Fact.create({ id: 99, text: "undone" });
          throw new FootingError("FTG_CONFLICT", { detail: "No." });
        },
      }),
      countFacts: action({ method: "query", access: true, run: ({ db }) => db.Fact.count({}) }),
    }),
  });
}

type FactApp = ReturnType<typeof declareApp>;

interface Served {
  readonly running: RunningApp<FactApp["models"]>;
  /** Past all rules, and at Footing's own table. */
  readonly engine: Engine;
  readonly send: (request: RawRequest & { readonly key?: string; readonly user?: string }) => Promise<RawAnswer>;
  readonly post: (body: unknown, key?: string, path?: string) => Promise<RawAnswer>;
  readonly count: () => Promise<number>;
}

async function serve(database: string, declaredApp: FactApp = declareApp(true)): Promise<Served> {
  const store = await loadStore(database);
  const running = await startApp(declaredApp, {
    database: store,
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "x",
  });
  const engine = createEngine({ ...declaredApp.stored, store });
  const send: Served["send"] = ({ key, user, headers, ...request }) =>
    sendRequest(running.port, {
      ...request,
      headers: {
        ...(request.body !== undefined && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
        ...(user !== undefined && { "x-user": user }),
        ...headers,
      },
    });
  return {
    running,
    engine,
    send,
    post: (body, key, path = "/api/facts") =>
      send({ method: "POST", path, body: JSON.stringify(body), ...(key !== undefined && { key }) }),
    count: () => engine.count({ model: "Fact" }, systemActor),
  };
}

/** Asserts that an answer is one that was given before. */
function expectReplay(answer: RawAnswer, first: RawAnswer): void {
  expect(first.headers["idempotency-replayed"]).toBeUndefined();
  expect(answer.headers["idempotency-replayed"]).toBe("true");
  expect(answer.text).toBe(first.text);
  for (const name of ["location", "content-type", "cache-control"])
    expect(answer.headers[name]).toBe(first.headers[name]);
  expect(answer.status).toBe(first.status);
}

const folder = mkdtempSync(join(tmpdir(), "footing-idempotency-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  gate = Promise.resolve();
});

describe("on SQLite", () => describeStore(async () => `sqlite:${join(folder, "data.db")}`));
describeWithServer("postgres", "on PostgreSQL", () =>
  describeStore(async () => (await useServer("postgres")).createDatabase()),
);
describeWithServer("mariadb", "on MariaDB", () =>
  describeStore(async () => (await useServer("mariadb")).createDatabase()),
);
describeWithServer("mysql", "on MySQL", () => describeStore(async () => (await useServer("mysql")).createDatabase()));

function describeStore(createDatabase: () => Promise<string>): void {
  let url: string;
  let served: Served;
  beforeAll(async () => {
    url = await createDatabase();
    served = await serve(url);
  });
  afterAll(() => served.running.close());

  async function problem(answer: RawAnswer | Promise<RawAnswer>): Promise<Record<string, unknown>> {
    return JSON.parse((await answer).text);
  }

  test("a create is done once, and answered again to the byte", async () => {
    commits = 0;
    const before = await served.count();
    const body = { id: 1, text: "Zürich 🏔\u2028\n'\"\\", meta: { z: [1, null, "é"], a: {} } };
    const first = await served.post(body, "create-1");
    expect(first).toMatchObject({ status: 201, headers: { location: "/api/facts/1" } });
    for (let times = 0; times < 3; times++) expectReplay(await served.post(body, "create-1"), first);
    expectReplay(await served.post(body, '"create-1"'), first);
    expect(await served.count()).toBe(before + 1);
    expect(commits).toBe(1);
    expect(await problem(served.post(body, "create-1-again"))).toMatchObject({ code: "FTG_CONFLICT" });
  });

  test("a change and a deletion too, also one that answers nothing", async () => {
    await served.post({ id: 2, text: "before" });
    const patch = { method: "PATCH", path: "/api/facts/2", body: '{"text":"after"}', key: "change" };
    const changed = await served.send(patch);
    expect(JSON.parse(changed.text)).toMatchObject({ text: "after" });
    await served.send({ ...patch, body: '{"text":"later"}', key: "other" });
    expectReplay(await served.send(patch), changed);
    const remove = { method: "DELETE", path: "/api/facts/2", key: "change" };
    const removed = await served.send(remove);
    expect(removed).toMatchObject({ status: 204, text: "" });
    expectReplay(await served.send(remove), removed);
    const unseen = await served.post({ id: 1 }, "unseen", "/api/unseens");
    expect(unseen.status).toBe(204);
    expectReplay(await served.post({ id: 1 }, "unseen", "/api/unseens"), unseen);
  });

  test("a key belongs to one caller, method, path and body", async () => {
    const body = { id: 3, text: "x" };
    const first = await served.post(body, "shared");
    expect(first.status).toBe(201);
    expect(await problem(served.post({ ...body, text: "y" }, "shared"))).toMatchObject({
      status: 422,
      code: "FTG_IDEMPOTENCY_REUSED",
    });
    for (const user of ["ann", "bob", "9007199254740993", "9007199254740992"]) {
      const own = await served.send({
        method: "POST",
        path: "/api/facts",
        body: JSON.stringify(body),
        key: "shared",
        user,
      });
      expect(JSON.parse(own.text)).toMatchObject({ code: "FTG_CONFLICT" });
    }
    expect((await served.post({ id: 2 }, "shared", "/api/unseens")).status).toBe(204);
    expectReplay(await served.post(body, "shared"), first);
  });

  test.each(["", '""', '"', "a b", "a,b", "a\\b", "é", "x".repeat(256), '"a" "b"'])(
    "the key %j is refused",
    async (key) => {
      const before = await served.count();
      expect(await problem(served.post({ id: 4, text: "x" }, Buffer.from(key).toString("latin1")))).toMatchObject({
        status: 400,
        code: "FTG_IDEMPOTENCY_KEY",
      });
      expect(await served.count()).toBe(before);
    },
  );

  test("a failure is not kept: the key is free for the corrected request", async () => {
    const wrong = await served.post({ id: 5, text: "x".repeat(1001) }, "fixed");
    expect(wrong.status).toBe(422);
    expect((await served.post({ id: 1, text: "taken" }, "fixed")).status).toBe(409);
    expect((await served.send({ method: "POST", path: "/api/facts?nope=1", body: "{}", key: "fixed" })).status).toBe(
      400,
    );
    const right = await served.post({ id: 5, text: "x" }, "fixed");
    expect(right).toMatchObject({ status: 201 });
    expectReplay(await served.post({ id: 5, text: "x" }, "fixed"), right);
  });

  test("a request that is under way is not done twice at a time", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const first = served.post({ id: 6, text: "slow" }, "slow");
    await sleep(100);
    const second = await served.post({ id: 6, text: "slow" }, "slow");
    expect(second).toMatchObject({ status: 409, headers: { "retry-after": "1" } });
    expect(JSON.parse(second.text)).toMatchObject({ code: "FTG_IDEMPOTENCY_RUNNING" });
    resolve();
    expect((await first).status).toBe(201);
    expectReplay(await served.post({ id: 6, text: "slow" }, "slow"), await first);
  });

  test("another process waits for what becomes of it", async () => {
    const other = await serve(url);
    onTestFinished(() => other.running.close());
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    commits = 0;
    const first = served.post({ id: 7, text: "slow" }, "elsewhere");
    await sleep(100);
    const second = other.post({ id: 7, text: "slow" }, "elsewhere");
    await sleep(200);
    resolve();
    expect((await first).status).toBe(201);
    expectReplay(await second, await first);
    expect(commits).toBe(1);
  });

  test("many at once, from two processes, make one row", async () => {
    const other = await serve(url);
    onTestFinished(() => other.running.close());
    for (let id = 40; id < 50; id++) {
      const send = (from: Served): Promise<RawAnswer> => from.post({ id, text: "x" }, `race-${id}`);
      const answers = await Promise.all([served, other, served, other].map(send));
      expect(answers.map(({ status }) => status)).not.toContain(503);
      const first = answers.find(
        ({ headers, status }) => status === 201 && headers["idempotency-replayed"] === undefined,
      );
      expect(answers.map(({ status }) => status).filter((status) => status !== 201 && status !== 409)).toEqual([]);
      if (first === undefined) throw new Error("nobody was first");
      for (const answer of answers) if (answer.status === 201 && answer !== first) expectReplay(answer, first);
    }
  });

  test("a batch is done once; one that fails is undone and not kept", async () => {
    const create = (id: number): unknown => ({ op: "create", model: "Fact", data: { id, text: "batch" } });
    const failing = { operations: [create(20), create(21), create(20)] };
    expect(await problem(served.post(failing, "batch", "/api/batch"))).toMatchObject({
      code: "FTG_CONFLICT",
      operation: 2,
    });
    const batch = { operations: [create(20), create(21)] };
    const first = await served.post(batch, "batch", "/api/batch");
    expect(first.status).toBe(200);
    expectReplay(await served.post(batch, "batch", "/api/batch"), first);
    const single = { ...batch, transaction: false };
    expect(await problem(served.post(single, "single", "/api/batch"))).toMatchObject({ code: "FTG_IDEMPOTENCY_KEY" });
    expect((await served.post(single, undefined, "/api/batch")).status).toBe(200);
  });

  test("an action is run once; one that fails is undone and not kept", async () => {
    const send = (name: string, key: string): Promise<RawAnswer> =>
      served.send({ method: "POST", path: `/api/actions/${name}`, key });
    const before = await served.count();
    const first = await send("addFact", "action");
    expect(JSON.parse(first.text)).toEqual({ count: before });
    expectReplay(await send("addFact", "action"), first);
    expect(await problem(send("addAndFail", "action"))).toMatchObject({ code: "FTG_CONFLICT" });
    expect(await served.count()).toBe(before + 1);
    expect((await send("countFacts", "not a key")).text).toBe(String(before + 1));
  });

  test("answers expire, and go a few at a time", async () => {
    const { engine } = served;
    const count = (): Promise<number> => engine.count({ model: ANSWER_MODEL }, systemActor);
    const first = await served.post({ id: 30, text: "x" }, "expiring");
    await engine.updateMany(
      { model: ANSWER_MODEL, all: true, data: { expiresAt: new Date(Date.now() + 1_000_000).toISOString() } },
      systemActor,
    );
    expectReplay(await served.post({ id: 30, text: "x" }, "expiring"), first);
    await engine.updateMany(
      { model: ANSWER_MODEL, all: true, data: { expiresAt: new Date(Date.now() - 1).toISOString() } },
      systemActor,
    );
    const expired = Array.from({ length: 25 }, (_, index) => ({
      id: `expired-${index}`,
      request: "",
      head: "{}",
      expiresAt: "2020-01-01T00:00:00.000Z",
    }));
    await engine.createMany({ model: ANSWER_MODEL, data: expired }, systemActor);
    const before = await count();
    expect(await problem(served.post({ id: 30, text: "x" }, "expiring"))).toMatchObject({ code: "FTG_CONFLICT" });
    expect(await count()).toBe(before - 11);
    for (let round = 0; (await count()) > 1 && round < 20; round++)
      await served.post({ id: 31, text: "y" }, `round-${round}`);
    await served.post({ id: 31, text: "y" });
    expect(await count()).toBe(1);
  });

  test("requests without a key leave nothing behind", async () => {
    const { engine } = served;
    const before = await engine.count({ model: ANSWER_MODEL }, systemActor);
    await served.post({ id: 60, text: "x" });
    await served.send({ path: "/api/facts", key: "a read" });
    expect(await engine.count({ model: ANSWER_MODEL }, systemActor)).toBe(before);
  });
}

describe("the table of answers", () => {
  test("shows nowhere", async () => {
    const served = await serve("sqlite::memory:");
    onTestFinished(() => served.running.close());
    const { routes } = served.running;
    expect(routes.map(({ path }) => path).filter((path) => /answer/i.test(path))).toEqual([]);
    const { text } = await served.send({ path: "/openapi.json" });
    expect(text).not.toMatch(/FootingAnswer|footing_answer/);
    expect(Object.keys(served.running.db.asSystem())).not.toContain(ANSWER_MODEL);
    const find = { operations: [{ op: "find", model: ANSWER_MODEL }] };
    expect(JSON.parse((await served.post(find, undefined, "/api/batch")).text)).toMatchObject({ status: 400 });
    const graphql = await served.post({ query: "{ footingAnswers { nodes { id } } }" }, undefined, "/graphql");
    expect(graphql.text).toContain("Cannot query field");
  });

  test("is there only in apps that want it, and only there the header means something", async () => {
    const served = await serve("sqlite::memory:", declareApp());
    onTestFinished(() => served.running.close());
    expect((await served.post({ id: 1, text: "x" }, "a")).status).toBe(201);
    expect((await served.post({ id: 1, text: "x" }, "a")).status).toBe(409);
    expect((await served.send({ path: "/openapi.json" })).text).not.toMatch(/Idempotency-(Key|Replayed)/);
    await expect(served.engine.count({ model: ANSWER_MODEL }, systemActor)).rejects.toMatchObject({
      code: "FTG_QUERY",
    });
  });

  test("is demanded of a database that was made without it", async () => {
    const url = `sqlite:${join(folder, "without.db")}`;
    await (await serve(url, declareApp())).running.close();
    await expect(serve(url)).rejects.toMatchObject({
      code: "FTG_DATABASE_MISMATCH",
      problems: [{ detail: "The table footing_answer is missing.", fix: expect.stringContaining("CREATE TABLE") }],
    });
  });

  test("keeps answers for as long as the app says", async () => {
    const served = await serve("sqlite::memory:", declareApp({ hours: 2 }));
    onTestFinished(() => served.running.close());
    await served.post({ id: 1, text: "x" }, "a");
    const { json } = await served.engine.read({ model: ANSWER_MODEL }, systemActor);
    const [{ expiresAt }]: [{ expiresAt: string }] = JSON.parse(json);
    expect((Date.parse(expiresAt) - Date.now()) / 3_600_000).toBeCloseTo(2, 1);
  });

  test.each([{ hours: 0 }, { hours: 1.5 }])("%j is refused", (idempotency) => {
    expect(() => declareApp(idempotency)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ path: "defineApp.idempotency.hours" })] }),
    );
  });

  test("cannot be declared by the app itself", () => {
    expect(() => defineApp({ models: { [ANSWER_MODEL]: model({}, { table: "mine" }) }, idempotency: true })).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ path: `defineApp.models.${ANSWER_MODEL}` })] }),
    );
  });
});

test("the API document has the header wherever it means something, and is valid", async () => {
  const served = await serve("sqlite::memory:");
  onTestFinished(() => served.running.close());
  const document = JSON.parse((await served.send({ path: "/openapi.json" })).text);
  expect(await findOpenApiProblems(document)).toEqual([]);
  const reference = { $ref: "#/components/parameters/IdempotencyKey" };
  const keyed: string[] = [];
  for (const [path, item] of Object.entries<Record<string, unknown>>(inlineShared(document).paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const { parameters = [], responses } = { ...Object(operation) };
      if (!JSON.stringify(parameters).includes(JSON.stringify(reference))) continue;
      keyed.push(`${method} ${path}`);
      for (const status of ["400", "409", "422"])
        expect(JSON.stringify(responses[status]), `${method} ${path}`).toContain("FTG_IDEMPOTENCY_");
      const success = Object.entries<{ headers: object }>(responses).filter(([status]) => status.startsWith("2"));
      for (const [, { headers }] of success) expect(headers).toHaveProperty("Idempotency-Replayed");
    }
  }
  expect(keyed.sort()).toEqual([
    "delete /api/facts/{key}",
    "patch /api/facts/{key}",
    "post /api/actions/addAndFail",
    "post /api/actions/addFact",
    "post /api/batch",
    "post /api/facts",
    "post /api/unseens",
  ]);
  const { schema } = document.components.parameters.IdempotencyKey;
  const pattern = new RegExp(schema.pattern, "u");
  for (const key of ["a", '"a"', "0190b2a4-7c1e-7a53-9d3e-0242ac120002", "x".repeat(255)])
    expect(pattern.test(key)).toBe(true);
  for (const key of ["", '""', "a b", "a,b", '"a', "x".repeat(256)]) expect(pattern.test(key)).toBe(false);
});

const KILLED_APP = `
import { defineApp, model, t } from "footing";

const Fact = model({ text: t.text(), at: t.datetime().default("now") }, { access: { read: true, create: true } });

export default defineApp({
  models: { Fact },
  idempotency: true,
  hooks: {
    Fact: {
      afterCommit() {
        if (process.env.KILL_AFTER_COMMIT) process.kill(process.pid, "SIGKILL");
      },
    },
  },
});
`;

const killed: readonly (readonly [title: string, createUrl: () => Promise<string>])[] = [
  ["SQLite", async () => "sqlite:./data.db"],
  ["PostgreSQL", async () => (await useServer("postgres")).createDatabase()],
  ["MariaDB", async () => (await useServer("mariadb")).createDatabase()],
  ["MySQL", async () => (await useServer("mysql")).createDatabase()],
];

for (const [title, createUrl] of killed) {
  const tests = (): void => {
    test("a server that is killed between commit and answer answers when it is back", { timeout: 60_000 }, async () => {
      const files = createFolder({ "app.ts": KILLED_APP });
      onTestFinished(() => rmSync(files, { recursive: true, force: true }));
      const env = { DATABASE_URL: await createUrl() };
      const post = (address: string): Promise<Response> =>
        fetch(`${address}/api/facts`, {
          method: "POST",
          body: '{"text":"once"}',
          headers: { "content-type": "application/json", "idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324" },
        });
      const dying = start(files, ["start", "app.ts"], { ...env, KILL_AFTER_COMMIT: "1" });
      await expect(post(await dying.address())).rejects.toThrow();
      expect(await dying.ended()).toBeNull();
      const server = start(files, ["start", "app.ts"], env);
      onTestFinished(() => void stop(server, "SIGKILL"));
      const address = await server.address();
      const read = async (): Promise<{ readonly data: readonly { readonly id: string }[] }> =>
        JSON.parse(await (await fetch(`${address}/api/facts`)).text());
      const rows = await read();
      const [first, second] = [await post(address), await post(address)];
      expect(first.headers.get("idempotency-replayed")).toBe("true");
      expect(first.status).toBe(201);
      const text = await first.text();
      expect(await second.text()).toBe(text);
      expect(JSON.parse(text)).toEqual(rows.data[0]);
      expect(first.headers.get("location")).toBe(`/api/facts/${rows.data[0]?.id}`);
      expect(await read()).toEqual(rows);
      expect(rows.data).toHaveLength(1);
    });
  };
  if (title === "PostgreSQL") describeWithServer("postgres", title, tests);
  else if (title === "MariaDB") describeWithServer("mariadb", title, tests);
  else if (title === "MySQL") describeWithServer("mysql", title, tests);
  else describe(title, tests);
}

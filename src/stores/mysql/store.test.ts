/** The store on a server: how it opens, what it says when it cannot, and what it does when others are in its way. */
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mariadb";
import { expect, onTestFinished, test, vi } from "vitest";
import { startMariadb } from "../../../test/servers/mariadb.ts";
import { describeWithServer, useServer } from "../../../test/servers/shared-servers.ts";
import { systemActor } from "../../engine/actor.ts";
import { createEngine } from "../../engine/engine.ts";
import type { Executor } from "../../engine/executor.ts";
import type { ReadQuery } from "../../plan/query.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { type Model, model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import type { Store } from "../contract/store.ts";
import { createMysqlStore, type MysqlOptions } from "./store.ts";

const access = { read: true, create: true, update: true, delete: true };
const Fact = model({ n: t.int(), rank: t.int().default(0), code: t.text().unique().optional() }, { key: "n", access });

interface Opened {
  readonly store: Store;
  readonly engine: Executor;
  readonly url: string;
}

async function open(
  models: Readonly<Record<string, Model>> = { Fact },
  options: Partial<MysqlOptions> = {},
): Promise<Opened> {
  const url = options.url ?? (await (await useServer("mariadb")).createDatabase());
  const { schema, rules } = createSchema(models);
  const store = createMysqlStore({ url, ...options });
  onTestFinished(() => store.close());
  await store.open(schema, { createTables: true });
  return { store, url, engine: createEngine({ schema, rules, store }) };
}

async function runSql(url: string, ...statements: readonly string[]): Promise<void> {
  const { hostname: host, port, username, password, pathname } = new URL(url);
  const connection = await createConnection({
    host,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  });
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

function createFact(engine: Executor, n: number, code: string | null = null): Promise<string | null> {
  return engine.create({ model: "Fact", data: { n, code }, select: { n: true } }, systemActor);
}

describeWithServer("mariadb", "opening", () => {
  test("the same database serves several processes, with one secret", async () => {
    const url = await (await useServer("mariadb")).createDatabase();
    const [first, second] = await Promise.all([open({ Fact }, { url }), open({ Fact }, { url })]);
    expect(first.store.secret()).toEqual(second.store.secret());
    await createFact(first.engine, 1);
    expect(await second.engine.count({ model: "Fact" }, systemActor)).toBe(1);
    expect(first.store.capabilities.label).toMatch(/^(MariaDB 1|MySQL )\d\./);
  });

  test("every difference is named", async () => {
    const { url } = await open();
    await runSql(
      url,
      "ALTER TABLE fact DROP COLUMN `rank`, ADD COLUMN other INT NOT NULL, DROP INDEX fact_code_unique",
      "ALTER TABLE fact MODIFY code VARCHAR(768) COLLATE utf8mb4_general_ci NULL",
    );
    const problems = await open({ Fact }, { url }).catch((error) => error.problems);
    expect(problems.map(({ detail }: { readonly detail: string }) => detail)).toEqual([
      "The column fact.rank (BIGINT NOT NULL) is missing.",
      "The column fact.code should be VARCHAR(768) NULL, but it is VARCHAR(768) COLLATE utf8mb4_general_ci NULL.",
      "The column fact.other is not declared and must not be null, so no row could be created.",
      "fact has no unique index on (code).",
    ]);
  });

  test("a missing full-text index is a difference; the fix is the statement that creates it", async () => {
    const Post = model({ n: t.int(), title: t.text() }, { key: "n", search: ["title"], access });
    const { url } = await open({ Post });
    await runSql(url, "ALTER TABLE post DROP INDEX post_search");
    const [problem] = await open({ Post }, { url }).catch((error) => error.problems);
    expect(problem.detail).toBe("post has no full-text index on (title_words).");
    await runSql(url, problem.fix.replace("Create it: ", ""));
    await open({ Post }, { url });
  });

  test("a check that says something else is a difference", async () => {
    const declare = (most: number) => ({
      Fact: model({ n: t.int() }, { key: "n", check: { small: { n: { lte: most } } }, access }),
    });
    const { url } = await open(declare(3));
    await open(declare(3), { url });
    await expect(open(declare(4), { url })).rejects.toMatchObject({
      code: "FTG_DATABASE_MISMATCH",
      problems: [{ detail: 'The check "fact_small_check" of fact is missing or says something else.' }],
    });
  });

  test.each([
    ["a wrong password", { password: "wrong" }, "refuses the password of the user"],
    ["another port", { port: "1" }, "nothing listens on port 1 of 127.0.0.1"],
    ["no database", { pathname: "/nowhere" }, "the server has no database nowhere"],
    ["no host", { hostname: "no.such.host.invalid", search: "?ssl-mode=DISABLED" }, "no host is named"],
  ])("%s", { timeout: 30_000 }, async (_, changes, problem) => {
    const url = Object.assign(new URL((await useServer("mariadb")).url), changes).href;
    const error = await open({ Fact }, { url }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "FTG_DATABASE", message: expect.stringContaining(problem) });
    expect(`${error.message} ${error.fix}`).not.toMatch(/wrong|p@ss/);
  });

  test("no TLS", async ({ skip }) => {
    const server = await useServer("mariadb");
    skip((await server.query("SHOW VARIABLES LIKE 'have_ssl'")) === "", "this server always speaks it");
    await expect(open({ Fact }, { url: `${server.url}?ssl-mode=REQUIRED` })).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: expect.stringContaining("does not speak TLS"),
    });
  });

  test("a user without privileges", async () => {
    const server = await useServer("mariadb");
    const { url } = await open();
    await runSql(server.url, "DROP USER IF EXISTS poor", "CREATE USER poor IDENTIFIED BY 'x'");
    const poor = Object.assign(new URL(url), { username: "poor", password: "x" }).href;
    await expect(open({ Fact }, { url: poor })).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: expect.stringContaining("is closed to the user poor"),
    });
  });

  test("a certificate is verified", { timeout: 60_000 }, async () => {
    const server = await startMariadb({ tls: true });
    onTestFinished(server.stop);
    const url = await server.createDatabase();
    const verified = `${url}?ssl-mode=VERIFY_IDENTITY`;
    await expect(open({ Fact }, { url: verified })).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: expect.stringContaining("cannot be trusted"),
    });
    const authority = `${verified}&ssl-ca=${server.folder}/certificate.pem`;
    const { engine, store } = await open({ Fact }, { url: authority });
    await createFact(engine, 1);
    expect(store.capabilities.guarantee).not.toContain("TLS");
  });
});

describeWithServer("mariadb", "while others are at work", () => {
  test("who finds no connection is told so in time", async () => {
    const { store, engine } = await open({ Fact }, { connections: 1, waitLimit: 100 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const holding = store.transact(() => promise);
    await expect(createFact(engine, 1)).rejects.toMatchObject({ code: "FTG_BUSY", status: 503 });
    resolve();
    await holding;
    expect(await createFact(engine, 1)).toBe('{"n":1}');
  });

  test("a transaction that takes too long is undone", async () => {
    const { engine } = await open({ Fact }, { transactionTimeout: 200 });
    const late = engine.transaction(async (inner) => {
      await createFact(inner, 1);
      await sleep(1000);
    });
    await expect(late).rejects.toMatchObject({ code: "FTG_TIMEOUT" });
    expect(await engine.count({ model: "Fact" }, systemActor)).toBe(0);
  });

  test("writes to the same rows all come through", { timeout: 60_000 }, async () => {
    const { engine } = await open();
    await engine.createMany({ model: "Fact", data: [{ n: 1 }, { n: 2 }] }, systemActor);
    const where = { n: { in: [1, 2] } };
    const writes = Array.from({ length: 40 }, (_, rank) =>
      engine.updateMany({ model: "Fact", where, data: { rank } }, systemActor),
    );
    expect(await Promise.all(writes)).toEqual(new Array(40).fill(2));
  });

  test("of two transactions in each other's way one is undone, and never run again", { timeout: 60_000 }, async () => {
    const { engine } = await open();
    await engine.createMany({ model: "Fact", data: [{ n: 1 }, { n: 2 }] }, systemActor);
    let runs = 0;
    const swap = (first: number, second: number) =>
      engine.transaction(async (inner) => {
        runs += 1;
        await inner.update({ model: "Fact", key: { n: first }, data: { rank: first } }, systemActor);
        await sleep(200);
        await inner.update({ model: "Fact", key: { n: second }, data: { rank: first } }, systemActor);
      });
    const ends = await Promise.allSettled([swap(1, 2), swap(2, 1)]);
    const failed = ends.flatMap((end) => (end.status === "rejected" ? [end.reason.code] : []));
    expect(failed).toEqual(["FTG_BUSY"]);
    expect(runs).toBe(2);
  });

  test("a statement that fails in a transaction is undone alone", async () => {
    const { engine } = await open();
    await engine.transaction(async (inner) => {
      await createFact(inner, 1);
      await expect(createFact(inner, 1)).rejects.toMatchObject({ code: "FTG_CONFLICT" });
      await createFact(inner, 2);
    });
    expect(await engine.count({ model: "Fact" }, systemActor)).toBe(2);
  });
});

describeWithServer("mariadb", "a server that goes away", () => {
  test("nothing acknowledged is lost, and the store comes back by itself", { timeout: 120_000 }, async () => {
    const server = await startMariadb();
    onTestFinished(server.stop);
    const { engine, store } = await open({ Fact }, { url: await server.createDatabase() });
    const acknowledged: number[] = [];
    for (let round = 0; round < 3; round++) {
      const writes = Array.from({ length: 50 }, (_, index) => {
        const n = round * 50 + index;
        return createFact(engine, n).then(
          () => acknowledged.push(n),
          (error) => expect(["FTG_UNKNOWN_OUTCOME", "FTG_BUSY"]).toContain(error.code),
        );
      });
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(round), 10_000);
      await server.kill();
      await Promise.all(writes);
      await expect(store.ping()).rejects.toMatchObject({ code: "FTG_BUSY" });
      await server.restart();
      await vi.waitFor(() => store.ping(), 10_000);
    }
    // The pool of writes may still be told to wait before it tries again.
    await vi.waitFor(() => createFact(engine, 1000), 10_000);
    const { json } = await engine.read({ model: "Fact", select: { n: true }, limit: 100 }, systemActor);
    expect(JSON.parse(json).length).toBeGreaterThan(0);
    expect(await engine.count({ model: "Fact", where: { n: { in: acknowledged } } }, systemActor)).toBe(
      acknowledged.length,
    );
  });
});

describeWithServer("mariadb", "limits of the engine", () => {
  test("a unique text has the length of an index", async () => {
    const { engine } = await open();
    await createFact(engine, 1, "é".repeat(768));
    await expect(createFact(engine, 2, "x".repeat(769))).rejects.toMatchObject({ code: "FTG_INVALID" });
  });

  test("rows that refer to each other go together, and one that refers to itself goes alone", async () => {
    const Node = model({ n: t.int(), next: t.ref("Node").optional() }, { key: "n", access });
    const { engine } = await open({ Node });
    await engine.createMany({ model: "Node", data: [{ n: 1, next: 1 }, { n: 2 }, { n: 3, next: 2 }] }, systemActor);
    await engine.update({ model: "Node", key: { n: 2 }, data: { next: 3 } }, systemActor);
    await expect(engine.delete({ model: "Node", key: { n: 2 } }, systemActor)).rejects.toMatchObject({
      code: "FTG_REFERENCE",
    });
    expect(await engine.delete({ model: "Node", key: { n: 1 }, select: { next: true } }, systemActor)).toBe(
      '{"next":1}',
    );
    expect(await engine.deleteMany({ model: "Node", all: true }, systemActor)).toBe(2);
  });

  test("a row that refers to itself by a required ref stays, and the error says so", async () => {
    const Node = model({ n: t.int(), next: t.ref("Node") }, { key: "n", access });
    const { engine } = await open({ Node });
    await engine.createMany(
      {
        model: "Node",
        data: [
          { n: 1, next: 1 },
          { n: 2, next: 1 },
        ],
      },
      systemActor,
    );
    const remove = (n: number) => engine.delete({ model: "Node", key: { n } }, systemActor);
    await expect(remove(1)).rejects.toMatchObject({ message: expect.stringContaining("Rows of Node still refer") });
    await remove(2);
    await expect(remove(1)).rejects.toMatchObject({
      code: "FTG_REFERENCE",
      message: expect.stringContaining("deletes no Node that refers to itself"),
    });
    await expect(engine.deleteMany({ model: "Node", all: true }, systemActor)).rejects.toMatchObject({
      code: "FTG_REFERENCE",
      message: expect.stringContaining("by a required ref"),
    });
  });

  // Where the server sorts inside GROUP_CONCAT it takes null for zero, and cuts off what it believes too long.
  test("nested rows are sorted and whole, both ways", async () => {
    const models = {
      Shop: model({ n: t.int(), offers: t.many("Offer", "shop") }, { key: "n", access }),
      Offer: model(
        { n: t.int(), shop: t.ref("Shop"), rank: t.int().optional(), price: t.decimal(38, 30), size: t.float() },
        { key: "n", access },
      ),
    };
    const { engine } = await open(models);
    await engine.create({ model: "Shop", data: { n: 1 } }, systemActor);
    const rest = { price: `-0.${"0".repeat(29)}1`, size: -2.2250738585072014e-308 };
    const offers = [null, -5, 0, 7].map((rank, n) => ({ n, rank, ...rest }));
    await engine.createMany({ model: "Offer", data: offers.map((offer) => ({ ...offer, shop: 1 })) }, systemActor);
    const read = async (query: object) => {
      const select = { rank: true, price: true, size: true } as const;
      const rows = { model: "Shop", select: { offers: { select, orderBy: ["rank"], ...query } } };
      return JSON.parse((await engine.read(rows, systemActor)).json)[0].offers;
    };
    const expected = offers.map(({ rank }) => ({ rank, ...rest }));
    expect(await read({})).toEqual(expected);
    expect(await read({ limit: 2, offset: 1 })).toEqual(expected.slice(1, 3));
    expect(await read({ limit: 3, orderBy: ["-rank"] })).toEqual(expected.toReversed().slice(0, 3));
    expect(await read({ limit: 2, backwards: true })).toEqual(expected.slice(2));
  });

  test("an index gives the first rows of each parent in any order it holds", async () => {
    const models = {
      Shop: model({ code: t.text().max(5), offers: t.many("Offer", "shop") }, { key: "code", access }),
      Offer: model(
        { a: t.int(), b: t.text().max(9), shop: t.ref("Shop"), rank: t.int().optional() },
        { key: ["a", "b"], index: [["shop", "rank"]], access },
      ),
    };
    const { engine } = await open(models);
    const shops = ["x", "y", "z"];
    await engine.createMany({ model: "Shop", data: shops.map((code) => ({ code })) }, systemActor);
    const data = Array.from({ length: 60 }, (_, n) => {
      return { a: n % 7, b: `"${n}\\`, shop: shops[(n * n) % 2] ?? "x", rank: n % 5 === 0 ? null : n % 4 };
    });
    await engine.createMany({ model: "Offer", data }, systemActor);
    for (const orderBy of [["rank"], ["-rank", "-a", "-b"], ["a", "b"], ["-a", "-b"], ["rank", "-a"]]) {
      for (const backwards of [false, true]) {
        const read = async (limit: number) => {
          const select = { a: true, b: true, rank: true } as const;
          const offers = { select, orderBy, limit, backwards };
          const { json } = await engine.read({ model: "Shop", select: { offers } }, systemActor);
          return JSON.parse(json).map((shop: { readonly offers: readonly unknown[] }) => shop.offers);
        };
        // More than are looked up one by one.
        const all = await read(60);
        expect(all[2]).toEqual([]);
        for (const limit of [1, 5, 10, 11]) {
          const first = all.map((offers: readonly unknown[]) =>
            backwards ? offers.slice(-limit) : offers.slice(0, limit),
          );
          expect(await read(limit), `${orderBy} ${limit}`).toEqual(first);
        }
      }
    }
  });

  test("an answer is whole or refused, whatever max_allowed_packet cuts", { timeout: 120_000 }, async () => {
    const server = await startMariadb();
    onTestFinished(server.stop);
    const url = await server.createDatabase();
    const models = {
      Shop: model({ n: t.int(), motto: t.text().optional(), offers: t.many("Offer", "shop") }, { key: "n", access }),
      Offer: model(
        { code: t.text().max(700), shop: t.ref("Shop"), note: t.text(), data: t.bytes().optional() },
        { key: "code", access },
      ),
    };
    const large = await open(models, { url });
    await large.engine.create({ model: "Shop", data: { n: 1, motto: "m" } }, systemActor);
    // Connections keep what was set when they were opened: those of reads open with the first.
    await large.engine.read({ model: "Shop" }, systemActor);
    await server.query("SET GLOBAL max_allowed_packet = 16384");
    const small = await open(models, { url });
    const offers = { select: { note: true, data: true }, limit: 100 } as const;
    const page = { end: { info: "endCursor" }, start: { info: "startCursor" }, more: { info: "hasNext" } } as const;
    const edges = { edges: { edges: { cursor: { info: "cursor" } } } } as const;
    const queries: readonly ReadQuery[] = [
      { model: "Shop", select: { offers } },
      { model: "Shop", single: true, select: { offers: { select: { shop: { select: { offers } } }, limit: 1 } } },
      { model: "Shop", select: { offers: { select: { code: true }, limit: 100 } } },
      { model: "Shop", select: { offers: { page, orderBy: ["note"], limit: 100 } } },
      { model: "Shop", select: { offers: { page: edges, orderBy: ["-note"], limit: 100 } } },
      { model: "Offer", select: { shop: { select: { motto: true } }, data: true }, limit: 100 },
      { model: "Offer", single: true, where: { shop: 1 }, select: { note: true, data: true, shop: true } },
    ];
    const counts = { whole: 0, refused: 0 };
    const compare = async (query: ReadQuery) => {
      const { json } = await large.engine.read(query, systemActor);
      const answer = await small.engine.read(query, systemActor).catch((error) => error);
      if ("json" in answer) expect(answer.json).toBe(json);
      else expect(answer).toMatchObject({ code: "FTG_TOO_LARGE", fix: expect.stringContaining("max_allowed_packet") });
      counts["json" in answer ? "whole" : "refused"] += 1;
    };
    // Every length around the limit, in characters of several bytes.
    for (const [rows, first] of [
      [1, 4000],
      [1, 3060],
      [26, 145],
      [13, 310],
    ] as const) {
      for (let length = first; length < first + 24; length++) {
        await large.engine.deleteMany({ model: "Offer", all: true }, systemActor);
        const note = "\u{1f600}".repeat(length);
        const data = Array.from({ length: rows }, (_, index) => ({
          code: `${index}-${note}`.slice(0, 700),
          shop: 1,
          note: `${index}${note}`,
          data: rows === 1 ? Buffer.alloc(length * 4 - (first === 3060 ? 0 : 3700)).toString("base64") : null,
        }));
        await large.engine.createMany({ model: "Offer", data }, systemActor);
        for (const query of queries) await compare(query);
      }
    }
    expect(Math.min(counts.whole, counts.refused)).toBeGreaterThan(100);
  });

  test("rows that are too long together are sent one by one", { timeout: 60_000 }, async () => {
    const server = await startMariadb({ settings: { "max-allowed-packet": "65536" } });
    onTestFinished(server.stop);
    const Text = model({ n: t.int(), text: t.text() }, { key: "n", access });
    const { engine } = await open({ Text }, { url: await server.createDatabase() });
    const create = (from: number, length: number) => {
      const data = Array.from({ length: 4 }, (_, n) => ({ n: from + n, text: "x".repeat(length) }));
      return engine.createMany({ model: "Text", data }, systemActor);
    };
    expect(await create(0, 30_000)).toBe(4);
    await expect(create(10, 70_000)).rejects.toMatchObject({ code: "FTG_TOO_LARGE" });
    expect(await engine.count({ model: "Text" }, systemActor)).toBe(4);
  });

  test("a batch of many rows fails as its rows would", async () => {
    const { engine } = await open();
    const data = Array.from({ length: 1200 }, (_, n) => ({ n: n === 1100 ? 7 : n }));
    await expect(engine.createMany({ model: "Fact", data }, systemActor)).rejects.toMatchObject({
      code: "FTG_CONFLICT",
      message: expect.stringContaining("Another Fact has the same n."),
    });
    expect(await engine.count({ model: "Fact" }, systemActor)).toBe(0);
  });
});

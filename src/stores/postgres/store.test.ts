/** The store as a whole: opening by several at once, transactions, who waits for whom, and what survives a lost connection. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectPostgres, createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createOrder } from "../../plan/order-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { type CountPlan, type CreatePlan, createPlan, type ReadPlan, type UpdatePlan } from "../../plan/plan.ts";
import { always, createCompare } from "../../plan/predicate-node.ts";
import { createFieldItem, createRows, createSelect } from "../../plan/rows-node.ts";
import { createAssignment } from "../../plan/write-nodes.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import type { Session, Store } from "../contract/store.ts";
import { createPostgresStore, type PostgresOptions } from "./store.ts";

const { schema } = createSchema({ Fact: model({ n: t.int(), rank: t.int().optional() }, { key: "n" }) });
const int: ScalarType = { kind: "int", list: false };
const isN = createCompare(createColumn("n"), "eq", createParam(0, int));
const select = createSelect([createFieldItem("n", "n"), createFieldItem("rank", "rank")]);

const create: CreatePlan = createPlan({
  kind: "create",
  model: "Fact",
  assignments: [
    createAssignment(createColumn("n"), createParam(0, int)),
    createAssignment(createColumn("rank"), createParam(1, int)),
  ],
  links: [],
  references: [],
  check: always,
  returning: { kind: "returning", access: always, select },
});
const bulk: CreatePlan = createPlan({ ...create, returning: null });
const update: UpdatePlan = createPlan({
  kind: "update",
  bounds: [],
  model: "Fact",
  target: { kind: "target", where: isN, single: true, readable: always, allowed: always, expected: null, atMost: null },
  assignments: [createAssignment(createColumn("rank"), createParam(1, int))],
  links: [],
  references: [],
  check: always,
  returning: null,
});
/** A change that is judged afterwards takes several statements. */
const judged: UpdatePlan = createPlan({
  ...update,
  check: createCompare(createColumn("rank"), "lt", createParam(2, int)),
});
const count: CountPlan = createPlan({ kind: "count", model: "Fact", access: always, where: always });
const read: ReadPlan = createPlan({
  kind: "read",
  rows: createRows({
    model: "Fact",
    access: always,
    where: isN,
    order: [createOrder([], createColumn("n"), false)],
    limit: null,
    offset: null,
    seek: null,
    cursorTag: null,
    output: { kind: "single", select },
  }),
});

let url: string;
let store: Store;
const stores: Store[] = [];

async function open(options: Partial<PostgresOptions> = {}): Promise<Store> {
  const opened = createPostgresStore({ url, ...options });
  stores.push(opened);
  await opened.open(schema, { createTables: true });
  return opened;
}

async function add(n: number, rank: number | null = null, to: Session = store): Promise<string | null> {
  return (await to.execute(store.compile(create), [n, rank])).json;
}

async function countFacts(): Promise<number> {
  return (await store.execute(store.compile(count), [])).count;
}

async function rankOf(n: number, from: Session = store): Promise<number | null> {
  const { json } = await from.execute(store.compile(read), [n]);
  return JSON.parse(json.toString()).rank;
}

/** Ends all other connections to the file's database, as a restart of the server does. */
async function cutConnections(): Promise<void> {
  await runPostgres(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'footing' AND pid <> pg_backend_pid()`,
  );
}

describeWithServer("postgres", "PostgreSQL", () => {
  beforeEach(async () => {
    url = await createPostgresSchema();
    store = await open();
  });

  afterEach(async () => {
    await Promise.all(stores.splice(0).map((opened) => opened.close()));
  });

  describe("opening", () => {
    test("several at once create the tables once and share the secret", async () => {
      url = await createPostgresSchema();
      const all = await Promise.all(Array.from({ length: 6 }, () => open()));
      expect(new Set(all.map((each) => each.secret().toString("hex"))).size).toBe(1);
      expect(all[0]?.secret()).toHaveLength(32);
      expect(all[0]?.secret()).not.toEqual(store.secret());
    });

    test("says what it guarantees", () => {
      // The servers of tests do not wait for the disk.
      expect(store.capabilities).toMatchObject({
        label: expect.stringMatching(/^PostgreSQL \d+\.\d+$/),
        durability: "process-kill",
        guarantee: "synchronous_commit=on, fsync=off: survives a crash of the server, not of its machine",
      });
    });

    test("sessions depend on no setting of the server", async () => {
      const [row] = await runPostgres(
        url,
        "SELECT current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style",
      );
      expect(row).toEqual({ zone: "Asia/Kathmandu", style: "German, DMY" });
      await add(1);
      const settings = await runPostgres(
        url,
        "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'footing' AND datname = current_database()",
      );
      expect(Number(settings[0]?.["n"])).toBeGreaterThan(0);
    });

    test("before and after it is open, it says so", async () => {
      await store.close();
      await expect(countFacts()).rejects.toMatchObject({ code: "FTG_DATABASE" });
      await expect(store.ping()).rejects.toMatchObject({ code: "FTG_DATABASE" });
    });

    test("closing waits for what was asked before", async () => {
      const writes = [add(1), add(2)];
      await store.close();
      expect(await Promise.all(writes)).toEqual(['{"n":1,"rank":null}', '{"n":2,"rank":null}']);
    });
  });

  describe("transactions", () => {
    test("see their own writes, which others see after the commit", async () => {
      await store.transact(async (session) => {
        await add(1, 5, session);
        expect(await rankOf(1, session)).toBe(5);
        expect(await countFacts()).toBe(0);
      });
      expect(await countFacts()).toBe(1);
    });

    test("a failing statement inside is undone alone and answers with its own error", async () => {
      await store.transact(async (session) => {
        await add(1, null, session);
        const rows = [
          [2, null],
          [1, null],
        ];
        await expect(session.executeMany(store.compile(bulk), rows)).rejects.toMatchObject({ code: "FTG_CONFLICT" });
        await expect(add(1, null, session)).rejects.toMatchObject({ code: "FTG_CONFLICT" });
        await add(3, null, session);
      });
      expect(await countFacts()).toBe(2);
    });

    test("statements asked at once run one after the other", async () => {
      const outcomes = await store.transact((session) =>
        Promise.allSettled([add(1, 1, session), add(1, 2, session), add(2, 3, session), rankOf(1, session)]),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
      expect(await rankOf(1)).toBe(1);
    });

    test("of two that read what the other writes, one is undone and told to try again", async () => {
      await add(1, 0);
      await add(2, 0);
      const meet = Promise.withResolvers<void>();
      let readers = 0;
      const cross = (from: number, to: number) =>
        store.transact(async (session) => {
          const rank = await rankOf(from, session);
          readers += 1;
          if (readers === 2) meet.resolve();
          await meet.promise;
          await session.execute(store.compile(update), [to, (rank ?? 0) + 1]);
        });
      const outcomes = await Promise.allSettled([cross(1, 2), cross(2, 1)]);
      const failed = outcomes.filter((outcome) => outcome.status === "rejected");
      expect(failed).toHaveLength(1);
      expect(failed[0]?.reason).toMatchObject({ code: "FTG_BUSY", headers: { "Retry-After": "1" } });
      expect([await rankOf(1), await rankOf(2)].toSorted()).toEqual([0, 1]);
    });

    test("one that takes too long is undone, and so is the statement that still runs", async () => {
      const quick = await open({ transactionTimeout: 200 });
      await add(1, 0);
      const held = Promise.withResolvers<void>();
      const holder = store.transact(async (session) => {
        await session.execute(store.compile(update), [1, 5]);
        await held.promise;
      });
      await sleep(50);
      const waiting = quick.transact((session) => session.execute(quick.compile(update), [1, 6]));
      await expect(waiting).rejects.toMatchObject({ code: "FTG_TIMEOUT" });
      held.resolve();
      await holder;
      expect(await rankOf(1)).toBe(5);
      await quick.transact((session) => session.execute(quick.compile(update), [1, 7]));
      expect(await rankOf(1)).toBe(7);
    });

    test("statements that the server has lost are prepared anew, and nothing is done twice", async () => {
      const small = await open({ connections: 1 });
      await runPostgres(
        url,
        `CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN EXECUTE ''DEALLOCATE ALL''; RETURN NEW; END';
         CREATE TRIGGER forget AFTER INSERT OR UPDATE ON fact FOR EACH ROW EXECUTE FUNCTION forget()`,
      );
      await small.transact(async (session) => {
        expect(await session.execute(small.compile(count), [])).toMatchObject({ count: 0 });
        await add(1, 1, session);
        expect(await session.execute(small.compile(count), [])).toMatchObject({ count: 1 });
        await add(2, 2, session);
        await add(3, 3, session);
        expect(await session.execute(small.compile(count), [])).toMatchObject({ count: 3 });
      });
      for (const rank of [4, 5, 6]) await small.execute(small.compile(judged), [1, rank, 10]);
      expect(await rankOf(1, small)).toBe(6);
    });

    test("a session is of no use afterwards", async () => {
      const session = await store.transact(async (inner) => inner);
      await expect(session.execute(store.compile(count), [])).rejects.toMatchObject({ code: "FTG_INTERNAL" });
    });
  });

  describe("writes beside each other", () => {
    test("of several statements are done again when another was in the way", async () => {
      await add(1, 0);
      const statement = store.compile(judged);
      const writes = Array.from({ length: 12 }, (_, rank) => store.execute(statement, [1, rank, 100]));
      expect((await Promise.all(writes)).map(({ affected }) => affected)).toEqual(Array(12).fill(1));
      await expect(store.execute(statement, [1, 200, 100])).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
      expect(await rankOf(1)).toBeLessThan(12);
    });

    test("when all connections are in use, a write is refused in time and the next one goes through", async () => {
      const small = await open({ connections: 1, waitLimit: 100 });
      const held = Promise.withResolvers<void>();
      const holder = small.transact(() => held.promise);
      const started = performance.now();
      await expect(add(1, null, small)).rejects.toMatchObject({ code: "FTG_BUSY", headers: { "Retry-After": "1" } });
      expect(performance.now() - started).toBeLessThan(2000);
      expect(await rankOfNothing(small)).toBe("null");
      const patient = add(2, null, small);
      held.resolve();
      await holder;
      expect(await patient).toBe('{"n":2,"rank":null}');
    });

    test("a bulk of rows is all or nothing, and names the row that is in the way", async () => {
      const rows = Array.from({ length: 2500 }, (_, n) => [n, n % 7]);
      await expect(store.executeMany(store.compile(bulk), [...rows, [1200, 0]])).rejects.toMatchObject({
        code: "FTG_CONFLICT",
        message: "Another Fact has the same n.",
      });
      expect(await countFacts()).toBe(0);
      expect(await store.executeMany(store.compile(bulk), rows)).toBe(2500);
      expect(await countFacts()).toBe(2500);
    });
  });

  test("statistics are gathered when a table may have doubled", async () => {
    const countAnalyzed = async () => {
      const [row] = await runPostgres(
        url,
        "SELECT analyze_count AS n FROM pg_stat_user_tables WHERE relid = 'fact'::regclass",
      );
      return Number(row?.["n"]);
    };
    let next = 0;
    for (const [rows, analyzed] of [
      [999, 0],
      [1, 1],
      [999, 1],
      [1, 2],
      [1500, 2],
      [500, 3],
    ] as const) {
      await store.executeMany(
        store.compile(bulk),
        Array.from({ length: rows }, () => [next++, null]),
      );
      await expect.poll(countAnalyzed).toBe(analyzed);
    }
  });

  describe("lost connections", () => {
    test("idle ones are opened anew without a word", async () => {
      await add(1, 1);
      expect(await rankOf(1)).toBe(1);
      await cutConnections();
      expect(await rankOf(1)).toBe(1);
      await sleep(50);
      await add(2);
      expect(await countFacts()).toBe(2);
    });

    test("reads under way are asked again", async () => {
      await add(1, 1);
      const reads = Array.from({ length: 200 }, () => rankOf(1));
      await Promise.all([cutConnections(), ...reads]);
      expect(await Promise.all(reads)).toEqual(Array(200).fill(1));
    });

    test("a transaction whose connection went has changed nothing and says so", async () => {
      const work = store.transact(async (session) => {
        await add(1, null, session);
        await cutConnections();
        await sleep(50);
        await add(2, null, session);
      });
      await expect(work).rejects.toMatchObject({ code: "FTG_BUSY" });
      expect(await countFacts()).toBe(0);
    });

    test("a write whose answer never came is not sent again", async () => {
      await add(1, 0);
      const stranger = await connectPostgres(url);
      await stranger.query("BEGIN; UPDATE fact SET rank = 5");
      const waiting = store.execute(store.compile(update), [1, 6]);
      await sleep(50);
      await Promise.all([expect(waiting).rejects.toMatchObject({ code: "FTG_UNKNOWN_OUTCOME" }), cutConnections()]);
      await stranger.query("ROLLBACK");
      await stranger.end();
      expect(await rankOf(1)).toBe(0);
    });
  });
});

async function rankOfNothing(from: Store): Promise<string> {
  return (await from.execute(from.compile(read), [99])).json.toString();
}

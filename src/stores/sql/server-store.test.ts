/** What long statements do to the others on every server: they are cancelled when nobody waits for them, and keep to themselves. */
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mariadb";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectPostgres, createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer, type ServerName, useServer } from "../../../test/servers/shared-servers.ts";
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
import { createMysqlStore } from "../mysql/store.ts";
import { createPostgresStore } from "../postgres/store.ts";
import type { ServerOptions } from "./server-store.ts";

/** A server to test, and what its tests need of it. */
interface Target {
  readonly name: ServerName;
  readonly createDatabase: () => Promise<string>;
  readonly createStore: (url: string, options: ServerOptions) => Store;
  /** Keeps everybody else from the table `fact`; answers what lets them in. */
  readonly lock: (url: string) => Promise<() => Promise<unknown>>;
  /** Statements that wait for that. */
  readonly countWaiting: (url: string) => Promise<number>;
  /** Connections of the store. */
  readonly listSessions: (url: string) => Promise<readonly string[]>;
}

const targets: readonly Target[] = [
  {
    name: "postgres",
    createDatabase: async () => `${await createPostgresSchema()}&application_name=cancel`,
    createStore: (url, options) => createPostgresStore({ url, ...readOptions(options) }),
    lock: async (url) => {
      const client = await connectPostgres(url);
      await client.query("BEGIN; LOCK TABLE fact IN ACCESS EXCLUSIVE MODE");
      return () => client.end();
    },
    countWaiting: async (url) => {
      const [row] = await runPostgres(
        url,
        "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'cancel' AND wait_event_type = 'Lock'",
      );
      return Number(row?.["n"]);
    },
    listSessions: async (url) => {
      const rows = await runPostgres(url, "SELECT pid FROM pg_stat_activity WHERE application_name = 'cancel'");
      return rows.map(({ pid }) => String(pid)).toSorted();
    },
  },
  {
    name: "mariadb",
    createDatabase: async () => (await useServer("mariadb")).createDatabase(),
    createStore: (url, options) => createMysqlStore({ url, ...readOptions(options) }),
    lock: async (url) => {
      const connection = await createConnection(readLogin(url));
      await connection.query("LOCK TABLES fact WRITE");
      return () => connection.end();
    },
    countWaiting: async (url) =>
      (await listProcesses(url)).filter(({ state }) => /Waiting for table/.test(state)).length,
    listSessions: async (url) => (await listProcesses(url)).map(({ id }) => id).toSorted(),
  },
];

function readOptions({ connections = 3, waitLimit = 300, transactionTimeout = 30_000 }: ServerOptions) {
  return { connections, waitLimit, transactionTimeout };
}

function readLogin(url: string) {
  const { hostname: host, port, username: user, password, pathname } = new URL(url);
  return { host, port: Number(port), user, password: decodeURIComponent(password), database: pathname.slice(1) };
}

async function listProcesses(url: string): Promise<readonly { readonly id: string; readonly state: string }[]> {
  const { query } = await useServer("mariadb");
  const database = new URL(url).pathname.slice(1);
  const text = await query(`SELECT ID, IFNULL(STATE, '') FROM information_schema.PROCESSLIST WHERE DB = '${database}'`);
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => ({ id: line.split("\t")[0] ?? "", state: line.split("\t")[1] ?? "" }));
}

const { schema } = createSchema({
  Fact: model({ n: t.int(), rank: t.int() }, { key: "n" }),
  Other: model({ n: t.int(), rank: t.int() }, { key: "n" }),
});
const int: ScalarType = { kind: "int", list: false };
const isN = createCompare(createColumn("n"), "eq", createParam(0, int));
const select = createSelect([createFieldItem("rank", "rank")]);

function create(name: string): CreatePlan {
  const assign = (column: string, index: number) => createAssignment(createColumn(column), createParam(index, int));
  return createPlan({
    kind: "create",
    model: name,
    assignments: [assign("n", 0), assign("rank", 1)],
    links: [],
    references: [],
    check: always,
    returning: null,
  });
}

function read(name: string): ReadPlan {
  return createPlan({
    kind: "read",
    rows: createRows({
      model: name,
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
}

const count: CountPlan = createPlan({ kind: "count", model: "Fact", access: always, where: always });
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

interface Opened {
  readonly url: string;
  readonly store: Store;
}

async function open(target: Target, options: ServerOptions = {}): Promise<Opened> {
  const url = await target.createDatabase();
  const store = target.createStore(url, options);
  onTestFinished(() => store.close());
  await store.open(schema, { createTables: true });
  for (let n = 0; n < 3; n++) {
    await store.execute(store.compile(create("Fact")), [n, n * 10]);
    await store.execute(store.compile(create("Other")), [n, n * 100]);
  }
  return { url, store };
}

/** Runs `work` while nobody else gets at the facts. */
async function whileLocked<T>(target: Target, url: string, work: () => Promise<T>): Promise<T> {
  const unlock = await target.lock(url);
  try {
    return await work();
  } finally {
    await unlock();
  }
}

async function rankOf(session: Session, store: Store, n: number, name = "Fact"): Promise<unknown> {
  const { json } = await session.execute(store.compile(read(name)), [n]);
  return JSON.parse(json.toString())?.rank;
}

/** The code with which it failed, or what it answered. */
function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error) => error.code);
}

for (const target of targets) {
  describeWithServer(target.name, `long statements on ${target.name}`, () => {
    describe("whose caller is gone", () => {
      test.each<[string, (store: Store, abort: { aborted: boolean }) => Promise<unknown>]>([
        ["a read", (store, abort) => store.execute(store.compile(read("Fact")), [1], abort)],
        ["a count", (store, abort) => store.execute(store.compile(count), [], abort)],
        ["a write of one statement", (store, abort) => store.execute(store.compile(update), [1, 7], abort)],
        ["a write of several", (store, abort) => store.execute(store.compile(judged), [1, 7, 100], abort)],
        [
          "one in a transaction",
          (store, abort) => store.transact((session) => session.execute(store.compile(update), [1, 7], abort)),
        ],
      ])("%s is cancelled within a second, and changed nothing", async (_, run) => {
        const { url, store } = await open(target);
        await whileLocked(target, url, async () => {
          const abort = { aborted: false };
          const answer = outcome(run(store, abort));
          await expect.poll(() => target.countWaiting(url)).toBe(1);
          await sleep(300);
          expect(await target.countWaiting(url)).toBe(1);
          abort.aborted = true;
          const gone = performance.now();
          expect(await answer).toBe("FTG_TIMEOUT");
          expect(performance.now() - gone).toBeLessThan(1000);
          expect(await target.countWaiting(url)).toBe(0);
        });
        expect(await rankOf(store, store, 1)).toBe(10);
      });

      test("its neighbours on the same connections answer, and no connection is lost", async () => {
        const { url, store } = await open(target);
        // One for writes, and all four that are shared.
        while ((await target.listSessions(url)).length < 5)
          await Promise.all(Array.from({ length: 40 }, (_, n) => rankOf(store, store, n % 3)));
        const before = await target.listSessions(url);
        await whileLocked(target, url, async () => {
          const abort = { aborted: false };
          const execute = () => outcome(store.execute(store.compile(read("Fact")), [1], abort));
          const doomed = Array.from({ length: 8 }, execute);
          await expect.poll(() => target.countWaiting(url)).toBe(4);
          const neighbours = Array.from({ length: 40 }, (_, n) => rankOf(store, store, n % 3, "Other"));
          await sleep(300);
          abort.aborted = true;
          expect(await Promise.all(neighbours)).toEqual(neighbours.map((_, n) => (n % 3) * 100));
          expect(await Promise.all(doomed)).toEqual(Array(8).fill("FTG_TIMEOUT"));
        });
        expect(await rankOf(store, store, 1)).toBe(10);
        expect(await target.listSessions(url)).toEqual(before);
      });

      test("the pool stays whole, and late cancels hit nobody", async () => {
        const { url, store } = await open(target);
        for (let round = 0; round < 3; round++) {
          await whileLocked(target, url, async () => {
            const abort = { aborted: false };
            const counts = Array.from({ length: 3 }, () => outcome(store.execute(store.compile(count), [], abort)));
            await expect.poll(() => target.countWaiting(url)).toBe(3);
            abort.aborted = true;
            expect(await Promise.all(counts)).toEqual(Array(3).fill("FTG_TIMEOUT"));
          });
          const works = Array.from({ length: 30 }, (_, n) =>
            store.transact((session) => rankOf(session, store, n % 3)),
          );
          expect(await Promise.all(works)).toEqual(works.map((_, n) => (n % 3) * 10));
        }
        expect((await target.listSessions(url)).length).toBeLessThanOrEqual(7);
      });

      test("one that did not start yet is not sent", async () => {
        const { store } = await open(target);
        const abort = { aborted: true };
        for (const run of [
          () => store.execute(store.compile(read("Fact")), [1], abort),
          () => store.execute(store.compile(update), [1, 7], abort),
        ])
          expect(await outcome(run())).toBe("FTG_TIMEOUT");
        expect(await rankOf(store, store, 1)).toBe(10);
      });
    });

    test("a transaction that takes too long ends what it waits for, and sends nothing behind its end", async () => {
      const { url, store } = await open(target, { transactionTimeout: 300 });
      await whileLocked(target, url, async () => {
        const work = store.transact(async (session) => {
          await outcome(session.execute(store.compile(judged), [1, 7, 100]));
          await session.execute(store.compile(judged), [2, 7, 100]);
        });
        expect(await outcome(work)).toBe("FTG_TIMEOUT");
        expect(await target.countWaiting(url)).toBe(0);
      });
      expect([await rankOf(store, store, 1), await rankOf(store, store, 2)]).toEqual([10, 20]);
    });

    test("a read that was slow has a connection for itself until it is quick again", async () => {
      const { url, store } = await open(target, { connections: 1 });
      const statement = store.compile(read("Fact"));
      const unlock = await target.lock(url);
      const slow = store.execute(statement, [1]);
      await sleep(400);
      await unlock();
      expect(JSON.parse((await slow).json.toString())).toEqual({ rank: 10 });
      const held = Promise.withResolvers<void>();
      const holder = store.transact(() => held.promise);
      await sleep(50);
      expect(await outcome(store.execute(statement, [1]))).toBe("FTG_BUSY");
      held.resolve();
      await holder;
      await store.execute(statement, [1]);
      const again = Promise.withResolvers<void>();
      const other = store.transact(() => again.promise);
      expect(JSON.parse((await store.execute(statement, [2])).json.toString())).toEqual({ rank: 20 });
      again.resolve();
      await other;
    });
  });
}

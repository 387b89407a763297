/** The queue: what is committed together, what is undone alone, and who waits for whom. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FootingError } from "../../errors/footing-error.ts";
import { Connection } from "./driver.ts";
import { Writer, type WriterTurn } from "./writer.ts";

let folder: string;
let path: string;
let connection: Connection;
let reader: Connection;
let writer: Writer;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "footing-writer-"));
  path = join(folder, "test.db");
  connection = new Connection(path);
  connection.exec("CREATE TABLE fact (n INTEGER PRIMARY KEY) STRICT");
  connection.stopWaiting();
  reader = new Connection(path);
  writer = new Writer(connection, path);
});

afterEach(async () => {
  await writer.drain();
  connection.close();
  reader.close();
  rmSync(folder, { recursive: true });
});

function insert(n: number): void {
  connection.exec(`INSERT INTO fact VALUES (${n})`);
}

function facts(from = reader): readonly unknown[] {
  return from.all("SELECT n FROM fact ORDER BY n").map((row) => row["n"]);
}

test("writes that wait together are one commit, and one that fails takes nobody along", async () => {
  const writes = Array.from({ length: 100 }, (_, n) =>
    writer.write(() => {
      insert(n);
      if (n === 50) throw new Error("not this one");
      return n;
    }),
  );
  const outcomes = await Promise.allSettled(writes);
  expect(writer.commits).toBe(1);
  expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([
    { status: "rejected", reason: new Error("not this one") },
  ]);
  expect(facts()).toEqual(Array.from({ length: 100 }, (_, n) => n).filter((n) => n !== 50));
});

test("nobody is told of success before the commit", async () => {
  const seen: unknown[] = [];
  await Promise.all([1, 2, 3].map((n) => writer.write(() => insert(n)).then(() => seen.push(facts().length))));
  expect(seen).toEqual([3, 3, 3]);
});

test("a transaction has the writer for itself, and writes that came later wait", async () => {
  const order: string[] = [];
  const turn = writer.transact({
    timeout: 1000,
    work: async ({ run }) => {
      run(() => insert(1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      run(() => insert(2));
      order.push("transaction");
      expect(facts()).toEqual([]);
    },
  });
  const later = writer.write(() => insert(3)).then(() => order.push("write"));
  await Promise.all([turn, later]);
  expect(order).toEqual(["transaction", "write"]);
  expect(facts()).toEqual([1, 2, 3]);
});

test("a statement that fails inside a transaction is undone alone", async () => {
  await writer.transact({
    timeout: 1000,
    work: async ({ run }) => {
      run(() => insert(1));
      expect(() =>
        run(() => {
          insert(2);
          insert(1);
        }),
      ).toThrow("UNIQUE");
      run(() => insert(3));
    },
  });
  expect(facts()).toEqual([1, 3]);
});

test("a transaction that rejects leaves nothing", async () => {
  const work = async ({ run }: WriterTurn): Promise<void> => {
    run(() => insert(1));
    throw new Error("no");
  };
  await expect(writer.transact({ timeout: 1000, work })).rejects.toThrow("no");
  expect(facts()).toEqual([]);
});

test("a transaction that takes too long is undone, and its late writes are refused", async () => {
  const late = Promise.withResolvers<unknown>();
  const turn = writer.transact({
    timeout: 30,
    work: async ({ run }) => {
      run(() => insert(1));
      await new Promise((resolve) => setTimeout(resolve, 80));
      try {
        run(() => insert(2));
      } catch (error) {
        late.resolve(error);
      }
    },
  });
  await expect(turn).rejects.toMatchObject({ code: "FTG_TIMEOUT" });
  await writer.write(() => insert(9));
  expect(await late.promise).toBeInstanceOf(FootingError);
  expect(facts()).toEqual([9]);
});

test("waits for the lock of another program without blocking", async () => {
  reader.exec("BEGIN IMMEDIATE");
  let ticks = 0;
  const timer = setInterval(() => ticks++, 2);
  const write = writer.write(() => insert(1));
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(ticks).toBeGreaterThan(3);
  reader.exec("COMMIT");
  await write;
  clearInterval(timer);
  expect(facts()).toEqual([1]);
});

test("when the whole transaction is lost, every write of the group is refused", async () => {
  connection.exec("PRAGMA max_page_count = 4");
  const fill = () =>
    connection.exec(
      "WITH RECURSIVE c(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM c WHERE n < 90000) INSERT INTO fact SELECT n FROM c",
    );
  const outcomes = await Promise.allSettled([
    writer.write(() => insert(1)),
    writer.write(fill),
    writer.write(() => insert(2)),
  ]);
  const full = outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code);
  // Where SQLite can undo the one write, the others stand; where it cannot, none does.
  expect([
    [false, "FTG_DATABASE", false],
    ["FTG_DATABASE", "FTG_DATABASE", "FTG_DATABASE"],
  ]).toContainEqual(full);
  expect(facts()).toEqual(full[0] === false ? [1, 2] : []);
});

// Reads a real database, and counts what is asked of it and how much it answers at once.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FootingError } from "../errors/footing-error.ts";
import { createSchema } from "../schema/create-schema.ts";
import { model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import type { Store } from "../stores/contract/store.ts";
import { createSqliteStore } from "../stores/sqlite/store.ts";
import { createCreatePlan } from "./move-plans.ts";
import type { MoveTable } from "./move-table.ts";
import { planMove } from "./plan-move.ts";
import { RowReader } from "./row-reader.ts";

const KIB = 1024;
const plan = planMove(
  createSchema({
    Doc: model({ id: t.int(), body: t.text() }, { key: "id" }),
    Line: model({ id: t.int(), text: t.text().max(80) }, { key: "id" }),
  }).schema,
);

function findTable(name: string): MoveTable {
  const table = plan.tables.find((each) => each.model.name === name);
  if (table === undefined) throw new Error(name);
  return table;
}

/** What a store was asked for and answered, in bytes. */
interface Read {
  readonly limit: number;
  readonly bytes: number;
}

interface Watched {
  readonly store: Store;
  readonly reads: readonly Read[];
}

/** A database with a row of each given length; it refuses answers of more bytes than `most`. */
async function fill(name: string, lengths: readonly number[], most = Number.POSITIVE_INFINITY): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), "footing-read-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = createSqliteStore({ path: join(folder, "data.db") });
  await store.open(plan.schema, { createTables: true });
  onTestFinished(() => store.close());
  const rows = lengths.map((length, id) => [id, "x".repeat(length)]);
  await store.executeMany(store.compile(createCreatePlan(findTable(name))), rows);
  const reads: Read[] = [];
  const watched: Store = {
    ...store,
    compile: (each) => store.compile(each),
    execute: async (statement, values) => {
      const answer = await store.execute(statement, values);
      const bytes = "json" in answer ? Buffer.byteLength(answer.json ?? "") : 0;
      reads.push({ limit: Number(values[0]), bytes });
      if (bytes > most) throw new FootingError("FTG_TOO_LARGE", { detail: "Too long." });
      return answer;
    },
  };
  return { store: watched, reads };
}

/** The ids of each page. */
async function readPages({ store }: Watched, name: string): Promise<readonly (readonly unknown[])[]> {
  const reader = new RowReader(store, findTable(name));
  const pages: unknown[][] = [];
  for (let page = await reader.next(); page !== null; page = await reader.next()) {
    const rows = page.rows();
    expect(page.count).toBe(rows.length);
    pages.push(rows.map((row) => row["id"]));
  }
  return pages;
}

function count(length: number, bytes: number): readonly number[] {
  return new Array(length).fill(bytes);
}

test("short rows are soon read by the page", async () => {
  const watched = await fill("Line", count(3000, 20));
  const pages = await readPages(watched, "Line");
  expect(pages.map((ids) => ids.length)).toEqual(count(6, 500));
  expect(pages.flat()).toEqual([...count(3000, 0).keys()]);
  expect(watched.reads.map(({ limit }) => limit).slice(0, 6)).toEqual([1, 4, 16, 64, 256, 500]);
  expect(watched.reads.length).toBeLessThan(12);
});

test("long rows are read few at a time, and each is a page of its own", async () => {
  const watched = await fill("Doc", count(12, 1000 * KIB));
  expect(await readPages(watched, "Doc")).toEqual([...count(12, 0).keys()].map((id) => [id]));
  for (const { bytes } of watched.reads) expect(bytes).toBeLessThan(2.5 * KIB * KIB);
});

test("long rows behind short ones are a surprise once, and no more than the schema allows", async () => {
  const watched = await fill("Doc", [...count(200, 10), ...count(60, 400 * KIB)]);
  expect((await readPages(watched, "Doc")).flat()).toEqual([...count(260, 0).keys()]);
  const large = watched.reads.filter(({ bytes }) => bytes > 2.5 * KIB * KIB);
  expect(large).toHaveLength(1);
  expect(large[0]?.bytes).toBeLessThan(16 * KIB * KIB);
});

test("pages end where they do however much a store answers at once", async () => {
  const lengths = Array.from({ length: 300 }, (_, id) => (id % 40 === 0 ? 300 * KIB : id * 13));
  const [whole, cut] = [await fill("Doc", lengths), await fill("Doc", lengths, 310 * KIB)];
  const pages = await readPages(whole, "Doc");
  expect(pages.flat()).toEqual([...lengths.keys()]);
  expect(await readPages(cut, "Doc")).toEqual(pages);
  expect(cut.reads.length).toBeGreaterThan(whole.reads.length);
});

test("a row that alone is longer than a store answers is its error", async () => {
  const watched = await fill("Doc", [10, 500 * KIB, 10], 400 * KIB);
  await expect(readPages(watched, "Doc")).rejects.toMatchObject({ code: "FTG_TOO_LARGE" });
});

/** What becomes of SQLite's full-text index when other programs write to the table beside it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";

const { schema, rules } = createSchema({
  Post: model(
    { id: t.int(), title: t.text().optional(), body: t.text().default("") },
    { key: "id", search: ["title", "body"] },
  ),
});

interface Opened {
  readonly engine: Engine;
  readonly close: () => Promise<void>;
  /** The ids of the rows that are found. */
  readonly search: (text: string) => Promise<readonly unknown[]>;
}

/** A database file, the app that opens it, and another program that has it open. */
function setUp(): { readonly open: () => Promise<Opened>; readonly other: () => DatabaseSync } {
  const folder = mkdtempSync(join(tmpdir(), "footing-search-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "data.db");
  const open = async (): Promise<Opened> => {
    const store = createSqliteStore({ path });
    await store.open(schema, { createTables: true });
    const engine = createEngine({ schema, rules, store });
    const search = async (text: string) => {
      const query = { model: "Post", search: text, orderBy: [], select: { id: true } } as const;
      const found: { id: unknown }[] = JSON.parse((await engine.read(query, systemActor)).json);
      return found.map(({ id }) => id);
    };
    return { engine, search, close: () => store.close() };
  };
  const other = () => {
    const database = new DatabaseSync(path);
    onTestFinished(() => database.close());
    return database;
  };
  return { open, other };
}

const rows = [
  { id: 1, title: "lima", body: "peru" },
  { id: 2, title: null, body: "" },
  { id: 3, title: "quito", body: "ecuador" },
];
/** What others write: a row as they know it, and copies of rows with all their columns. */
const FOREIGN = `
  INSERT INTO post (id, title, body) VALUES (10, 'Cusco', 'machu picchu');
  INSERT INTO post (id, title, body, title_words, body_words) SELECT id + 20, title, body, title_words, body_words FROM post;
`;

test("rows of others can be changed and deleted, and are found when they changed", async () => {
  const { open, other } = setUp();
  const { engine, search, close } = await open();
  onTestFinished(close);
  await engine.createMany({ model: "Post", data: rows }, systemActor);
  const program = other();
  program.exec(FOREIGN);
  program.exec("REPLACE INTO post (id, title, body) VALUES (3, 'tacna', '')");
  expect(await search("peru")).toEqual([1]);
  const change = (id: number, data: object) =>
    engine.update({ model: "Post", key: { id }, data: { ...data } }, systemActor);
  await change(21, { title: "arequipa" });
  await change(10, { body: "inca" });
  await engine.delete({ model: "Post", key: { id: 23 } }, systemActor);
  await change(1, { title: "callao" });
  await change(3, { title: "puno" });
  expect(await search("puno")).toEqual([3]);
  await engine.deleteMany({ model: "Post", where: { id: { in: [3, 22] } } }, systemActor);
  expect(await search("peru")).toEqual([1, 21]);
  expect(await search("lima")).toEqual([]);
  expect(await search("quito")).toEqual([]);
  expect(await search("inca")).toEqual([10]);
  expect(await engine.count({ model: "Post", search: "arequipa -lima" }, systemActor)).toBe(1);
});

test("the next start finds rows that others added", async () => {
  const { open, other } = setUp();
  const first = await open();
  await first.engine.createMany({ model: "Post", data: rows }, systemActor);
  await first.engine.sql(systemActor).run({ text: "INSERT INTO post (id, body) VALUES (9, 'Río Santa')", values: [] });
  await first.close();
  const program = other();
  program.exec(FOREIGN);
  const second = await open();
  expect(await second.search("rio")).toEqual([9, 29]);
  expect(await second.search("cusco picchu")).toEqual([10, 30]);
  expect(await second.search("quito")).toEqual([3, 23]);
  await second.close();
  program.exec("DELETE FROM post WHERE id = 1 OR id > 10; INSERT INTO post (id, title, body) VALUES (5, 'tacna', '')");
  const third = await open();
  onTestFinished(third.close);
  expect(await third.search("peru")).toEqual([]);
  expect(await third.search("tacna")).toEqual([5]);
  expect(await third.search("cusco")).toEqual([10]);
});

test("a start that finds nothing to mend leaves the index as it is", async () => {
  const { open, other } = setUp();
  const first = await open();
  await first.engine.createMany({ model: "Post", data: rows }, systemActor);
  await first.engine.update({ model: "Post", key: { id: 1 }, data: { title: null, body: "x" } }, systemActor);
  await first.close();
  const program = other();
  // Made anew, it would be one part instead of several.
  const read = () => program.prepare("SELECT id, hex(block) FROM post_search_data ORDER BY id").all();
  const before = read();
  await (await open()).close();
  expect(read()).toEqual(before);
  program.exec("INSERT INTO post_search (post_search) VALUES ('rebuild')");
  expect(read()).not.toEqual(before);
});

test("triggers of an older version are replaced", async () => {
  const { open, other } = setUp();
  const first = await open();
  await first.engine.createMany({ model: "Post", data: rows }, systemActor);
  await first.close();
  const name = "post_search_delete";
  const program = other();
  program.exec(`DROP TRIGGER ${name}; CREATE TRIGGER "${name}" AFTER DELETE ON post BEGIN SELECT 1; END`);
  const second = await open();
  onTestFinished(second.close);
  await second.engine.delete({ model: "Post", key: { id: 1 } }, systemActor);
  await second.engine.create({ model: "Post", data: { id: 4, title: "other" } }, systemActor);
  expect(await second.search("lima")).toEqual([]);
  expect(program.prepare("SELECT sql FROM sqlite_schema WHERE name = ?").get(name)).not.toEqual({
    sql: expect.stringContaining("SELECT 1; END"),
  });
});

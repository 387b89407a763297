// Many rows written at once are few statements, whatever they are judged by: counted by the database servers themselves.

import { expect, onTestFinished, test } from "vitest";
import { loadStore } from "../../src/app/load-store.ts";
import { createActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { startMariadb } from "../servers/mariadb.ts";
import { startPostgres } from "../servers/postgres.ts";
import { describeWithServer } from "../servers/shared-servers.ts";
import type { TestServer } from "../servers/test-server.ts";

const models = {
  Team: model(
    { id: t.int(), seen: t.bool().default(true) },
    { key: "id", access: { read: () => ({ seen: true }), create: true } },
  ),
  Post: model(
    {
      id: t.int(),
      slug: t.text().max(60).unique(),
      title: t.text(),
      views: t.int().default(0),
      owner: t.text(),
      team: t.ref("Team").optional(),
      changed: t.updatedAt(),
    },
    {
      key: "id",
      version: true,
      search: ["title"],
      access: {
        read: true,
        create: ({ user }) => ({ owner: user?.id }),
        update: ({ user }) => ({ owner: user?.id }),
        delete: false,
      },
    },
  ),
};
const SIZE = 2000;
const ann = createActor({ id: "ann" });

/** Runs writes on a database of the server; how many statements each took. */
async function countStatements(
  server: TestServer,
  count: (database: string) => Promise<number>,
): Promise<Readonly<Record<string, number>>> {
  const { schema, rules } = createSchema(models);
  const database = "counted";
  const store = await loadStore(await server.createDatabase(database));
  onTestFinished(() => store.close());
  await store.open(schema, { createTables: true });
  const engine = createEngine({ schema, rules, store });
  const counted: Record<string, number> = {};
  for (const [name, write] of Object.entries(writes)) {
    const before = await count(database);
    await write(engine);
    counted[name] = (await count(database)) - before;
  }
  expect(await engine.count({ model: "Post", search: "third" }, ann)).toBe(SIZE);
  return counted;
}

const draw = (turn: string) => (_: unknown, id: number) => ({
  id,
  slug: `${turn}-${id}`,
  title: `${turn} ${id}`,
  owner: "ann",
  team: 1,
});
const writes: Readonly<Record<string, (engine: Executor) => Promise<unknown>>> = {
  create: async (engine) => {
    await engine.create({ model: "Team", data: { id: 1 } }, ann);
    await engine.createMany({ model: "Post", data: Array.from({ length: SIZE / 2 }, draw("first")) }, ann);
  },
  update: (engine) => {
    const rows = Array.from({ length: SIZE / 2 }, draw("second"));
    const changes = rows.map(({ id, ...data }) => ({ key: { id }, data: { ...data, views: { increment: id } } }));
    return engine.updateEach({ model: "Post", rows: changes }, ann);
  },
  upsert: (engine) => engine.upsertMany({ model: "Post", data: Array.from({ length: SIZE }, draw("third")) }, ann),
};

describeWithServer("postgres", "PostgreSQL", () => {
  test("changes a thousand rows in a handful of statements", { timeout: 60_000 }, async () => {
    const server = await startPostgres();
    onTestFinished(server.stop);
    const counted = await countStatements(server, async (database) =>
      Number(
        await server.query(
          `SELECT sum(s.calls) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = '${database}'`,
        ),
      ),
    );
    expect(counted["create"]).toBeLessThan(40);
    expect(counted["update"]).toBeLessThan(20);
    // Mostly questions which of the rows are there, a hundred each.
    expect(counted["upsert"]).toBeLessThan(120);
  });
});

describeWithServer("mariadb", "MariaDB", () => {
  test("changes a thousand rows in a handful of statements", { timeout: 60_000 }, async () => {
    const server = await startMariadb({ generalLog: true });
    onTestFinished(server.stop);
    const counted = await countStatements(server, async () =>
      Number(
        await server.query(
          "SELECT count(*) FROM mysql.general_log WHERE command_type IN ('Query', 'Execute') AND argument NOT LIKE '%general_log%'",
        ),
      ),
    );
    expect(counted["create"]).toBeLessThan(40);
    expect(counted["update"]).toBeLessThan(20);
    expect(counted["upsert"]).toBeLessThan(120);
  });
});

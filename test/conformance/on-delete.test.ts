/** What a delete takes along: cascades, emptied refs, and rows that keep what they refer to. */
import { describe, expect, test } from "vitest";
import { anonymousActor, systemActor } from "../../src/engine/actor.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { type StoreKind, storeKinds } from "./stores.ts";

const open = { read: true, create: true, update: true, delete: true };
/** Rows that nobody may read or delete go along all the same. */
const closed = {};

const Country = model({ code: t.text() }, { key: "code", access: open });
const Region = model(
  { country: t.ref("Country").onDelete("cascade"), number: t.int(), tags: t.manyToMany("Tag") },
  { key: ["country", "number"], access: closed },
);
const City = model(
  {
    n: t.int(),
    region: t.ref("Region").onDelete("cascade"),
    twin: t.ref("City").optional().onDelete("setNull"),
  },
  { key: "n", access: closed },
);
const Note = model(
  { n: t.int(), city: t.ref("City").optional(), region: t.ref("Region").optional().onDelete("setNull") },
  { key: "n", access: open },
);
const Tag = model({ name: t.text(), regions: t.manyToMany("Region", "tags") }, { key: "name", access: open });
const Node = model(
  {
    n: t.int(),
    parent: t.ref("Node").optional().onDelete("cascade"),
    nodes: t.many("Node", "parent"),
  },
  { key: "n", access: open },
);
const Egg = model({ n: t.int(), hen: t.ref("Hen").onDelete("cascade") }, { key: "n", access: open });
const Hen = model({ n: t.int(), egg: t.ref("Egg").optional().onDelete("cascade") }, { key: "n", access: open });
const Ring = model({ n: t.int(), next: t.ref("Ring").onDelete("cascade") }, { key: "n", access: open });

const models = { Country, Region, City, Note, Tag, Node, Egg, Hen, Ring };

async function openWorld(kind: StoreKind): Promise<OpenApp> {
  const app = closeWithTest(await openApp(kind, models));
  await app.create("Country", { code: "PE" }, { code: "EC" });
  await app.create("Tag", { name: "dry" });
  await app.create(
    "Region",
    { country: "PE", number: 1, tags: ["dry"] },
    { country: "PE", number: 2, tags: [] },
    { country: "EC", number: 1, tags: ["dry"] },
  );
  const [pe1, pe2, ec] = [
    { country: "PE", number: 1 },
    { country: "PE", number: 2 },
    { country: "EC", number: 1 },
  ];
  await app.create("City", { n: 1, region: pe1 }, { n: 2, region: pe2, twin: 1 }, { n: 3, region: ec, twin: 1 });
  await app.create("Note", { n: 1, region: pe1 }, { n: 2, region: ec }, { n: 3 });
  return app;
}

/** The keys of a model, in order. */
async function keys({ find }: OpenApp, name: string, field = "n"): Promise<unknown> {
  const rows = await find({ model: name, select: { [field]: true }, limit: 100 });
  return Array.isArray(rows) ? rows.map((row) => row[field]) : rows;
}

describe.each(storeKinds)("$name", (kind) => {
  test("cascades go through a chain and a compound key, and empty the refs that say so", async () => {
    const app = await openWorld(kind);
    const row = await app.engine.delete({ model: "Country", key: { code: "PE" } }, anonymousActor);
    expect(row).toBe('{"code":"PE"}');
    expect(await app.find({ model: "Region", select: { country: true, number: true } })).toEqual([
      { country: "EC", number: 1 },
    ]);
    expect(await app.find({ model: "City" })).toEqual([{ n: 3, region: { country: "EC", number: 1 }, twin: null }]);
    expect(await app.find({ model: "Note" })).toEqual([
      { n: 1, city: null, region: null },
      { n: 2, city: null, region: { country: "EC", number: 1 } },
      { n: 3, city: null, region: null },
    ]);
    const regions = { select: { number: true, country: true } } as const;
    expect(await app.find({ model: "Tag", select: { regions } })).toEqual([
      { regions: [{ number: 1, country: "EC" }] },
    ]);
  });

  test("what keeps a row is named only where callers can know of it", async () => {
    const User = model({ n: t.int() }, { key: "n", access: open });
    const Vault = model({ n: t.int(), user: t.ref("User") }, { key: "n", access: closed });
    const Post = model(
      { n: t.int(), author: t.ref("User"), reviewer: t.ref("User").optional().hidden() },
      { key: "n", access: open },
    );
    const { engine, create } = closeWithTest(await openApp(kind, { User, Vault, Post }));
    await create("User", { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 });
    await create("Vault", { n: 1, user: 1 });
    await create("Post", { n: 1, author: 2 }, { n: 2, author: 4, reviewer: 3 });
    for (const [n, by] of [
      [1, "Other rows"],
      [2, "Rows of Post"],
      [3, "Other rows"],
    ])
      await expect(engine.delete({ model: "User", key: { n } }, anonymousActor)).rejects.toMatchObject({
        code: "FTG_REFERENCE",
        message: `${by} still refer to the User ${n}.`,
      });
  });

  test("what is kept at the end of a chain undoes the whole delete", async () => {
    const app = await openWorld(kind);
    await app.create("Note", { n: 4, city: 2 });
    await expect(app.engine.delete({ model: "Country", key: { code: "PE" } }, anonymousActor)).rejects.toMatchObject({
      code: "FTG_REFERENCE",
      message: 'Other rows still refer to rows that would go along with the Country "PE".',
    });
    await expect(app.engine.delete({ model: "City", key: { n: 2 } }, systemActor)).rejects.toMatchObject({
      message: "Rows of Note still refer to the City 2.",
    });
    await expect(app.engine.deleteMany({ model: "Country", all: true }, anonymousActor)).rejects.toMatchObject({
      code: "FTG_REFERENCE",
      message: "Other rows still refer to some of these Country rows.",
    });
    expect(await keys(app, "City")).toEqual([1, 2, 3]);
    expect(await keys(app, "Country", "code")).toEqual(["EC", "PE"]);
    expect(await app.find({ model: "Note", where: { n: 1 } })).toEqual([
      { n: 1, city: null, region: { country: "PE", number: 1 } },
    ]);
  });

  test("many rows are deleted with what belongs to them, and only they are counted", async () => {
    const app = await openWorld(kind);
    expect(await app.engine.deleteMany({ model: "Country", all: true }, anonymousActor)).toBe(2);
    expect(await keys(app, "City")).toEqual([]);
    expect(await keys(app, "Note")).toEqual([1, 2, 3]);
  });

  test("a tree goes with its root, and rows of it that are deleted together count once each", async () => {
    const app = await openWorld(kind);
    await app.create("Node", { n: 1 }, { n: 2, parent: 1 }, { n: 3, parent: 2 }, { n: 4, parent: 3 }, { n: 5 });
    const where = { n: { in: [1, 2, 4] } };
    expect(await app.engine.deleteMany({ model: "Node", where }, anonymousActor)).toBe(3);
    expect(await keys(app, "Node")).toEqual([5]);
    await app.create("Node", { n: 1, parent: 5 }, { n: 2, parent: 1 });
    const select = { n: true, nodes: { select: { n: true } } } as const;
    expect(await app.engine.delete({ model: "Node", key: { n: 5 }, select }, anonymousActor)).toBe(
      '{"n":5,"nodes":[{"n":1}]}',
    );
    expect(await keys(app, "Node")).toEqual([]);
  });

  test("a chain of 15 rows goes with its first; one that an engine does not follow to its end stays whole", async () => {
    const app = await openWorld(kind);
    await app.create("Node", { n: 1 });
    for (let n = 2; n <= 15; n++) await app.create("Node", { n, parent: n - 1 });
    await app.engine.delete({ model: "Node", key: { n: 1 } }, anonymousActor);
    expect(await keys(app, "Node")).toEqual([]);
    await app.create("Node", { n: 1 });
    for (let n = 2; n <= 40; n++) await app.create("Node", { n, parent: n - 1 });
    const long = app.engine.delete({ model: "Node", key: { n: 1 } }, anonymousActor);
    const isShallow = ["MariaDB", "MySQL"].includes(kind.name);
    if (!isShallow) await long;
    else
      await expect(long).rejects.toMatchObject({
        code: "FTG_REFERENCE",
        message: expect.stringContaining("more levels"),
      });
    expect(await app.engine.count({ model: "Node" }, systemActor)).toBe(isShallow ? 40 : 0);
  });

  test("rows in a circle go with each other", async () => {
    const app = await openWorld(kind);
    await app.create("Hen", { n: 1 });
    await app.create("Egg", { n: 1, hen: 1 });
    await app.engine.update({ model: "Hen", key: { n: 1 }, data: { egg: 1 } }, systemActor);
    await app.engine.delete({ model: "Egg", key: { n: 1 } }, anonymousActor);
    expect(await keys(app, "Hen")).toEqual([]);
    await app.create("Ring", { n: 1, next: 1 }, { n: 2, next: 1 }, { n: 3, next: 2 }, { n: 4, next: 4 });
    await app.engine.update({ model: "Ring", key: { n: 1 }, data: { next: 3 } }, systemActor);
    await app.engine.delete({ model: "Ring", key: { n: 2 } }, anonymousActor);
    expect(await keys(app, "Ring")).toEqual([4]);
    await app.engine.delete({ model: "Ring", key: { n: 4 } }, anonymousActor);
    expect(await keys(app, "Ring")).toEqual([]);
  });
});

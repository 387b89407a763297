/** Rules of single fields: where a value may not be read it is null in every position, and where it may not be set the write is refused. */
import { describe, expect, test } from "vitest";
import { type Actor, anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import type { DataQuery, ReadQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { type StoreKind, storeKinds } from "./stores.ts";

const all = { read: true, create: true, update: true, delete: true } as const;

const Team = model(
  {
    name: t.text(),
    budget: t.decimal(12, 2).optional(),
    staff: t.many("Staff", "team"),
    led: t.many("Staff", "leads"),
  },
  { key: "name", access: { ...all, fields: { budget: { read: ({ user }) => user?.role === "boss" } } } },
);

const Badge = model({ n: t.int(), owner: t.ref("Staff").unique() }, { key: "n", access: all });

const Staff = model(
  {
    name: t.text(),
    salary: t.int().optional(),
    hired: t.date().optional(),
    note: t.text().default("none"),
    grade: t.enum("a", "b", "c").default("c"),
    open: t.bool().default(true),
    team: t.ref("Team").optional(),
    leads: t.ref("Team").optional(),
    badge: t.one("Badge", "owner"),
    skills: t.manyToMany("Skill"),
  },
  {
    key: "name",
    access: {
      ...all,
      fields: {
        // Everybody sees their own, the boss sees all.
        salary: {
          read: ({ user }) => user?.role === "boss" || { name: user?.id },
          write: ({ user }) => user?.role === "boss",
        },
        hired: { read: () => ({ open: true }) },
        note: { write: ({ user }) => ({ name: user?.id, grade: { not: "a" } }) },
        grade: { write: false },
        leads: { read: ({ user }) => ({ any: [{ name: user?.id }, { leads: { name: "public" } }] }) },
        skills: { write: ({ user }) => user?.role === "boss" },
      },
    },
  },
);

const Skill = model({ name: t.text(), staff: t.manyToMany("Staff", "skills") }, { key: "name", access: all });

const ann: Actor = createActor({ id: "ann" });
const boss: Actor = createActor({ id: "boss", role: "boss" });

async function openStaff(kind: StoreKind): Promise<OpenApp> {
  const app = closeWithTest(await openApp(kind, { Team, Badge, Staff, Skill }));
  await app.create("Skill", { name: "go" }, { name: "chess" });
  await app.create("Team", { name: "core", budget: "10.50" }, { name: "public", budget: "7.00" }, { name: "none" });
  await app.create(
    "Staff",
    { name: "ann", salary: 50, hired: "2020-01-01", team: "core", leads: "core", skills: ["go"] },
    { name: "bob", salary: 70, hired: "2021-01-01", team: "core", leads: "public", grade: "b" },
    { name: "cy", salary: 90, hired: "2019-01-01", team: "core", leads: "core", open: false, grade: "a" },
    { name: "dee", team: "public" },
  );
  await app.create("Badge", { n: 1, owner: "ann" }, { n: 2, owner: "cy" });
  return app;
}

async function read({ engine }: OpenApp, query: ReadQuery, actor: Actor = ann): Promise<unknown> {
  return JSON.parse((await engine.read(query, actor)).json);
}

/** The values of one field, in the order of the answer. */
async function names(app: OpenApp, query: Omit<ReadQuery, "model">, actor: Actor = ann): Promise<readonly unknown[]> {
  const rows = (await read(app, { model: "Staff", select: { name: true }, ...query }, actor)) as { name: unknown }[];
  return rows.map(({ name }) => name);
}

function refusal(code: string, message: string): unknown {
  return expect.objectContaining({ code, message });
}

describe.each(storeKinds)("$name", (kind) => {
  test("a value is null in the rows where it does not show", async () => {
    const app = await openStaff(kind);
    expect(await read(app, { model: "Staff", select: { name: true, salary: true, hired: true, leads: true } })).toEqual(
      [
        { name: "ann", salary: 50, hired: "2020-01-01", leads: "core" },
        { name: "bob", salary: null, hired: "2021-01-01", leads: "public" },
        { name: "cy", salary: null, hired: null, leads: null },
        { name: "dee", salary: null, hired: null, leads: null },
      ],
    );
    const salary = { model: "Staff", select: { salary: true } } as const;
    expect(await read(app, salary, boss)).toEqual([{ salary: 50 }, { salary: 70 }, { salary: 90 }, { salary: null }]);
    expect(await read(app, salary, systemActor)).toEqual(await read(app, salary, boss));
    // A principal without an id owns no row.
    expect(await read(app, salary, anonymousActor)).toEqual(Array(4).fill({ salary: null }));
    expect(await read(app, { model: "Team" })).toEqual([
      { name: "core", budget: null },
      { name: "none", budget: null },
      { name: "public", budget: null },
    ]);
    expect(await read(app, { model: "Team", where: { name: "core" } }, boss)).toEqual([
      { name: "core", budget: "10.50" },
    ]);
  });

  test("filters compare what shows", async () => {
    const app = await openStaff(kind);
    expect(await names(app, { where: { salary: { gte: 0 } } })).toEqual(["ann"]);
    expect(await names(app, { where: { salary: 70 } })).toEqual([]);
    expect(await names(app, { where: { salary: { in: [50, 70] } } })).toEqual(["ann"]);
    expect(await names(app, { where: { salary: null } })).toEqual(["bob", "cy", "dee"]);
    expect(await names(app, { where: { not: { salary: { lt: 60 } } } })).toEqual(["bob", "cy", "dee"]);
    expect(await names(app, { where: { salary: { not: 70 } } })).toEqual(["ann", "bob", "cy", "dee"]);
    expect(await names(app, { where: { salary: { isNull: false } } })).toEqual(["ann"]);
    expect(await names(app, { where: { salary: { gte: 0 } } }, boss)).toEqual(["ann", "bob", "cy"]);
    const teams = { model: "Team", select: { name: true } } as const;
    expect(await read(app, { ...teams, where: { staff: { some: { salary: { gt: 60 } } } } })).toEqual([]);
    expect(await read(app, { ...teams, where: { staff: { every: { salary: null } } } })).toEqual([
      { name: "none" },
      { name: "public" },
    ]);
    expect(await read(app, { ...teams, where: { budget: { gt: "1" } } })).toEqual([]);
    expect(await app.engine.count({ model: "Staff", where: { salary: { gt: 0 } } }, ann)).toBe(1);
  });

  test("a list is sorted and paged by what shows", async () => {
    const app = await openStaff(kind);
    expect(await names(app, { orderBy: ["-salary", "name"] })).toEqual(["ann", "bob", "cy", "dee"]);
    expect(await names(app, { orderBy: ["-salary", "name"] }, boss)).toEqual(["cy", "bob", "ann", "dee"]);
    const seen: unknown[] = [];
    let after: string | null = null;
    do {
      const query: ReadQuery = {
        model: "Staff",
        select: { name: true },
        orderBy: ["salary", "-hired"],
        limit: 1,
        ...(after !== null && { after }),
      };
      const page = await app.engine.read(query, ann);
      const rows: { name: string }[] = JSON.parse(page.json);
      seen.push(...rows.map(({ name }) => name));
      after = page.cursor;
      if (after !== null) expect(JSON.parse(Buffer.from(after, "base64url").toString())[1]).toBe(null);
    } while (after !== null);
    expect(seen).toEqual(["bob", "dee", "cy", "ann"]);
    const back = { orderBy: ["-salary"], backwards: true, limit: 2 } as const;
    expect(await names(app, back)).toEqual(["cy", "bob"]);
  });

  test("groups and calculations see what shows", async () => {
    const app = await openStaff(kind);
    const run = async (query: object, actor: Actor) =>
      JSON.parse(String((await app.engine.aggregate({ model: "Staff", ...query }, actor)).json));
    const totals = {
      count: true,
      countDistinct: ["salary"],
      sum: ["salary"],
      avg: ["salary"],
      min: ["salary"],
      max: ["hired"],
    };
    expect(await run(totals, ann)).toEqual([
      {
        count: 4,
        countDistinct: { salary: 1 },
        sum: { salary: "50" },
        avg: { salary: 50 },
        min: { salary: 50 },
        max: { hired: "2021-01-01" },
      },
    ]);
    expect(await run({ sum: ["salary"] }, boss)).toEqual([{ sum: { salary: "210" } }]);
    expect(await run({ groupBy: ["salary"], count: true }, ann)).toEqual([
      { key: { salary: null }, count: 3 },
      { key: { salary: 50 }, count: 1 },
    ]);
    const byYear = { groupBy: [{ field: "hired", bucket: "year" }], count: true };
    expect(await run(byYear, ann)).toEqual([
      { key: { hired: null }, count: 2 },
      { key: { hired: "2020-01-01" }, count: 1 },
      { key: { hired: "2021-01-01" }, count: 1 },
    ]);
    expect(await run({ groupBy: ["leads"], sum: ["salary"], having: { sum: { salary: { gt: 0 } } } }, ann)).toEqual([
      { key: { leads: "core" }, sum: { salary: "50" } },
    ]);
    const related = { model: "Team", select: { name: true, staff: { aggregate: { sum: ["salary"] } } } } as const;
    expect(await read(app, { ...related, orderBy: ["-staff.sum.salary"], limit: 1 })).toEqual([
      { name: "core", staff: { sum: { salary: "50" } } },
    ]);
  });

  test("a ref that does not show leads nowhere, from either side", async () => {
    const app = await openStaff(kind);
    const select = { name: true, leads: { select: { name: true } } } as const;
    expect(await read(app, { model: "Staff", select })).toEqual([
      { name: "ann", leads: { name: "core" } },
      { name: "bob", leads: { name: "public" } },
      { name: "cy", leads: null },
      { name: "dee", leads: null },
    ]);
    expect(await names(app, { where: { leads: "core" } })).toEqual(["ann"]);
    expect(await names(app, { where: { leads: { name: "core" } } })).toEqual(["ann"]);
    expect(await names(app, { where: { leads: null } })).toEqual(["cy", "dee"]);
    expect(await names(app, { where: { leads: { not: { name: "core" } } } })).toEqual(["bob"]);
    expect(await names(app, { where: { not: { leads: { name: "core" } } } })).toEqual(["bob", "cy", "dee"]);
    expect(await names(app, { orderBy: ["-leads.name", "-leads"] })).toEqual(["bob", "ann", "dee", "cy"]);
    const led = { select: { name: true } } as const;
    expect(await read(app, { model: "Team", select: { name: true, led } })).toEqual([
      { name: "core", led: [{ name: "ann" }] },
      { name: "none", led: [] },
      { name: "public", led: [{ name: "bob" }] },
    ]);
    expect(await read(app, { model: "Team", select: { led: { aggregate: { count: true } } } })).toEqual([
      { led: { count: 1 } },
      { led: { count: 0 } },
      { led: { count: 1 } },
    ]);
    expect(
      await read(app, { model: "Team", select: { name: true }, where: { led: { some: { name: "cy" } } } }),
    ).toEqual([]);
    expect(
      await read(app, { model: "Team", select: { name: true }, orderBy: ["-led.count", "name"], limit: 1 }),
    ).toEqual([{ name: "core" }]);
    const groups = await app.engine.aggregate({ model: "Staff", groupBy: ["leads.name"], count: true }, ann);
    expect(JSON.parse(String(groups.json))).toEqual([
      { key: { leads: { name: null } }, count: 2 },
      { key: { leads: { name: "core" } }, count: 1 },
      { key: { leads: { name: "public" } }, count: 1 },
    ]);
    const nested = { badge: { select: { owner: { select: { salary: true, leads: true } } } } } as const;
    expect(await read(app, { model: "Staff", select: nested, where: { badge: { n: { gt: 0 } } } })).toEqual([
      { badge: { owner: { salary: 50, leads: "core" } } },
      { badge: { owner: { salary: null, leads: null } } },
    ]);
  });

  test("a page shows no more than a list", async () => {
    const app = await openStaff(kind);
    const page = {
      nodes: { rows: { name: true, salary: true } },
      total: { total: true },
      info: { object: { end: { info: "endCursor" } } },
    } as const;
    const query: ReadQuery = { model: "Staff", page, orderBy: ["salary"], limit: 2, where: { salary: null } };
    const answer = (await read(app, query)) as { nodes: unknown; total: number; info: { end: string } };
    expect(answer.nodes).toEqual([
      { name: "bob", salary: null },
      { name: "cy", salary: null },
    ]);
    expect(answer.total).toBe(3);
    expect(JSON.parse(Buffer.from(answer.info.end, "base64url").toString()).slice(1)).toEqual([null, "cy"]);
  });

  test("what a write gives back shows no more than a read", async () => {
    const app = await openStaff(kind);
    const { engine } = app;
    const select = { name: true, salary: true } as const;
    const update = (name: string) =>
      engine.update({ model: "Staff", key: { name }, data: { open: true }, select }, ann);
    expect(await update("cy")).toBe('{"name":"cy","salary":null}');
    expect(await update("ann")).toBe('{"name":"ann","salary":50}');
    expect(await engine.create({ model: "Team", data: { name: "x", budget: "5" } }, ann)).toBe(
      '{"name":"x","budget":null}',
    );
    expect(await engine.delete({ model: "Staff", key: { name: "bob" }, select }, ann)).toBe(
      '{"name":"bob","salary":null}',
    );
  });

  test("a write aims at what shows", async () => {
    const app = await openStaff(kind);
    const { engine } = app;
    expect(await engine.updateMany({ model: "Staff", where: { salary: { gte: 0 } }, data: { open: false } }, ann)).toBe(
      1,
    );
    expect(await engine.deleteMany({ model: "Staff", where: { leads: "public" } }, ann)).toBe(1);
    expect(await engine.deleteMany({ model: "Staff", where: { salary: { gt: 60 } } }, ann)).toBe(0);
    expect(await names(app, {}, systemActor)).toEqual(["ann", "cy", "dee"]);
  });

  describe("a field that may not be set", () => {
    const refused = [
      ["create", { model: "Staff", data: { name: "x", salary: 1 } }],
      ["createMany", { model: "Staff", data: [{ name: "x" }, { name: "y", salary: 1 }] }],
      ["update", { model: "Staff", key: { name: "ann" }, data: { salary: 1 } }],
      ["update", { model: "Staff", key: { name: "ann" }, data: { salary: null } }],
      ["update", { model: "Staff", key: { name: "ann" }, data: { salary: { increment: 1 } } }],
      ["updateMany", { model: "Staff", all: true, data: { salary: { multiply: 2 } } }],
      ["updateEach", { model: "Staff", rows: [{ key: { name: "ann" }, data: { salary: 1 } }] }],
      ["upsert", { model: "Staff", key: { name: "ann" }, create: {}, update: { salary: 1 } }],
      ["upsert", { model: "Staff", key: { name: "new" }, create: { salary: 1 }, update: {} }],
      ["upsertMany", { model: "Staff", data: [{ name: "ann", salary: 1 }] }],
      ["update", { model: "Team", key: { name: "core" }, data: { staff: { create: [{ name: "x", salary: 1 }] } } }],
      [
        "update",
        { model: "Team", key: { name: "core" }, data: { staff: { update: [{ key: "ann", data: { salary: 1 } }] } } },
      ],
      ["create", { model: "Badge", data: { n: 9, owner: { create: { name: "x", salary: 1 } } } }],
    ] as const;

    test.each(refused)("%s %j", async (operation, query) => {
      const { engine, find } = await openStaff(kind);
      const before = await find({ model: "Staff" });
      // Each query is one of its operation.
      const run = engine[operation].bind(engine) as (query: object, actor: Actor) => Promise<unknown>;
      await expect(run(query, ann)).rejects.toMatchObject({
        code: "FTG_FORBIDDEN",
        status: 403,
        message: expect.stringMatching(/You may not set salary of a Staff\.$/),
        problems: [{ path: expect.stringMatching(/salary$/) }],
      });
      expect(await find({ model: "Staff" })).toEqual(before);
    });

    test("may be set by those who may, and by the app itself", async () => {
      const app = await openStaff(kind);
      const set = {
        model: "Staff",
        key: { name: "bob" },
        data: { salary: { increment: 5 } },
        select: { salary: true },
      };
      expect(await app.engine.update(set as never, boss)).toBe('{"salary":75}');
      const grade = { model: "Staff", key: { name: "bob" }, data: { grade: "a" }, select: { grade: true } } as const;
      await expect(app.engine.update(grade, boss)).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
      expect(await app.engine.update(grade, systemActor)).toBe('{"grade":"a"}');
    });

    test("gets its default, which the caller did not set", async () => {
      const app = await openStaff(kind);
      const created = await app.engine.create(
        { model: "Staff", data: { name: "new" }, select: { grade: true, note: true } },
        ann,
      );
      expect(created).toBe('{"grade":"c","note":"none"}');
    });

    test("links are set like values", async () => {
      const { engine } = await openStaff(kind);
      const link = (data: DataQuery, actor: Actor) =>
        engine.update({ model: "Staff", key: { name: "ann" }, data, select: { skills: true } }, actor);
      const message = "You may not set skills of a Staff.";
      await expect(link({ skills: ["chess"] }, ann)).rejects.toEqual(refusal("FTG_FORBIDDEN", message));
      await expect(link({ skills: { connect: ["chess"] } }, ann)).rejects.toEqual(refusal("FTG_FORBIDDEN", message));
      await expect(link({ skills: { create: [{ name: "new" }] } }, ann)).rejects.toEqual(
        refusal("FTG_FORBIDDEN", message),
      );
      await expect(link({ skills: { disconnect: ["go"] } }, boss)).resolves.toBe('{"skills":[]}');
    });
  });

  describe("a field that may be set in some rows", () => {
    const setNote = (name: string, more: DataQuery = {}) =>
      ({ model: "Staff", key: { name }, data: { note: "n", ...more }, select: { note: true } }) as const;

    test("is judged by the row as it was, and only when it is set", async () => {
      const { engine } = await openStaff(kind);
      expect(await engine.update(setNote("ann"), ann)).toBe('{"note":"n"}');
      await expect(engine.update(setNote("bob"), ann)).rejects.toEqual(
        refusal("FTG_FORBIDDEN", "You may not update this Staff."),
      );
      expect(await engine.update({ ...setNote("bob"), data: { open: false } }, ann)).toBe('{"note":"none"}');
      // What the same change makes of the row does not count.
      expect(await engine.update(setNote("ann", { team: null }), ann)).toBe('{"note":"n"}');
    });

    test("of many rows, the others are left alone", async () => {
      const app = await openStaff(kind);
      expect(await app.engine.updateMany({ model: "Staff", all: true, data: { note: "m" } }, ann)).toBe(1);
      expect(await app.engine.updateMany({ model: "Staff", all: true, data: { open: true } }, ann)).toBe(4);
    });

    test("is judged by the new row, and only when it is set", async () => {
      const app = await openStaff(kind);
      const { engine } = app;
      const create = (data: DataQuery, actor: Actor) =>
        engine.create({ model: "Staff", data, select: { note: true } }, actor);
      expect(await create({ name: "eve", note: "n" }, createActor({ id: "eve" }))).toBe('{"note":"n"}');
      expect(await create({ name: "fay" }, ann)).toBe('{"note":"none"}');
      await expect(create({ name: "gus", note: "n" }, ann)).rejects.toEqual(
        refusal("FTG_FORBIDDEN", "You may not create this Staff."),
      );
      const many = (...data: readonly DataQuery[]) => engine.createMany({ model: "Staff", data }, ann);
      await expect(many({ name: "h" }, { name: "i", note: "n" }, { name: "j" })).rejects.toMatchObject({
        code: "FTG_FORBIDDEN",
      });
      expect(await many({ name: "h" }, { name: "i" }, { name: "j" })).toBe(3);
      expect(await names(app, { where: { name: { in: ["gus", "h", "i", "j"] } } })).toEqual(["h", "i", "j"]);
    });
  });

  test("of new rows that are refused for different fields the first is told", async () => {
    const fields = { own: { write: () => ({ id: { lt: 100 } }) }, never: { write: () => false } };
    const Memo = model(
      { id: t.int(), own: t.text().default(""), never: t.text().default("") },
      { key: "id", access: { ...all, fields } },
    );
    const { engine } = closeWithTest(await openApp(kind, { Memo }));
    const many = (...data: readonly DataQuery[]) => engine.createMany({ model: "Memo", data }, ann);
    await expect(many({ id: 1 }, { id: 100, own: "x" }, { id: 3, never: "x" })).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
      problems: [{ path: "/1" }],
    });
    await expect(many({ id: 1 }, { id: 2, own: "x" }, { id: 3, never: "x" })).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
      problems: [{ path: "/2/never" }],
    });
    expect(await engine.count({ model: "Memo" }, systemActor)).toBe(0);
  });

  test("setting a field needs those to show that a constraint judges with it", async () => {
    const own = ({ user }: { readonly user: { readonly id?: unknown } | null }) => ({ owner: user?.id });
    const Offer = model(
      { n: t.int(), owner: t.text(), side: t.text(), price: t.int(), text: t.text().default("") },
      {
        key: "n",
        unique: [["side", "price"]],
        check: { worthy: { any: [{ side: "draft" }, { price: { gte: 100 } }] } },
        access: { ...all, fields: { side: { read: own }, price: { read: own } } },
      },
    );
    const { engine, create } = closeWithTest(await openApp(kind, { Offer }));
    await create(
      "Offer",
      { n: 1, owner: "ann", side: "draft", price: 5 },
      { n: 2, owner: "bob", side: "draft", price: 70 },
      { n: 3, owner: "cy", side: "draft", price: 200 },
    );
    const update = (n: number, data: DataQuery) =>
      engine.update({ model: "Offer", key: { n }, data, select: { n: true } }, ann);
    const forbidden = { code: "FTG_FORBIDDEN", message: "You may not update this Offer." };
    // Neither whether the price is enough nor whether it is that of another row.
    for (const n of [2, 3])
      for (const data of [{ side: "sale" }, { price: 5 }, { price: 6 }])
        await expect(update(n, data)).rejects.toMatchObject(forbidden);
    expect(await engine.updateMany({ model: "Offer", all: true, data: { side: "draft" } }, ann)).toBe(1);
    await expect(update(1, { side: "sale" })).rejects.toMatchObject({ code: "FTG_CHECK" });
    expect(await update(1, { price: 6 })).toBe('{"n":1}');
    expect(await update(3, { side: "sale", price: 300 })).toBe('{"n":3}');
    expect(await update(2, { text: "x" })).toBe('{"n":2}');
  });

  test("a number is calculated with only where it shows", async () => {
    const Account = model(
      { n: t.int(), open: t.bool(), balance: t.int().min(0).max(100) },
      { key: "n", access: { ...all, fields: { balance: { read: () => ({ open: true }) } } } },
    );
    const { engine, create, find } = closeWithTest(await openApp(kind, { Account }));
    await create("Account", { n: 1, open: true, balance: 40 }, { n: 2, open: false, balance: 70 });
    const add = (n: number, increment: number) =>
      engine.update({ model: "Account", key: { n }, data: { balance: { increment } }, select: { balance: true } }, ann);
    expect(await add(1, 1)).toBe('{"balance":41}');
    const forbidden = refusal("FTG_FORBIDDEN", "You may not update this Account.");
    await expect(add(2, 1)).rejects.toEqual(forbidden);
    // Whether the result is in range would tell the value.
    await expect(add(2, 50)).rejects.toEqual(forbidden);
    expect(await engine.updateMany({ model: "Account", all: true, data: { balance: { increment: 50 } } }, ann)).toBe(1);
    expect(await find({ model: "Account", select: { balance: true } })).toEqual([{ balance: 91 }, { balance: 70 }]);
    const set = { model: "Account", key: { n: 2 }, data: { balance: 5 }, select: { balance: true } } as const;
    expect(await engine.update(set, ann)).toBe('{"balance":null}');
  });

  test("a duplicate of a value that does not show to all names no field", async () => {
    const Person = model(
      { n: t.int(), email: t.text().unique() },
      { key: "n", access: { ...all, fields: { email: { read: false } } } },
    );
    const { engine, create } = closeWithTest(await openApp(kind, { Person }));
    await create("Person", { n: 1, email: "a@b.c" });
    await expect(engine.create({ model: "Person", data: { n: 2, email: "a@b.c" } }, ann)).rejects.toMatchObject({
      code: "FTG_CONFLICT",
      message: "Another Person is in the way of this one.",
      problems: [],
    });
  });
});

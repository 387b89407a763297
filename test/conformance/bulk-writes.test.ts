/** Many rows that change each in its own way: together where nothing tells, and never otherwise than one after the other. */
import { describe, expect, test } from "vitest";
import { type Actor, anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import { runDry } from "../../src/engine/dry-run.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const open = { read: true, create: true, update: true, delete: true } as const;
const models = {
  Team: model(
    { id: t.int(), seen: t.bool().default(true), items: t.many("Item", "team") },
    { key: "id", access: { ...open, read: () => ({ seen: true }) } },
  ),
  Item: model(
    {
      id: t.int(),
      code: t.text().max(40).unique().optional(),
      title: t.text().default(""),
      left: t.int().min(0).default(10),
      owner: t.text().default("ann"),
      team: t.ref("Team").optional(),
      changed: t.updatedAt(),
    },
    {
      key: "id",
      version: true,
      check: { small: { left: { lte: 100 } } },
      access: {
        ...open,
        read: ({ user }) => (user === null ? true : { owner: { not: "hidden" } }),
        update: ({ user }) => (user === null ? true : { owner: user.id }),
      },
    },
  ),
  Sample: model(
    {
      a: t.int(),
      b: t.text(),
      float: t.float().optional(),
      bytes: t.bytes().optional(),
      json: t.json().optional(),
      list: t.list(t.text()).optional(),
      decimal: t.decimal(20, 4).optional(),
      big: t.bigint().optional(),
      bool: t.bool().optional(),
      day: t.date().optional(),
      at: t.datetime().optional(),
      uuid: t.uuid().optional(),
      text: t.text().optional(),
    },
    { key: ["a", "b"], access: open, search: ["text"] },
  ),
  Node: model(
    { id: t.int(), root: t.bool().default(false), open: t.bool().default(false), parent: t.ref("Node").optional() },
    { key: "id", access: { ...open, update: () => ({ any: [{ root: true }, { parent: { open: true } }] }) } },
  ),
};
const ann = createActor({ id: "ann" });

describe.each(storeKinds)("$name", (kind) => {
  const start = async () => {
    const app = closeWithTest(await openApp(kind, models));
    await app.create("Team", { id: 1 }, { id: 2, seen: false });
    await app.create(
      "Item",
      ...[1, 2, 3, 4].map((id) => ({ id, code: `c${id}` })),
      { id: 5, owner: "bob" },
      { id: 6, owner: "hidden" },
    );
    const each = (rows: readonly (readonly [number, DataQuery])[], actor: Actor = anonymousActor) =>
      app.engine.updateEach({ model: "Item", rows: rows.map(([id, data]) => ({ key: { id }, data })) }, actor);
    const items = (select: Readonly<Record<string, true>>) => app.find({ model: "Item", select });
    return { ...app, each, items };
  };

  test("rows that change the same fields, and rows that change others", async () => {
    const { each, items } = await start();
    expect(
      await each([
        [1, { title: "a", left: { increment: 5 } }],
        [2, { title: "b", left: { decrement: 10 } }],
        [3, { left: { multiply: 3 }, title: "c" }],
        [4, { code: null }],
        [5, { code: "c4" }],
      ]),
    ).toBe(5);
    expect(await items({ id: true, title: true, left: true, code: true, version: true })).toEqual([
      { id: 1, title: "a", left: 15, code: "c1", version: 2 },
      { id: 2, title: "b", left: 0, code: "c2", version: 2 },
      { id: 3, title: "c", left: 30, code: "c3", version: 2 },
      { id: 4, title: "", left: 10, code: null, version: 2 },
      { id: 5, title: "", left: 10, code: "c4", version: 2 },
      { id: 6, title: "", left: 10, code: null, version: 1 },
    ]);
  });

  test("a row that is there twice changes twice", async () => {
    const { each, items } = await start();
    const more = { left: { increment: 1 } };
    expect(
      await each([
        [1, more],
        [2, more],
        [1, more],
      ]),
    ).toBe(3);
    expect(await items({ left: true, version: true })).toMatchObject([
      { left: 12, version: 3 },
      { left: 11, version: 2 },
      { left: 10, version: 1 },
      {},
      {},
      {},
    ]);
  });

  test.each<[string, readonly (readonly [number, DataQuery])[], Actor, object]>([
    [
      "no such row",
      [
        [1, { title: "x" }],
        [9, { title: "y" }],
        [2, { title: "z" }],
      ],
      anonymousActor,
      { code: "FTG_NOT_FOUND", problems: [{ path: "/1" }] },
    ],
    [
      "a row of somebody else",
      [
        [1, { title: "x" }],
        [2, { title: "y" }],
        [5, { title: "z" }],
      ],
      ann,
      { code: "FTG_FORBIDDEN", problems: [{ path: "/2" }] },
    ],
    [
      "a row that is not to be seen",
      [
        [1, { title: "x" }],
        [6, { title: "y" }],
      ],
      ann,
      { code: "FTG_NOT_FOUND", problems: [{ path: "/1" }] },
    ],
    [
      "a row that would be somebody else's",
      [
        [1, { owner: "ann" }],
        [2, { owner: "bob" }],
      ],
      ann,
      { code: "FTG_FORBIDDEN", problems: [{ path: "/1" }] },
    ],
    [
      "a failed check",
      [
        [1, { left: 100 }],
        [2, { left: 101 }],
        [9, { left: 1 }],
      ],
      anonymousActor,
      { code: "FTG_CHECK", problems: [{ path: "/1" }] },
    ],
    [
      "a result out of range",
      [
        [1, { left: { decrement: 10 } }],
        [2, { left: { decrement: 11 } }],
      ],
      anonymousActor,
      { code: "FTG_INVALID", problems: [{ path: "/1/left" }] },
    ],
    [
      "a ref to nothing",
      [
        [1, { team: 1 }],
        [2, { team: 3 }],
      ],
      anonymousActor,
      { code: "FTG_REFERENCE", problems: [{ path: "/1/team" }] },
    ],
    [
      "a ref to what is not to be seen",
      [
        [1, { team: null }],
        [2, { team: 2 }],
      ],
      anonymousActor,
      { code: "FTG_REFERENCE", problems: [{ path: "/1/team" }] },
    ],
    [
      "a unique value of another row",
      [
        [1, { code: "n1" }],
        [2, { code: "c4" }],
      ],
      anonymousActor,
      { code: "FTG_CONFLICT", problems: [{ path: "/1/code" }] },
    ],
    [
      "one unique value twice",
      [
        [1, { code: "n" }],
        [2, { code: "n" }],
      ],
      anonymousActor,
      { code: "FTG_CONFLICT", problems: [{ path: "/1/code" }] },
    ],
    [
      "unique values that change places",
      [
        [1, { code: "c2" }],
        [2, { code: "c1" }],
      ],
      anonymousActor,
      { code: "FTG_CONFLICT", problems: [{ path: "/0/code" }] },
    ],
    [
      "a unique value that its row would give up too late",
      [
        [1, { code: "c2" }],
        [2, { code: "n" }],
      ],
      anonymousActor,
      { code: "FTG_CONFLICT", problems: [{ path: "/0/code" }] },
    ],
    [
      "bad data behind a row that is not there",
      [
        [9, { title: "x" }],
        [1, { title: 5 }],
      ],
      anonymousActor,
      { code: "FTG_NOT_FOUND", problems: [{ path: "/0" }] },
    ],
    [
      "bad data before a row that is not there",
      [
        [1, { title: 5 }],
        [9, { title: "x" }],
      ],
      anonymousActor,
      { code: "FTG_INVALID", problems: [{ path: "/0/title" }] },
    ],
  ])("%s undoes all and names its row", async (_, rows, actor, error) => {
    const { each, find } = await start();
    const before = await find({ model: "Item" });
    await expect(each(rows, actor)).rejects.toMatchObject(error);
    expect(await find({ model: "Item" })).toEqual(before);
  });

  test("a unique value goes on to the next row once it is free", async () => {
    const { each, items } = await start();
    await each([
      [2, { code: "n" }],
      [1, { code: "c2" }],
      [3, { code: "c3" }],
    ]);
    expect(await items({ code: true })).toMatchObject([{ code: "c2" }, { code: "n" }, { code: "c3" }, {}, {}, {}]);
  });

  test("a rule about other rows of the model is judged row after row", async () => {
    const { engine, create, find } = await start();
    await create("Node", { id: 1, root: true }, { id: 2, parent: 1 });
    const rows = [1, 2].map((id) => ({ key: { id }, data: { open: true } }));
    await expect(engine.updateEach({ model: "Node", rows: rows.toReversed() }, anonymousActor)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
      problems: [{ path: "/0" }],
    });
    expect(await engine.updateEach({ model: "Node", rows }, anonymousActor)).toBe(2);
    expect(await find({ model: "Node", select: { open: true } })).toEqual([{ open: true }, { open: true }]);
  });

  test("values of all kinds arrive as they are, and their words in the index", async () => {
    const { engine, create, find } = await start();
    const texts = ["Lima \u{1F600} \u0001\n\t\r \"'\\", "{},NULL", "\\u0041 \ud7ff", ""];
    const rows = texts.map((text, a) => ({
      key: { a, b: text },
      data: {
        float: [0.1, -1.5e-300, 1.7976931348623157e308, 5e-324][a],
        bytes: Buffer.from(text).toString("base64"),
        json: { [text]: [null, text, 1e21, { a: -0.5 }] },
        list: [text, "b"],
        decimal: `${a}.0001`,
        big: "-9223372036854775808",
        bool: a % 2 === 0,
        day: "0001-01-01",
        at: "9999-12-31T23:59:59.999Z",
        uuid: "0190d5a3-7c1e-7000-8000-00000000000f",
        text,
      },
    }));
    await create("Sample", ...rows.map(({ key }) => key), { a: 9, b: "", float: 1, json: { a: 1 }, list: ["x"] });
    await engine.updateEach({ model: "Sample", rows }, anonymousActor);
    const where = { a: { lt: 9 } };
    expect(await find({ model: "Sample", where })).toEqual(rows.map(({ key, data }) => ({ ...key, ...data })));
    expect(await find({ model: "Sample", search: "lima", select: { a: true } })).toEqual([{ a: 0 }]);
    const none = { float: null, bytes: null, json: null, list: null, decimal: null, text: null, at: null };
    await engine.updateEach({ model: "Sample", rows: rows.map(({ key }) => ({ key, data: none })) }, anonymousActor);
    expect(await find({ model: "Sample", where })).toMatchObject(rows.map(() => none));
    expect(await find({ model: "Sample", search: "lima" })).toEqual([]);
  });

  test("a dry run tells what would happen, and changes nothing", async () => {
    const { engine, find } = await start();
    const before = await find({ model: "Item" });
    const rows = [1, 2].map((id) => ({ key: { id }, data: { title: "dry" } }));
    expect(await runDry(engine, (inside) => inside.updateEach({ model: "Item", rows }, anonymousActor))).toBe(2);
    const data = [1, 2, 7].map((id) => ({ id, title: "dry" }));
    expect(await runDry(engine, (inside) => inside.upsertMany({ model: "Item", data }, anonymousActor))).toEqual({
      created: 1,
      updated: 2,
    });
    expect(await find({ model: "Item" })).toEqual(before);
  });

  test("an upsert changes what is there and creates the rest, and names the row that fails", {
    timeout: 60_000,
  }, async () => {
    const { engine, find } = await start();
    const draw = (id: number, title: string) => ({ id, title, code: `u${id}` });
    const data = Array.from({ length: 1300 }, (_, index) => draw(index + 1, "new"));
    expect(await engine.upsertMany({ model: "Item", data }, systemActor)).toEqual({ created: 1294, updated: 6 });
    const again = data.map(({ id }) => draw(id, `t${id}`)).toReversed();
    expect(await engine.upsertMany({ model: "Item", data: again, update: ["title"] }, systemActor)).toEqual({
      created: 0,
      updated: 1300,
    });
    const select = { title: true, code: true, version: true } as const;
    expect(await find({ model: "Item", where: { id: { in: [1, 700, 1300] } }, select })).toEqual([
      { title: "t1", code: "u1", version: 3 },
      { title: "t700", code: "u700", version: 2 },
      { title: "t1300", code: "u1300", version: 2 },
    ]);
    const clash = [draw(2000, "n"), draw(3, "x"), { id: 1200, title: "y", code: "u4" }];
    await expect(engine.upsertMany({ model: "Item", data: clash }, systemActor)).rejects.toMatchObject({
      code: "FTG_CONFLICT",
      message: expect.stringMatching(/^\/2/),
      problems: [{ path: "/2/code" }],
    });
    expect(await engine.count({ model: "Item" }, systemActor)).toBe(1300);
  });
});

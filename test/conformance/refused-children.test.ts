/** A write that brings other rows, one of which its own rule refuses: nothing of it may remain, wherever the refused row stands. */
import { describe, expect, test } from "vitest";
import { type Actor, createActor, systemActor } from "../../src/engine/actor.ts";
import type { Executor } from "../../src/engine/executor.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const open = { read: true, create: true, update: true, delete: true } as const;
const models = {
  Shop: model(
    { id: t.int(), open: t.bool().default(true), orders: t.many("Order", "shop") },
    { key: "id", access: open },
  ),
  Order: model(
    {
      id: t.int(),
      note: t.text().default(""),
      shop: t.ref("Shop").optional(),
      lines: t.many("Line", "order"),
      gifts: t.many("Gift", "order"),
      memos: t.many("Memo", "order"),
      label: t.one("Label", "order"),
      marks: t.manyToMany("Mark"),
    },
    { key: "id", access: open },
  ),
  // Judged by the row itself,
  Line: model(
    { id: t.int(), amount: t.int().default(1), order: t.ref("Order"), parts: t.many("Part", "line") },
    { key: "id", access: { ...open, create: () => ({ amount: { lte: 10 } }) } },
  ),
  Part: model(
    { id: t.int(), amount: t.int().default(1), line: t.ref("Line") },
    { key: "id", access: { ...open, create: () => ({ amount: { lte: 10 } }) } },
  ),
  // by another row,
  Gift: model(
    { id: t.int(), order: t.ref("Order"), shop: t.ref("Shop") },
    { key: "id", access: { ...open, create: () => ({ shop: { open: true } }) } },
  ),
  // by the fields that are set,
  Memo: model(
    { id: t.int(), order: t.ref("Order"), own: t.text().default(""), never: t.text().default("") },
    {
      key: "id",
      access: { ...open, fields: { own: { write: () => ({ id: { lt: 100 } }) }, never: { write: () => false } } },
    },
  ),
  // or by who asks.
  Label: model(
    { id: t.int(), order: t.ref("Order").unique() },
    { key: "id", access: { ...open, create: ({ user }) => user?.id === "bob" } },
  ),
  Mark: model(
    { id: t.int(), amount: t.int().default(1) },
    { key: "id", access: { ...open, create: () => ({ amount: { lte: 10 } }) } },
  ),
};
const ann: Actor = createActor({ id: "ann" });

/** Rows of which all but the one at `wrong` are right. */
function rows(count: number, wrong: number, more: { readonly right: DataQuery; readonly wrong: DataQuery }) {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    ...(index === wrong ? more.wrong : more.right),
  }));
}

const amounts = { right: { amount: 10 }, wrong: { amount: 11 } };
const gifts = { right: { shop: 1 }, wrong: { shop: 2 } };
const own = { right: { own: "x" }, wrong: { own: "x", id: 100 } };
const never = { right: { own: "x" }, wrong: { never: "x" } };

/** What an order brings, and where the refused row stands in it. */
const orders: readonly (readonly [what: string, path: string, data: DataQuery])[] = [
  ["an only child", "/lines/create/0", { lines: { create: rows(1, 0, amounts) } }],
  ["the first of ten", "/lines/create/0", { lines: { create: rows(10, 0, amounts) } }],
  ["the last of ten", "/lines/create/9", { lines: { create: rows(10, 9, amounts) } }],
  [
    "a child of the second kind",
    "/label/create",
    { lines: { create: rows(9, -1, amounts) }, label: { create: { id: 1 } } },
  ],
  ["the last of ten, judged by another row", "/gifts/create/9", { gifts: { create: rows(10, 9, gifts) } }],
  ["the last of ten, whose field is judged", "/memos/create/9", { memos: { create: rows(10, 9, own) } }],
  ["the last of ten, whose field nobody may set", "/memos/create/9/never", { memos: { create: rows(10, 9, never) } }],
  ["a linked row", "/marks/create/9", { marks: { create: rows(10, 9, amounts) } }],
  [
    "a grandchild",
    "/lines/create/1/parts/create/9",
    { lines: { create: [{ id: 1 }, { id: 2, parts: { create: rows(10, 9, amounts) } }] } },
  ],
  [
    "a child of a row that brings its parent too",
    "/lines/create/9",
    { shop: { create: { id: 3 } }, lines: { create: rows(10, 9, amounts) } },
  ],
];

/** The writes that may bring such an order, and where it stands in them. */
const writes: readonly (readonly [
  what: string,
  path: string,
  run: (executor: Executor, data: DataQuery) => Promise<unknown>,
])[] = [
  ["a create", "", (executor, data) => executor.create({ model: "Order", data: { id: 1, ...data } }, ann)],
  [
    "an update",
    "",
    (executor, data) => executor.update({ model: "Order", key: { id: 9 }, data: { note: "new", ...data } }, ann),
  ],
  [
    "an upsert",
    "/create",
    (executor, data) => executor.upsert({ model: "Order", key: { id: 1 }, create: data, update: {} }, ann),
  ],
  [
    "an update of several",
    "/1",
    (executor, data) =>
      executor.updateEach(
        {
          model: "Order",
          rows: [
            { key: { id: 8 }, data: { note: "new" } },
            { key: { id: 9 }, data: { note: "new", ...data } },
          ],
        },
        ann,
      ),
  ],
  [
    "a row two levels above",
    "/orders/create/1",
    (executor, data) =>
      executor.create(
        { model: "Shop", data: { id: 4, orders: { create: [{ id: 2 }, { id: 1, ...data, shop: undefined }] } } },
        ann,
      ),
  ],
];

describe.each(storeKinds)("$name", (kind) => {
  const start = async () => {
    const app = closeWithTest(await openApp(kind, models));
    await app.create("Shop", { id: 1 }, { id: 2, open: false });
    await app.create("Order", { id: 8 }, { id: 9 });
    const readAll = async () => {
      const names = Object.keys(models);
      return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await app.find({ model: name })])));
    };
    const before = await readAll();
    const expectNothing = async () => expect(await readAll()).toEqual(before);
    return { ...app, expectNothing };
  };

  describe.each(writes)("%s", (_, lead, run) => {
    test("leaves nothing behind", { timeout: 60_000 }, async () => {
      const { engine, expectNothing } = await start();
      for (const [what, path, data] of orders) {
        await expect(run(engine, data), what).rejects.toMatchObject({
          code: "FTG_FORBIDDEN",
          problems: [{ path: `${lead}${path}` }],
        });
        await expectNothing();
      }
    });

    test("leaves nothing behind in a transaction that goes on", { timeout: 60_000 }, async () => {
      const { engine, expectNothing } = await start();
      for (const [what, path, data] of orders) {
        await engine.transaction(async (inner) => {
          await expect(run(inner, data), what).rejects.toMatchObject({
            code: "FTG_FORBIDDEN",
            problems: [{ path: `${lead}${path}` }],
          });
        });
        await expectNothing();
      }
    });
  });

  test("of writes that a transaction asks for at once, each that fails is undone alone", async () => {
    const { engine, find } = await start();
    const order = (id: number, amount: number): DataQuery => ({
      id,
      marks: { create: [{ id: id + 1, amount }] },
      lines: { create: [{ id: id + 1 }, { id, amount }] },
    });
    const codes = await engine.transaction(async (inner) => {
      const create = (model: string, data: DataQuery) => inner.create({ model, data, select: { id: true } }, ann);
      const asked = [
        create("Order", order(10, 1)),
        create("Shop", { id: 20 }),
        create("Order", order(30, 11)),
        create("Shop", { id: 40 }),
        create("Order", order(50, 10)),
        create("Line", { id: 60, amount: 11, order: 8 }),
        inner.createMany({ model: "Order", data: [{ id: 70 }, { id: 71, marks: [99] }] }, ann),
        create("Shop", { id: 80 }),
      ];
      return (await Promise.allSettled(asked)).map((each) => each.status === "rejected" && each.reason.code);
    });
    const refused = "FTG_FORBIDDEN";
    expect(codes).toEqual([false, false, refused, false, false, refused, "FTG_REFERENCE", false]);
    const ids = (model: string) => find({ model, select: { id: true } });
    const listed = (...given: readonly number[]) => given.map((id) => ({ id }));
    expect(await ids("Order")).toEqual(listed(8, 9, 10, 50));
    expect(await ids("Line")).toEqual(listed(10, 11, 50, 51));
    expect(await ids("Mark")).toEqual(listed(11, 51));
    expect(await ids("Shop")).toEqual(listed(1, 2, 20, 40, 80));
  });

  test("the same rows, all of them right, are there", async () => {
    const { engine } = await start();
    const data = {
      id: 1,
      shop: { create: { id: 3 } },
      lines: { create: rows(10, -1, amounts) },
      gifts: { create: rows(10, -1, gifts) },
      memos: { create: rows(10, -1, own) },
      marks: { create: rows(10, -1, amounts) },
    };
    await engine.create({ model: "Order", data }, ann);
    for (const name of ["Line", "Gift", "Memo", "Mark"])
      expect(await engine.count({ model: name }, systemActor), name).toBe(10);
  });
});

/** A new row with rows that refer to it, whose statements are all asked before the first is answered. */
import { describe, expect, test } from "vitest";
import { systemActor } from "../../src/engine/actor.ts";
import type { DataQuery, SelectQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const models = {
  Order: model(
    { id: t.int(), note: t.text().optional().unique(), lines: t.many("Line", "order"), label: t.one("Label", "order") },
    { key: "id" },
  ),
  Line: model({ id: t.int(), amount: t.int().min(1), order: t.ref("Order") }, { key: "id" }),
  Label: model({ id: t.int(), order: t.ref("Order").unique() }, { key: "id" }),
};
const lines = [
  { id: 1, amount: 1 },
  { id: 2, amount: 2 },
];
const all = { id: true, lines: { select: { id: true, amount: true } }, label: { select: { id: true } } } as const;

describe.each(storeKinds)("$name", (kind) => {
  const open = async () => {
    const app = closeWithTest(await openApp(kind, models));
    await app.create("Order", { id: 9, note: "taken" });
    await app.create("Line", { id: 9, amount: 1, order: 9 });
    const create = (data: DataQuery, select?: SelectQuery) =>
      app.engine.create({ model: "Order", data: { id: 1, ...data }, ...(select && { select }) }, systemActor);
    /** Nothing but what was there before. */
    const expectNothing = async () => {
      expect(await app.find({ model: "Order", select: { id: true } })).toEqual([{ id: 9 }]);
      expect(await app.find({ model: "Line", select: { id: true } })).toEqual([{ id: 9 }]);
      expect(await app.find({ model: "Label", select: { id: true } })).toEqual([]);
    };
    return { ...app, create, expectNothing };
  };

  test("all of them are there, and the answer is the row as it is then", async () => {
    const { create, find } = await open();
    expect(await create({ note: "n", lines: { create: lines }, label: { create: { id: 5 } } })).toBe(
      '{"id":1,"note":"n"}',
    );
    expect(await create({ id: 2, lines: { create: [{ id: 3, amount: 3 }] } }, all)).toBe(
      '{"id":2,"lines":[{"id":3,"amount":3}],"label":null}',
    );
    expect(await find({ model: "Order", where: { id: 1 }, select: all })).toEqual([{ id: 1, lines, label: { id: 5 } }]);
  });

  test("many at once are all there", async () => {
    const { create, engine } = await open();
    const ids = Array.from({ length: 12 }, (_, index) => 100 + index);
    await Promise.all(
      ids.map((id) => create({ id, lines: { create: [0, 1, 2].map((n) => ({ id: 10 * id + n, amount: 1 })) } })),
    );
    expect(await engine.count({ model: "Order" }, systemActor)).toBe(13);
    expect(await engine.count({ model: "Line" }, systemActor)).toBe(37);
  });

  test("a row that is there already is told of where it stands, and nothing remains", async () => {
    const { create, expectNothing } = await open();
    await expect(create({ lines: { create: [...lines, { id: 9, amount: 1 }] } })).rejects.toMatchObject({
      code: "FTG_CONFLICT",
      problems: [{ path: "/lines/create/2/id" }],
    });
    await expect(create({ lines: { create: [{ id: 9, amount: 1 }] } })).rejects.toMatchObject({
      code: "FTG_CONFLICT",
      problems: [{ path: "/lines/create/0/id" }],
    });
    await expectNothing();
  });

  test("of several failures the first in the order of the writes is told", async () => {
    const { create, expectNothing } = await open();
    await expect(create({ note: "taken", lines: { create: [{ id: 9, amount: 1 }] } })).rejects.toMatchObject({
      code: "FTG_CONFLICT",
      message: expect.stringContaining("note"),
    });
    await expect(create({ id: 9, lines: { create: [{ id: 5, amount: 0 }] } })).rejects.toMatchObject({
      code: "FTG_CONFLICT",
      message: expect.not.stringContaining("lines"),
    });
    await expectNothing();
  });

  test("wrong data of a child undoes the row that was sent before it", async () => {
    const { create, expectNothing } = await open();
    await expect(create({ lines: { create: [...lines, { id: 3, amount: 0 }] } })).rejects.toMatchObject({
      code: "FTG_INVALID",
      problems: [{ path: "/lines/create/2/amount" }],
    });
    await expect(create({ lines: { create: lines }, label: { create: { id: "x" } } })).rejects.toMatchObject({
      code: "FTG_INVALID",
      problems: [{ path: "/label/create/id" }],
    });
    await expectNothing();
  });
});

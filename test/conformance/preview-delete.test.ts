/** What a delete would take along, as far as the caller may see it, and that nothing is deleted by asking. */
import { describe, expect, test } from "vitest";
import { anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import type { DeletePreview } from "../../src/engine/executor.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { type StoreKind, storeKinds } from "./stores.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;
const openOnly = { ...everyone, read: () => ({ open: true }) };

const Country = model(
  { code: t.text(), open: t.bool().default(true) },
  { key: "code", access: { ...openOnly, delete: () => ({ code: { not: "EC" } }) } },
);
const Region = model(
  { country: t.ref("Country").onDelete("cascade"), number: t.int(), open: t.bool().default(true) },
  { key: ["country", "number"], access: openOnly },
);
const City = model(
  {
    n: t.int(),
    country: t.ref("Country").onDelete("cascade"),
    region: t.ref("Region").optional().onDelete("cascade"),
    twin: t.ref("City").optional().onDelete("setNull"),
    open: t.bool().default(true),
  },
  { key: "n", access: openOnly },
);
const Note = model(
  { n: t.int(), city: t.ref("City").optional(), secret: t.ref("Country").optional().hidden() },
  { key: "n", access: everyone },
);
const Spy = model({ country: t.ref("Country").onDelete("cascade") }, { access: { create: true } });
const Node = model(
  {
    n: t.int(),
    parent: t.ref("Node").optional().onDelete("cascade"),
    peer: t.ref("Node").optional().onDelete("setNull"),
  },
  { key: "n", access: everyone },
);
const Page = model({ n: t.int(), next: t.ref("Page").optional() }, { key: "n", softDelete: true, access: everyone });

const models = { Country, Region, City, Note, Spy, Node, Page };

async function openWorld(kind: StoreKind): Promise<OpenApp> {
  const app = closeWithTest(await openApp(kind, models));
  await app.create("Country", { code: "PE" }, { code: "EC" }, { code: "XX", open: false });
  await app.create("Region", { country: "PE", number: 1 }, { country: "PE", number: 2, open: false });
  const [one, two] = [
    { country: "PE", number: 1 },
    { country: "PE", number: 2 },
  ];
  await app.create(
    "City",
    { n: 1, country: "PE", region: one },
    { n: 2, country: "EC", region: one, twin: 1 },
    { n: 3, country: "EC", region: two },
    { n: 4, country: "PE", open: false },
    { n: 5, country: "EC", twin: 1 },
    { n: 6, country: "PE", twin: 1 },
  );
  await app.create("Spy", { country: "PE" });
  return app;
}

const nothing = { deletes: {}, setsNull: {}, blockedBy: {} };

describe.each(storeKinds)("$name", (kind) => {
  test("counts each row once, and of what the caller may read only", async () => {
    const app = await openWorld(kind);
    const preview = (actor = anonymousActor) =>
      app.engine.previewDelete({ model: "Country", key: { code: "PE" } }, actor);
    expect(await preview()).toEqual({ deletes: { Region: 1, City: 3 }, setsNull: { City: 1 }, blockedBy: {} });
    expect(await preview(systemActor)).toEqual({
      deletes: { Region: 2, City: 5, Spy: 1 },
      setsNull: { City: 1 },
      blockedBy: {},
    });
    await app.create("Note", { n: 1, city: 2 }, { n: 2, city: 5 }, { n: 3, secret: "PE" });
    expect(await preview()).toMatchObject({ blockedBy: { Note: 1 } });
    expect(await preview(systemActor)).toMatchObject({ blockedBy: { Note: 2 } });
    expect(await app.engine.count({ model: "City" }, systemActor)).toBe(6);
  });

  test("answers what the delete would answer for a row that may not be deleted", async () => {
    const { engine } = await openWorld(kind);
    const preview = (code: string) => engine.previewDelete({ model: "Country", key: { code } }, createActor({ id: 1 }));
    await expect(preview("XX")).rejects.toMatchObject({
      code: "FTG_NOT_FOUND",
      message: 'No Country has the key "XX".',
    });
    await expect(preview("YY")).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
    await expect(preview("EC")).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
      message: "You may not delete this Country.",
    });
    await expect(engine.previewDelete({ model: "Spy", key: { id: "x" } }, anonymousActor)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
    });
    const query = { model: "Region", key: { country: "PE", number: "x" } };
    await expect(engine.previewDelete(query, anonymousActor)).rejects.toMatchObject({ code: "FTG_VALUE" });
  });

  test("follows a tree and circles, and leaves the row itself out", async () => {
    const app = await openWorld(kind);
    await app.create("Node", { n: 1, parent: 1 }, { n: 2, parent: 1 }, { n: 3, parent: 2, peer: 1 }, { n: 4, peer: 2 });
    await app.create("Node", { n: 5, parent: 3 }, { n: 6, parent: 5 });
    const preview = (n: number): Promise<DeletePreview> =>
      app.engine.previewDelete({ model: "Node", key: { n } }, anonymousActor);
    expect(await preview(1)).toEqual({ deletes: { Node: 4 }, setsNull: { Node: 1 }, blockedBy: {} });
    expect(await preview(6)).toEqual(nothing);
    await app.engine.update({ model: "Node", key: { n: 2 }, data: { parent: 6 } }, systemActor);
    expect(await preview(5)).toEqual({ deletes: { Node: 3 }, setsNull: { Node: 1 }, blockedBy: {} });
  });

  test("a row that stays takes nothing along, unless it goes for good", async () => {
    const app = await openWorld(kind);
    await app.create("Page", { n: 1 }, { n: 2, next: 1 });
    const preview = (permanently?: boolean) =>
      app.engine.previewDelete(
        { model: "Page", key: { n: 1 }, ...(permanently !== undefined && { permanently }) },
        anonymousActor,
      );
    expect(await preview()).toEqual(nothing);
    expect(await preview(true)).toEqual({ ...nothing, blockedBy: { Page: 1 } });
    await app.engine.update({ model: "Page", key: { n: 1 }, data: { next: 1 } }, systemActor);
    await app.engine.delete({ model: "Page", key: { n: 2 }, permanently: true }, systemActor);
    expect(await preview(true)).toEqual(nothing);
  });
});

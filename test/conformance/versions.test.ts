/** Times and versions that rows keep, and writes that are only done when a row has the expected one. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Actor, anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const models = {
  Shelf: model(
    { code: t.text(), books: t.many("Book", "shelf") },
    { key: "code", version: true, access: { read: true } },
  ),
  Book: model(
    {
      code: t.text(),
      title: t.text().default(""),
      copies: t.int().default(0),
      owner: t.text().optional(),
      shelf: t.ref("Shelf").optional(),
      made: t.createdAt(),
      changed: t.updatedAt(),
    },
    {
      key: "code",
      version: true,
      access: {
        read: ({ user }) => ({ any: [{ owner: null }, { owner: { not: "nobody" } }, { owner: user?.id }] }),
        update: ({ user }) => ({ owner: user?.id }),
        delete: ({ user }) => ({ owner: user?.id }),
      },
    },
  ),
};
const ann = createActor({ id: "ann" });
const [first, second, third] = ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"];

afterEach(() => {
  vi.useRealTimers();
});

function setTime(now: string): void {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
}

describe.each(storeKinds)("$name", (kind) => {
  const open = async () => {
    const app = closeWithTest(await openApp(kind, models));
    const kept = { code: true, made: true, changed: true, version: true } as const;
    return {
      ...app,
      shelves: () => app.find({ model: "Shelf" }),
      books: async () => (await app.find({ model: "Book", select: kept })) as readonly Record<string, unknown>[],
      update: (code: string, data: object, ifVersion?: number | readonly number[], actor: Actor = systemActor) =>
        app.engine.update(
          { model: "Book", key: { code }, data: { ...data }, ...(ifVersion !== undefined && { ifVersion }) },
          actor,
        ),
      end: (code: string, ifVersion: number | readonly number[], actor: Actor = systemActor) =>
        app.engine.delete({ model: "Book", key: { code }, ifVersion }, actor),
    };
  };

  test("a row keeps when it was made and changed, and how often", async () => {
    const { create, books, update, engine } = await open();
    setTime(first);
    await create("Book", { code: "a" });
    expect(await books()).toEqual([{ code: "a", made: first, changed: first, version: 1 }]);
    setTime(second);
    expect(JSON.parse(String(await update("a", { title: "A" })))).toMatchObject({
      title: "A",
      changed: second,
      version: 2,
    });
    await update("a", {});
    expect(await books()).toEqual([{ code: "a", made: first, changed: second, version: 3 }]);
    setTime(third);
    await engine.upsert({ model: "Book", key: { code: "a" }, create: {}, update: {} }, systemActor);
    await engine.updateEach(
      { model: "Book", rows: [{ key: { code: "a" }, data: { copies: { increment: 1 } } }] },
      systemActor,
    );
    await engine.upsertMany({ model: "Book", data: [{ code: "a" }, { code: "b" }] }, systemActor);
    expect(await books()).toEqual([
      { code: "a", made: first, changed: third, version: 6 },
      { code: "b", made: third, changed: third, version: 1 },
    ]);
  });

  test("all rows of one write have the same time, and each its own version", async () => {
    const { create, books, engine } = await open();
    await create("Shelf", { code: "s", books: { create: [{ code: "a" }, { code: "b" }] } });
    await engine.createMany({ model: "Book", data: [{ code: "c" }, { code: "d" }] }, systemActor);
    const times = (await books()).map(({ made, changed }) => [made, changed]);
    expect(times[0]?.[0]).toBe(times[0]?.[1]);
    expect(times[1]).toEqual(times[0]);
    expect(times[3]).toEqual(times[2]);
    setTime(third);
    await engine.update({ model: "Book", key: { code: "a" }, data: {} }, systemActor);
    expect(await engine.updateMany({ model: "Book", all: true, data: { title: "x" } }, systemActor)).toBe(4);
    expect((await books()).map(({ changed, version }) => [changed, version])).toEqual([
      [third, 3],
      [third, 2],
      [third, 2],
      [third, 2],
    ]);
  });

  test("related rows that a write touches are updated as well, the others are not", async () => {
    const { create, books, shelves, engine } = await open();
    await create("Shelf", { code: "s" }, { code: "u" });
    await create("Book", { code: "a" }, { code: "b" }, { code: "c", shelf: "s" });
    const data = { books: { connect: ["a"], disconnect: ["c"], create: [{ code: "d" }] } };
    await engine.update({ model: "Shelf", key: { code: "s" }, data }, systemActor);
    expect(await shelves()).toEqual([
      { code: "s", version: 2 },
      { code: "u", version: 1 },
    ]);
    expect((await books()).map(({ code, version }) => [code, version])).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 2],
      ["d", 1],
    ]);
  });

  test("nobody writes what the server keeps", async () => {
    const { create, update, engine, books } = await open();
    await create("Book", { code: "a" });
    const kept = { made: first, changed: first, version: 9 };
    for (const [name, value] of Object.entries(kept)) {
      const problems = [{ path: `/${name}`, detail: "cannot be written: the server sets it." }];
      await expect(update("a", { [name]: value })).rejects.toMatchObject({ code: "FTG_INVALID", problems });
      const row = { code: "b", [name]: value };
      await expect(create("Book", row)).rejects.toMatchObject({ code: "FTG_INVALID", problems });
      await expect(engine.createMany({ model: "Book", data: [row] }, systemActor)).rejects.toMatchObject({
        code: "FTG_INVALID",
      });
    }
    await expect(update("a", { version: { increment: 5 } })).rejects.toMatchObject({ code: "FTG_INVALID" });
    expect(await books()).toMatchObject([{ code: "a", version: 1 }]);
  });

  test("a write that expects a version is done to that version only", async () => {
    const { create, update, end, books } = await open();
    await create("Book", { code: "a" });
    await update("a", {}, 1);
    await expect(update("a", { title: "late" }, 1)).rejects.toMatchObject({
      code: "FTG_VERSION_MISMATCH",
      status: 412,
      message: "Expected version 1 of this Book; it is at version 2.",
    });
    await expect(end("a", 1)).rejects.toMatchObject({ code: "FTG_VERSION_MISMATCH" });
    await expect(end("a", [])).rejects.toMatchObject({
      message: "Expected version none that this row could have of this Book; it is at version 2.",
    });
    await expect(update("a", {}, [1, 3])).rejects.toMatchObject({
      message: "Expected version 1 or 3 of this Book; it is at version 2.",
    });
    await update("a", { title: "there" }, [1, 2]);
    expect(await books()).toMatchObject([{ version: 3 }]);
    expect(JSON.parse(String(await end("a", 3)))).toMatchObject({ code: "a", title: "there", version: 3 });
    expect(await books()).toEqual([]);
  });

  test("what cannot be seen is not found, what may not be changed is forbidden, whatever its version", async () => {
    const { create, update, end } = await open();
    await create("Book", { code: "a", owner: "bob" }, { code: "b", owner: "nobody" }, { code: "c", owner: "ann" });
    for (const write of [update.bind(null, "a", {}), (version: number, actor: Actor) => end("a", version, actor)])
      for (const version of [1, 2]) await expect(write(version, ann)).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
    for (const code of ["b", "x"]) {
      await expect(update(code, {}, 2, ann)).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
      await expect(end(code, 2, anonymousActor)).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
    }
    await expect(update("c", {}, 2, ann)).rejects.toMatchObject({ code: "FTG_VERSION_MISMATCH" });
    await expect(end("c", 2, ann)).rejects.toMatchObject({ code: "FTG_VERSION_MISMATCH" });
    await update("c", { title: "mine" }, 1, ann);
    await end("c", 2, ann);
  });

  test("a composed write that expects a version is undone as a whole", async () => {
    const { create, engine, books } = await open();
    await create("Shelf", { code: "s" });
    const data = { books: { create: [{ code: "a" }] } };
    await expect(
      engine.update({ model: "Shelf", key: { code: "s" }, data, ifVersion: 2 }, systemActor),
    ).rejects.toMatchObject({ code: "FTG_VERSION_MISMATCH" });
    expect(await books()).toEqual([]);
    await engine.update({ model: "Shelf", key: { code: "s" }, data, ifVersion: 1 }, systemActor);
    expect(await books()).toHaveLength(1);
  });

  test("of twenty that expect the same version, one wins", async () => {
    const { create, update, books } = await open();
    await create("Book", { code: "a" });
    for (const version of [1, 2, 3]) {
      const tries = Array.from({ length: 20 }, (_, index) => update("a", { title: String(index) }, version));
      const ends = await Promise.allSettled(tries);
      expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const end of ends) if (end.status === "rejected") expect(end.reason.code).toBe("FTG_VERSION_MISMATCH");
    }
    expect(await books()).toMatchObject([{ version: 4 }]);
  });

  test("a version that is none, or that no row of the model has, is a wrong query", async () => {
    const { create, update } = await open();
    await create("Book", { code: "a" });
    // Only plain JavaScript gets here with these.
    for (const version of ["1", 1.5, {}, [{}], null])
      await expect(update("a", {}, version as number)).rejects.toMatchObject({ status: 400 });
  });

  test("a bulk write of more rows than it may reach changes none", async () => {
    const { create, engine, books } = await open();
    await create("Book", ...["a", "b", "c"].map((code) => ({ code, owner: "ann" })), { code: "d" });
    const query = { model: "Book", where: { code: { not: "x" } } };
    const refused = {
      code: "FTG_TOO_MANY_ROWS",
      status: 409,
      message: "The update would have affected at least 4 Book rows; at most 3 are allowed. Nothing was changed.",
    };
    await expect(engine.updateMany({ ...query, data: {}, atMost: 3 }, systemActor)).rejects.toMatchObject(refused);
    await expect(engine.deleteMany({ ...query, atMost: 1 }, systemActor)).rejects.toMatchObject({
      code: "FTG_TOO_MANY_ROWS",
    });
    expect((await books()).map(({ version }) => version)).toEqual([1, 1, 1, 1]);
    // Rows that may not be changed do not count.
    expect(await engine.updateMany({ ...query, data: {}, atMost: 3 }, ann)).toBe(3);
    expect(await engine.deleteMany({ ...query, atMost: 3 }, ann)).toBe(3);
    // Only plain JavaScript gets here with these.
    for (const atMost of [0, -1, 1.5, "3", null])
      await expect(engine.deleteMany({ ...query, atMost: atMost as number }, systemActor)).rejects.toMatchObject({
        code: "FTG_QUERY",
      });
    expect(await books()).toMatchObject([{ code: "d" }]);
  });
});

test("a model without versions takes no expected one", async () => {
  for (const kind of storeKinds.slice(0, 1)) {
    const { engine, create } = closeWithTest(
      await openApp(kind, { Plain: model({ code: t.text() }, { key: "code" }) }),
    );
    await create("Plain", { code: "a" });
    await expect(
      engine.update({ model: "Plain", key: { code: "a" }, data: {}, ifVersion: 1 }, systemActor),
    ).rejects.toMatchObject({ code: "FTG_QUERY", fix: expect.stringContaining("version: true") });
  }
});

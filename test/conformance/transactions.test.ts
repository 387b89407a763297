/** All or nothing: single writes, many rows at once, and transactions beside other work. */
import { describe, expect, test } from "vitest";
import { anonymousActor, systemActor } from "../../src/engine/actor.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import { openFilledLibrary, openLibrary } from "./library.ts";
import { closeWithTest } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

describe.each(storeKinds)("$name", (kind) => {
  const open = async () => closeWithTest(await openLibrary(kind));

  test("createMany creates all rows or none", async () => {
    const { engine, find } = await open();
    const authors = (...codes: string[]) =>
      engine.createMany({ model: "Author", data: codes.map((code) => ({ code })) }, systemActor);
    expect(await authors("a", "b")).toBe(2);
    expect(await authors()).toBe(0);
    await expect(authors("c", "d", "a", "e")).rejects.toMatchObject({ code: "FTG_CONFLICT" });
    await expect(
      engine.createMany({ model: "Author", data: [{ code: "c" }, { code: 1 }] }, systemActor),
    ).rejects.toMatchObject({ code: "FTG_INVALID" });
    expect(await find({ model: "Author", select: { code: true } })).toEqual([{ code: "a" }, { code: "b" }]);
  });

  test("createMany says which row is wrong, whatever is wrong with it", async () => {
    const { engine, find } = closeWithTest(await openFilledLibrary(kind));
    const edition = (number: number, more: DataQuery = {}): DataQuery => ({ book: 1, number, ...more });
    const tag = (name: string, ...near: readonly string[]): DataQuery => ({ name, near });
    const reject = async (code: string, path: string, model: string, data: readonly DataQuery[]) => {
      const error: unknown = await engine
        .createMany({ model, data }, anonymousActor)
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code, problems: [{ path }] });
      expect(error).toMatchObject({ message: expect.stringMatching(`^${path.slice(0, 2)}[:/]`) });
    };
    await reject("FTG_INVALID", "/1/number", "Edition", [edition(7), { book: 1, number: "x" }]);
    await reject("FTG_CONFLICT", "/2/isbn", "Edition", [edition(7), edition(8), edition(9, { isbn: "a" })]);
    await reject("FTG_CONFLICT", "/1/isbn", "Edition", [edition(7, { isbn: "n" }), edition(8, { isbn: "n" })]);
    await reject("FTG_CHECK", "/1", "Edition", [edition(7), edition(8, { pages: 0 }), edition(1)]);
    await reject("FTG_REFERENCE", "/2/book", "Edition", [edition(7), edition(8), { book: 99, number: 1 }]);
    await reject("FTG_REFERENCE", "/1/near", "Tag", [tag("n"), tag("m", "n", "secret")]);
    await reject("FTG_INVALID", "/0/near/0", "Tag", [{ name: "n", near: [1] }, tag("sea")]);
    expect(await find({ model: "Edition", select: { number: true } })).toHaveLength(4);
    expect(await find({ model: "Tag", select: { name: true } })).toHaveLength(3);
  });

  test("of several wrong rows the first is told, whatever is wrong with it", async () => {
    const { engine, find } = closeWithTest(await openFilledLibrary(kind));
    const data: readonly DataQuery[] = [
      { book: 1, number: 7 },
      { book: 1, number: 8, isbn: "a" },
      { book: 1, number: "x" },
      { book: 99, number: 1 },
    ];
    const told = { code: "FTG_CONFLICT", problems: [{ path: "/1/isbn" }] };
    const book = { n: 7, title: "t", editions: { create: data.map(({ book: _, ...edition }) => edition) } };
    await expect(engine.createMany({ model: "Edition", data }, systemActor)).rejects.toMatchObject(told);
    const keyed = [...data.slice(0, 2), { book: 1, number: 9, isbn: 5 }];
    await expect(engine.upsertMany({ model: "Edition", data: keyed }, systemActor)).rejects.toMatchObject(told);
    await expect(engine.create({ model: "Book", data: book }, systemActor)).rejects.toMatchObject({
      ...told,
      problems: [{ path: "/editions/create/1/isbn" }],
    });
    await engine.transaction(async (inner) => {
      await expect(inner.createMany({ model: "Edition", data }, systemActor)).rejects.toMatchObject(told);
    });
    expect(await find({ model: "Edition", select: { number: true } })).toHaveLength(4);
  });

  test("createMany takes an iterable as it comes and undoes all when it fails", async () => {
    const { engine } = await open();
    function* rows(count: number): Generator<{ code: string }> {
      for (let index = 0; index < count; index++) yield { code: `a${index}` };
      if (count < 100) throw new Error("source ran dry");
    }
    await expect(engine.createMany({ model: "Author", data: rows(10) }, systemActor)).rejects.toThrow("source ran dry");
    expect(await engine.count({ model: "Author" }, systemActor)).toBe(0);
    expect(await engine.createMany({ model: "Author", data: rows(100) }, systemActor)).toBe(100);
  });

  test("rows of one createMany may refer and link to earlier ones", async () => {
    const { engine, find } = await open();
    await engine.createMany({ model: "Author", data: [{ code: "a" }, { code: "b", mentor: "a" }] }, systemActor);
    await engine.createMany(
      {
        model: "Tag",
        data: [
          { name: "x", near: ["y"] },
          { name: "y", near: ["x", "y"] },
        ],
      },
      systemActor,
    );
    expect(await find({ model: "Tag", select: { name: true, near: { select: { name: true } } } })).toEqual([
      { name: "x", near: [{ name: "y" }] },
      { name: "y", near: [{ name: "x" }, { name: "y" }] },
    ]);
  });

  test("a transaction sees its own writes and keeps them", async () => {
    const { engine } = await open();
    const seen = await engine.transaction(async (inner) => {
      await inner.create({ model: "Author", data: { code: "a" } }, systemActor);
      await inner.updateMany({ model: "Author", all: true, data: { name: "A" } }, systemActor);
      return (await inner.read({ model: "Author", select: { name: true } }, systemActor)).json;
    });
    expect(seen).toBe('[{"name":"A"}]');
    expect((await engine.read({ model: "Author", select: { name: true } }, systemActor)).json).toBe(seen);
  });

  test("what a transaction rejects with undoes everything and comes out as it is", async () => {
    const { engine } = await open();
    await engine.create({ model: "Author", data: { code: "kept" } }, systemActor);
    const reason = new Error("no");
    const undone = engine.transaction(async (inner) => {
      await inner.create({ model: "Author", data: { code: "a" } }, systemActor);
      await inner.delete({ model: "Author", key: { code: "kept" } }, systemActor);
      throw reason;
    });
    await expect(undone).rejects.toBe(reason);
    expect((await engine.read({ model: "Author", select: { code: true } }, systemActor)).json).toBe(
      '[{"code":"kept"}]',
    );
  });

  test("a part of a transaction is undone alone, with the parts in it, whatever else was refused", async () => {
    const { engine } = await open();
    const create = (executor: Pick<typeof engine, "create">, code: string) =>
      executor.create({ model: "Author", data: { code } }, systemActor);
    await engine.transaction(async (inner) => {
      await create(inner, "a");
      const part = inner.attempt(async (outer) => {
        await create(outer, "gone");
        await outer.attempt((innermost) => create(innermost, "too"));
        await expect(create(outer, "a")).rejects.toMatchObject({ code: "FTG_CONFLICT" });
        throw new Error("no");
      });
      await expect(part).rejects.toThrow("no");
      await inner.attempt((other) => create(other, "kept"));
      await create(inner, "b");
    });
    expect((await engine.read({ model: "Author", select: { code: true } }, systemActor)).json).toBe(
      '[{"code":"a"},\n{"code":"b"},\n{"code":"kept"}]',
    );
  });

  test("parts beside each other, and beside other writes, undo only their own", async () => {
    const { engine, find } = await open();
    const create = (executor: Pick<Executor, "create">, code: string) =>
      executor.create({ model: "Author", data: { code } }, systemActor);
    await engine.transaction(async (tx) => {
      const part = (codes: readonly string[], fails: boolean) =>
        tx.attempt(async (inner) => {
          for (const code of codes) await create(inner, code);
          if (fails) throw new Error("undo");
        });
      const asked = [
        create(tx, "a"),
        part(["b", "c", "d"], true),
        create(tx, "e"),
        part(["f", "g"], false),
        part(["h", "i"], true),
        create(tx, "j"),
      ];
      const settled = await Promise.allSettled(asked);
      expect(settled.flatMap(({ status }, index) => (status === "rejected" ? [index] : []))).toEqual([1, 4]);
    });
    const codes = (await find({ model: "Author", select: { code: true } })) as readonly { readonly code: string }[];
    expect(codes.map(({ code }) => code).join("")).toBe("aefgj");
  });

  test("a refused statement inside a transaction leaves the rest standing", async () => {
    const { engine } = await open();
    await engine.transaction(async (inner) => {
      await inner.create({ model: "Author", data: { code: "a" } }, systemActor);
      await expect(inner.create({ model: "Author", data: { code: "a" } }, systemActor)).rejects.toMatchObject({
        code: "FTG_CONFLICT",
      });
      await expect(
        inner.createMany({ model: "Author", data: [{ code: "b" }, { code: "a" }] }, systemActor),
      ).rejects.toMatchObject({ code: "FTG_CONFLICT" });
      await expect(
        inner.create({ model: "Book", data: { n: 1, title: "t", tags: ["none"] } }, systemActor),
      ).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      await inner.create({ model: "Author", data: { code: "c" } }, systemActor);
    });
    expect((await engine.read({ model: "Author", select: { code: true } }, systemActor)).json).toBe(
      '[{"code":"a"},\n{"code":"c"}]',
    );
    expect(await engine.count({ model: "Book" }, systemActor)).toBe(0);
  });

  test("others do not see a transaction before it ends", async () => {
    const { engine } = await open();
    let outside: Promise<number> | undefined;
    await engine.transaction(async (inner) => {
      await inner.create({ model: "Author", data: { code: "a" } }, systemActor);
      outside = engine.count({ model: "Author" }, systemActor);
      // Either answers at once with what was committed, or waits for the end; it must not see the row half done.
      const early = await Promise.race([outside, new Promise((resolve) => setTimeout(resolve, 50, "waits"))]);
      expect([0, "waits"]).toContain(early);
      await inner.delete({ model: "Author", key: { code: "a" } }, systemActor);
    });
    expect(await outside).toBe(0);
  });

  test("concurrent writes all happen, each as if alone", async () => {
    const { engine } = await open();
    const write = (code: string) =>
      engine.create({ model: "Author", data: { code } }, systemActor).then(
        () => "created",
        (error) => error.code,
      );
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, index) => write(`a${index % 20}`)));
    expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome === "FTG_CONFLICT")).toHaveLength(20);
    expect(await engine.count({ model: "Author" }, systemActor)).toBe(20);
  });

  test("concurrent upserts of one row all happen, one after the other", async () => {
    const { engine } = await open();
    const upsert = () => {
      const book = { create: { title: "t", year: 1 }, update: { year: { increment: 1 } } };
      return engine.upsert({ model: "Book", key: { n: 1 }, ...book }, systemActor);
    };
    await Promise.all(Array.from({ length: 20 }, upsert));
    expect((await engine.read({ model: "Book", select: { year: true } }, systemActor)).json).toBe('[{"year":20}]');
  });

  test("concurrent transactions do not lose updates", async () => {
    const { engine } = await open();
    await engine.create({ model: "Book", data: { n: 1, title: "t", year: 0 } }, systemActor);
    const add = () =>
      engine.transaction(async (inner) => {
        const row = JSON.parse(
          (await inner.read({ model: "Book", select: { year: true }, single: true, where: { n: 1 } }, systemActor))
            .json,
        );
        await inner.update({ model: "Book", key: { n: 1 }, data: { year: row.year + 1 } }, systemActor);
      });
    await Promise.all(Array.from({ length: 10 }, () => tryUntilDone(add)));
    expect((await engine.read({ model: "Book", select: { year: true } }, systemActor)).json).toBe('[{"year":10}]');
  });

  test("a transaction that has ended refuses further work", async () => {
    const { engine } = await open();
    const [inner] = await engine.transaction(async (executor) => [executor]);
    await expect(inner?.create({ model: "Author", data: { code: "late" } }, systemActor)).rejects.toMatchObject({
      code: "FTG_INTERNAL",
    });
    expect(await engine.count({ model: "Author" }, systemActor)).toBe(0);
  });
});

/** A transaction that another was in the way of is undone and reported as busy: its caller tries again. */
async function tryUntilDone(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FootingError) || error.code !== "FTG_BUSY") throw error;
    }
  }
}

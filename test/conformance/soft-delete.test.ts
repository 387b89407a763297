/** Rows that stay when they are deleted: nothing shows them but who asks for deleted rows and may delete them. */
import { describe, expect, test } from "vitest";
import { anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { type StoreKind, storeKinds } from "./stores.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;

const Author = model(
  { code: t.text(), rank: t.int().default(0), posts: t.many("Post", "author"), club: t.ref("Club").optional() },
  { key: "code", softDelete: true, access: everyone },
);
const Post = model(
  {
    n: t.int(),
    title: t.text().unique(),
    owner: t.text().optional(),
    author: t.ref("Author").optional(),
    tags: t.manyToMany("Tag"),
  },
  {
    key: "n",
    softDelete: true,
    version: true,
    access: {
      read: () => ({ title: { not: "secret" } }),
      create: true,
      update: true,
      delete: ({ user }) => user !== null && { owner: user.id },
    },
  },
);
const Tag = model({ name: t.text(), posts: t.manyToMany("Post", "tags") }, { key: "name", access: everyone });
/** Only clubs with a member may be read. */
const Club = model(
  { name: t.text(), members: t.many("Author", "club") },
  { key: "name", access: { ...everyone, read: () => ({ members: { some: { rank: { gte: 0 } } } }) } },
);

const ann = createActor({ id: "ann" });
const ben = createActor({ id: "ben" });
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function openBlog(kind: StoreKind): Promise<OpenApp> {
  const app = closeWithTest(await openApp(kind, { Author, Post, Tag, Club }));
  await app.create("Club", { name: "pen" });
  await app.create("Author", { code: "a", rank: 1, club: "pen" }, { code: "b", rank: 2 });
  await app.create("Tag", { name: "sea" });
  await app.create(
    "Post",
    { n: 1, title: "one", owner: "ann", author: "a", tags: ["sea"] },
    { n: 2, title: "two", owner: "ben", author: "a", tags: ["sea"] },
    { n: 3, title: "three", owner: "ann", author: "b", tags: [] },
    { n: 4, title: "secret", owner: "ann" },
  );
  return app;
}

/** What a query answers, parsed. */
async function read(
  { engine }: OpenApp,
  query: Parameters<OpenApp["find"]>[0],
  actor = anonymousActor,
): Promise<unknown> {
  return JSON.parse((await engine.read(query, actor)).json);
}

describe.each(storeKinds)("$name", (kind) => {
  test("delete notes the time and answers the row; who may not delete gets what a delete answers", async () => {
    const { engine } = await openBlog(kind);
    const select = { n: true, deletedAt: true, version: true, tags: { select: { name: true } } } as const;
    const json = await engine.delete({ model: "Post", key: { n: 1 }, select }, ann);
    expect(JSON.parse(json ?? "")).toEqual({
      n: 1,
      deletedAt: expect.stringMatching(time),
      version: 2,
      tags: [{ name: "sea" }],
    });
    const again = engine.delete({ model: "Post", key: { n: 1 } }, ann);
    await expect(again).rejects.toMatchObject({ code: "FTG_NOT_FOUND", message: "No Post has the key 1." });
    await expect(engine.delete({ model: "Post", key: { n: 2 } }, ann)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
      message: "You may not delete this Post.",
    });
    await expect(engine.delete({ model: "Post", key: { n: 4 } }, ann)).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
    await expect(engine.delete({ model: "Post", key: { n: 2 } }, anonymousActor)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
    });
    expect(await engine.deleteMany({ model: "Post", all: true }, ann)).toBe(1);
    expect(await engine.count({ model: "Post" }, systemActor)).toBe(2);
  });

  test("no position of a query reaches a deleted row, the system's neither", async () => {
    const app = await openBlog(kind);
    await app.engine.delete({ model: "Post", key: { n: 1 } }, ann);
    await app.engine.delete({ model: "Author", key: { code: "b" } }, ann);
    for (const actor of [anonymousActor, ann, systemActor]) {
      const system = actor === systemActor;
      const numbers = system ? [2, 3, 4] : [2, 3];
      expect(await read(app, { model: "Post", select: { n: true } }, actor)).toEqual(numbers.map((n) => ({ n })));
      expect(await app.engine.count({ model: "Post", where: { n: { lte: 2 } } }, actor)).toBe(1);
      const groups = await app.engine.aggregate({ model: "Post", groupBy: ["author.code"], count: true }, actor);
      expect(JSON.parse(groups.json.toString())).toEqual([
        { key: { author: { code: null } }, count: system ? 2 : 1 },
        { key: { author: { code: "a" } }, count: 1 },
      ]);
      const select = {
        code: true,
        posts: { select: { n: true } },
        of: { field: "posts", aggregate: { max: ["n"] } },
      } as const;
      expect(await read(app, { model: "Author", select }, actor)).toEqual([
        { code: "a", posts: [{ n: 2 }], of: { max: { n: 2 } } },
      ]);
      const author = { model: "Post", where: { n: 3 }, select: { author: { select: { code: true } } } } as const;
      expect(await read(app, author, actor)).toEqual([{ author: null }]);
      expect(await app.engine.count({ model: "Author", where: { posts: { some: { n: 1 } } } }, actor)).toBe(0);
      expect(await app.engine.count({ model: "Author", where: { posts: { none: { n: 2 } } } }, actor)).toBe(0);
      expect(await app.engine.count({ model: "Author", where: { posts: { every: { n: 2 } } } }, actor)).toBe(1);
      expect(await app.engine.count({ model: "Post", where: { author: { rank: 2 } } }, actor)).toBe(0);
      const sorted = { model: "Post", orderBy: ["-author.rank"], select: { n: true }, limit: 1 } as const;
      expect(await read(app, sorted, actor)).toEqual([{ n: 2 }]);
      expect(await read(app, { model: "Tag", select: { posts: { select: { n: true } } } }, actor)).toEqual([
        { posts: [{ n: 2 }] },
      ]);
    }
  });

  test("a deleted row is not changed, referred to or linked", async () => {
    const app = await openBlog(kind);
    const { engine } = app;
    await engine.delete({ model: "Post", key: { n: 1 } }, ann);
    await engine.delete({ model: "Author", key: { code: "b" } }, ann);
    for (const actor of [anonymousActor, systemActor]) {
      await expect(engine.update({ model: "Post", key: { n: 1 }, data: { title: "x" } }, actor)).rejects.toMatchObject({
        code: "FTG_NOT_FOUND",
      });
      expect(await engine.updateMany({ model: "Post", where: { n: 1 }, data: { title: "x" } }, actor)).toBe(0);
      await expect(
        engine.create({ model: "Post", data: { n: 9, title: "y", author: "b" } }, actor),
      ).rejects.toMatchObject({
        code: "FTG_REFERENCE",
        message: 'Post.author refers to the Author "b", which does not exist.',
      });
      await expect(
        engine.update({ model: "Tag", key: { name: "sea" }, data: { posts: { connect: [1] } } }, actor),
      ).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      await expect(
        engine.update({ model: "Post", key: { n: 2 }, data: { deletedAt: null } }, actor),
      ).rejects.toMatchObject({ code: "FTG_INVALID" });
    }
    const taken = engine.create({ model: "Post", data: { n: 9, title: "one" } }, anonymousActor);
    await expect(taken).rejects.toMatchObject({
      code: "FTG_CONFLICT",
      message: "Another Post has the same title.",
      fix: expect.stringContaining("if it is a deleted one"),
    });
  });

  test("deleted rows are read by who asks for them and may delete them", async () => {
    const app = await openBlog(kind);
    const { engine } = app;
    await engine.delete({ model: "Post", key: { n: 1 } }, ann);
    await engine.delete({ model: "Post", key: { n: 2 } }, ben);
    await engine.delete({ model: "Post", key: { n: 4 } }, systemActor);
    const numbers = async (deleted: "include" | "only", actor = ann) =>
      read(app, { model: "Post", deleted, select: { n: true } }, actor);
    expect(await numbers("include")).toEqual([{ n: 1 }, { n: 3 }]);
    expect(await numbers("only")).toEqual([{ n: 1 }]);
    expect(await numbers("include", ben)).toEqual([{ n: 2 }, { n: 3 }]);
    expect(await numbers("only", systemActor)).toEqual([{ n: 1 }, { n: 2 }, { n: 4 }]);
    await expect(numbers("include", anonymousActor)).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
    expect(await engine.count({ model: "Post", deleted: "only" }, ben)).toBe(1);
    const groups = await engine.aggregate({ model: "Post", deleted: "include", count: true }, ann);
    expect(groups.json.toString()).toBe('[{"count":2}]');
    const single = { model: "Post", single: true, where: { n: 1 }, deleted: "include", select: { n: true } } as const;
    expect(await read(app, single, ann)).toEqual({ n: 1 });
    expect(await read(app, single, ben)).toBeNull();
    // Related rows are live ones all the same.
    const related = { model: "Author", deleted: "include", select: { posts: { select: { n: true } } } } as const;
    expect(await read(app, related, ann)).toEqual([{ posts: [] }, { posts: [{ n: 3 }] }]);
    await expect(engine.count({ model: "Tag", deleted: "only" }, ann)).rejects.toMatchObject({ code: "FTG_QUERY" });
    // What JavaScript callers can send.
    const wrong: object = { model: "Post", deleted: "all" };
    await expect(engine.count(wrong as { model: string }, ann)).rejects.toMatchObject({ code: "FTG_QUERY" });
  });

  test("a rule that looks into related rows does not see deleted ones", async () => {
    const app = await openBlog(kind);
    expect(await app.engine.count({ model: "Club" }, anonymousActor)).toBe(1);
    await app.engine.delete({ model: "Author", key: { code: "a" } }, anonymousActor);
    expect(await app.engine.count({ model: "Club" }, anonymousActor)).toBe(0);
  });

  test("restore brings a row back for who may delete it", async () => {
    const app = await openBlog(kind);
    const { engine } = app;
    await engine.delete({ model: "Post", key: { n: 1 } }, ann);
    await expect(engine.restore({ model: "Post", key: { n: 1 } }, ben)).rejects.toMatchObject({
      code: "FTG_NOT_FOUND",
    });
    await expect(engine.restore({ model: "Post", key: { n: 3 } }, ann)).rejects.toMatchObject({
      code: "FTG_NOT_FOUND",
    });
    await expect(engine.restore({ model: "Post", key: { n: 1 } }, anonymousActor)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
    });
    await expect(engine.restore({ model: "Tag", key: { name: "sea" } }, ann)).rejects.toMatchObject({
      code: "FTG_QUERY",
    });
    const select = { n: true, deletedAt: true, version: true, tags: { select: { name: true } } } as const;
    expect(await engine.restore({ model: "Post", key: { n: 1 }, select }, ann)).toBe(
      '{"n":1,"deletedAt":null,"version":3,"tags":[{"name":"sea"}]}',
    );
    expect(await engine.count({ model: "Post" }, systemActor)).toBe(4);
  });

  test("permanently removes live rows and deleted ones", async () => {
    const app = await openBlog(kind);
    const { engine } = app;
    await engine.delete({ model: "Post", key: { n: 1 } }, ann);
    await expect(engine.delete({ model: "Post", key: { n: 1 }, permanently: true }, ben)).rejects.toMatchObject({
      code: "FTG_NOT_FOUND",
    });
    await expect(engine.delete({ model: "Post", key: { n: 3 }, permanently: true }, ben)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
    });
    const removed = await engine.delete({ model: "Post", key: { n: 1 }, permanently: true, select: { n: true } }, ann);
    expect(removed).toBe('{"n":1}');
    expect(await engine.count({ model: "Post", deleted: "include" }, systemActor)).toBe(3);
    await engine.delete({ model: "Post", key: { n: 2 } }, ben);
    await expect(engine.delete({ model: "Author", key: { code: "a" }, permanently: true }, ann)).rejects.toMatchObject({
      code: "FTG_REFERENCE",
    });
    expect(
      await engine.deleteMany({ model: "Post", where: { deletedAt: { isNull: false } }, permanently: true }, ben),
    ).toBe(1);
    await engine.delete({ model: "Author", key: { code: "a" }, permanently: true }, ann);
    expect(await engine.count({ model: "Author", deleted: "include" }, systemActor)).toBe(1);
    await expect(engine.delete({ model: "Tag", key: { name: "sea" }, permanently: true }, ann)).rejects.toMatchObject({
      code: "FTG_QUERY",
    });
  });

  test("a nested delete and an upsert take deleted rows for gone", async () => {
    const app = await openBlog(kind);
    const { engine } = app;
    await engine.update({ model: "Author", key: { code: "a" }, data: { posts: { delete: [1] } } }, ann);
    expect(await read(app, { model: "Post", deleted: "only", select: { n: true } }, ann)).toEqual([{ n: 1 }]);
    const upsert = engine.upsert({ model: "Post", key: { n: 1 }, create: { title: "new" }, update: {} }, ann);
    await expect(upsert).rejects.toMatchObject({ code: "FTG_CONFLICT" });
  });
});

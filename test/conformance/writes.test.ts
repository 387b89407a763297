/** Writes: what they change, what they answer, and what they refuse, in which order and in which words. */
import { describe, expect, test } from "vitest";
import { anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { openFilledLibrary, openLibrary } from "./library.ts";
import { closeWithTest, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

/** What a refused call rejects with. */
function refusal(code: string, message: string): unknown {
  return expect.objectContaining({ code, message });
}

describe.each(storeKinds)("$name", (kind) => {
  const openFilled = async () => closeWithTest(await openFilledLibrary(kind));

  describe("create", () => {
    test("answers the row as the caller may read it", async () => {
      const { engine } = closeWithTest(await openLibrary(kind));
      const select = { code: true, open: true, mentor: { select: { code: true } }, books: true } as const;
      const created = await engine.create(
        { model: "Author", data: { code: "a", mentor: null }, select },
        anonymousActor,
      );
      expect(created).toBe('{"code":"a","open":true,"mentor":null,"books":[]}');
      expect(await engine.create({ model: "Author", data: { code: "b", open: false } }, anonymousActor)).toBeNull();
      expect(await engine.count({ model: "Author" }, systemActor)).toBe(2);
    });

    test("a taken key and a taken unique value are conflicts; null is never taken", async () => {
      const { engine, create } = await openFilled();
      const edition = (data: DataQuery) => engine.create({ model: "Edition", data }, systemActor);
      await expect(edition({ book: 1, number: 1, isbn: "new" })).rejects.toEqual(
        refusal("FTG_CONFLICT", "Another Edition has the same book and number."),
      );
      await expect(edition({ book: 3, number: 1, isbn: "a" })).rejects.toEqual(
        refusal("FTG_CONFLICT", "Another Edition has the same isbn."),
      );
      await expect(edition({ book: 1, number: 1, isbn: "a" })).rejects.toEqual(
        refusal("FTG_CONFLICT", "Another Edition has the same book and number."),
      );
      await create("Edition", { book: 3, number: 1 }, { book: 3, number: 2 });
      await expect(
        engine.create({ model: "Address", data: { n: 9, author: "eco", city: "x" } }, systemActor),
      ).rejects.toEqual(refusal("FTG_CONFLICT", "Another Address has the same author."));
    });

    test("a missing reference is named with its key", async () => {
      const { engine } = await openFilled();
      await expect(
        engine.create({ model: "Book", data: { n: 9, title: "x", author: "nobody" } }, systemActor),
      ).rejects.toEqual(refusal("FTG_REFERENCE", 'Book.author refers to the Author "nobody", which does not exist.'));
      await expect(
        engine.create({ model: "Note", data: { n: 9, text: "x", edition: { book: 1, number: 9 } } }, systemActor),
      ).rejects.toEqual(
        refusal("FTG_REFERENCE", 'Note.edition refers to the Edition {"book":1,"number":9}, which does not exist.'),
      );
      await expect(
        engine.create({ model: "Book", data: { n: 9, title: "x", tags: ["sea", "land"] } }, systemActor),
      ).rejects.toEqual(refusal("FTG_REFERENCE", 'Book.tags refers to the Tag "land", which does not exist.'));
      expect(await engine.count({ model: "Book" }, systemActor)).toBe(6);
    });

    test("a row may refer and link to itself", async () => {
      const { engine, find } = await openFilled();
      await engine.create({ model: "Author", data: { code: "self", mentor: "self" } }, systemActor);
      await engine.create({ model: "Tag", data: { name: "self", near: ["self", "sea", "self"] } }, systemActor);
      expect(
        await find({ model: "Tag", where: { name: "self" }, select: { near: { select: { name: true } } } }),
      ).toEqual([{ near: [{ name: "sea" }, { name: "self" }] }]);
      await engine.delete({ model: "Author", key: { code: "self" } }, systemActor);
      await engine.delete({ model: "Tag", key: { name: "self" } }, systemActor);
    });

    test("checks, then uniqueness, then references", async () => {
      const { engine } = await openFilled();
      const edition = (data: DataQuery) => engine.create({ model: "Edition", data }, systemActor);
      await expect(edition({ book: 1, number: 1, isbn: "a", pages: 0 })).rejects.toMatchObject({ code: "FTG_CHECK" });
      await expect(edition({ book: 99, number: 1, isbn: "a" })).rejects.toMatchObject({ code: "FTG_CONFLICT" });
      await expect(edition({ book: 99, number: 1 })).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      expect(await engine.count({ model: "Edition" }, systemActor)).toBe(4);
    });

    test("of several unique fields the first declared is named", async () => {
      const Thing = model(
        { n: t.int(), b: t.text().unique(), a: t.text().unique() },
        { key: "n", unique: [["b", "a"]] },
      );
      const { engine, create } = closeWithTest(await openApp(kind, { Thing }));
      await create("Thing", { n: 1, b: "x", a: "x" });
      await expect(engine.create({ model: "Thing", data: { n: 2, b: "x", a: "x" } }, systemActor)).rejects.toEqual(
        refusal("FTG_CONFLICT", "Another Thing has the same b."),
      );
      await expect(engine.create({ model: "Thing", data: { n: 2, b: "y", a: "x" } }, systemActor)).rejects.toEqual(
        refusal("FTG_CONFLICT", "Another Thing has the same a."),
      );
      await expect(engine.create({ model: "Thing", data: { n: 1, b: "x", a: "x" } }, systemActor)).rejects.toEqual(
        refusal("FTG_CONFLICT", "Another Thing has the same n."),
      );
    });
  });

  describe("update", () => {
    test("changes what is named and answers the row", async () => {
      const { engine } = await openFilled();
      const select = { n: true, title: true, year: true, author: true, tags: { select: { name: true } } } as const;
      const changed = await engine.update(
        { model: "Book", key: { n: 1 }, data: { title: "The Rose", author: null, tags: ["space", "secret"] }, select },
        systemActor,
      );
      expect(changed).toBe(
        '{"n":1,"title":"The Rose","year":1980,"author":null,"tags":[{"name":"secret"},{"name":"space"}]}',
      );
      expect(
        await engine.update({ model: "Book", key: { n: 1 }, data: { tags: [] }, select: { tags: true } }, systemActor),
      ).toBe('{"tags":[]}');
      expect(
        await engine.update({ model: "Book", key: { n: 1 }, data: {}, select: { title: true } }, systemActor),
      ).toBe('{"title":"The Rose"}');
    });

    test("a change of nothing, or of links alone, is fine for a row that is referred to, by itself too", async () => {
      const Note = model({ n: t.int(), page: t.ref("Page").optional() }, { key: "n" });
      const Page = model(
        {
          title: t.text().optional(),
          code: t.text(),
          home: t.ref("Page").optional().unique(),
          links: t.manyToMany("Page"),
        },
        { key: "code" },
      );
      const { engine, create } = closeWithTest(await openApp(kind, { Note, Page }));
      await create("Page", { code: "a", home: "a" });
      await create("Note", { n: 1, page: "a" }, { n: 2, page: "a" });
      const change = (data: DataQuery) => engine.update({ model: "Page", key: { code: "a" }, data }, systemActor);
      expect(await change({})).toBe('{"title":null,"code":"a","home":"a"}');
      expect(await change({ links: ["a"] })).toBe('{"title":null,"code":"a","home":"a"}');
      expect(await change({ home: "a" })).toBe('{"title":null,"code":"a","home":"a"}');
      expect(await engine.updateMany({ model: "Page", all: true, data: { links: [] } }, systemActor)).toBe(1);
    });

    test("a change that hides the row from its writer answers null", async () => {
      const { engine } = await openFilled();
      expect(await engine.update({ model: "Book", key: { n: 1 }, data: { open: false } }, anonymousActor)).toBeNull();
      await expect(
        engine.update({ model: "Book", key: { n: 1 }, data: { open: true } }, anonymousActor),
      ).rejects.toEqual(refusal("FTG_NOT_FOUND", "No Book has the key 1."));
    });

    test("the same constraints as for create", async () => {
      const { engine } = await openFilled();
      const edition = (data: DataQuery) =>
        engine.update({ model: "Edition", key: { book: 1, number: 2 }, data }, systemActor);
      await expect(edition({ isbn: "a" })).rejects.toEqual(
        refusal("FTG_CONFLICT", "Another Edition has the same isbn."),
      );
      await expect(edition({ pages: -1 })).rejects.toMatchObject({ code: "FTG_CHECK" });
      await edition({ isbn: "b", pages: 3 });
      await expect(
        engine.update({ model: "Book", key: { n: 1 }, data: { author: "nobody" } }, systemActor),
      ).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      await expect(
        engine.update({ model: "Edition", key: { book: 9, number: 9 }, data: { isbn: "a" } }, systemActor),
      ).rejects.toEqual(refusal("FTG_NOT_FOUND", 'No Edition has the key {"book":9,"number":9}.'));
    });

    test("many: all that match and nothing else, all or nothing", async () => {
      const { engine, find } = await openFilled();
      expect(
        await engine.updateMany(
          { model: "Book", where: { author: { name: "Eco" } }, data: { year: 1, tags: ["space"] } },
          anonymousActor,
        ),
      ).toBe(2);
      expect(
        await find({ model: "Book", where: { year: 1 }, select: { n: true, tags: { select: { name: true } } } }),
      ).toEqual([
        { n: 1, tags: [{ name: "space" }] },
        { n: 3, tags: [{ name: "space" }] },
      ]);
      await expect(
        engine.updateMany({ model: "Edition", all: true, data: { isbn: "same" } }, systemActor),
      ).rejects.toMatchObject({ code: "FTG_CONFLICT" });
      expect(await engine.count({ model: "Edition", where: { isbn: "same" } }, systemActor)).toBe(0);
      expect(await engine.updateMany({ model: "Edition", all: true, data: { isbn: null } }, systemActor)).toBe(4);
      expect(
        await engine.updateMany({ model: "Book", where: { n: 99 }, data: { author: "nobody" } }, systemActor),
      ).toBe(0);
      await expect(engine.updateMany({ model: "Book", data: { year: 2 } }, systemActor)).rejects.toMatchObject({
        code: "FTG_UNBOUNDED_WRITE",
      });
    });
  });

  describe("delete", () => {
    test("answers the row as it was, and is refused while something refers to it", async () => {
      const { engine } = await openFilled();
      await expect(engine.delete({ model: "Book", key: { n: 1 } }, systemActor)).rejects.toEqual(
        refusal("FTG_REFERENCE", "Rows of Edition still refer to the Book 1."),
      );
      await expect(engine.delete({ model: "Author", key: { code: "eco" } }, systemActor)).rejects.toEqual(
        refusal("FTG_REFERENCE", 'Rows of Author still refer to the Author "eco".'),
      );
      expect(
        await engine.delete(
          { model: "Book", key: { n: 3 }, select: { title: true, tags: { select: { name: true } } } },
          systemActor,
        ),
      ).toBe('{"title":"Island","tags":[{"name":"sea"},{"name":"secret"}]}');
      await expect(engine.delete({ model: "Book", key: { n: 3 } }, systemActor)).rejects.toMatchObject({
        code: "FTG_NOT_FOUND",
      });
    });

    test("links go with either side", async () => {
      const { engine, find } = await openFilled();
      await engine.delete({ model: "Tag", key: { name: "sea" } }, systemActor);
      expect(await find({ model: "Book", where: { n: 2 }, select: { tags: { select: { name: true } } } })).toEqual([
        { tags: [{ name: "space" }] },
      ]);
      expect(
        await find({ model: "Tag", where: { name: "secret" }, select: { near: { select: { name: true } } } }),
      ).toEqual([{ near: [{ name: "space" }] }]);
      await engine.delete({ model: "Book", key: { n: 6 } }, systemActor);
    });

    test("many: rows that refer to each other may go together", async () => {
      const { engine } = await openFilled();
      await expect(engine.deleteMany({ model: "Author", all: true }, systemActor)).rejects.toEqual(
        refusal("FTG_REFERENCE", "Other rows still refer to some of these Author rows."),
      );
      expect(await engine.deleteMany({ model: "Address", all: true }, systemActor)).toBe(3);
      expect(await engine.deleteMany({ model: "Note", where: { edition: { number: { gt: 0 } } } }, systemActor)).toBe(
        1,
      );
      expect(await engine.deleteMany({ model: "Edition", all: true }, systemActor)).toBe(4);
      expect(await engine.deleteMany({ model: "Book", all: true }, anonymousActor)).toBe(5);
      expect(await engine.deleteMany({ model: "Book", all: true }, systemActor)).toBe(1);
      expect(await engine.deleteMany({ model: "Author", all: true }, systemActor)).toBe(4);
      expect(await engine.deleteMany({ model: "Author", all: true }, systemActor)).toBe(0);
    });
  });

  describe("links", () => {
    test("are the same from both sides", async () => {
      const { engine, find } = await openFilled();
      await engine.update({ model: "Tag", key: { name: "space" }, data: { books: [1, 4, 4] } }, systemActor);
      const tags = { n: true, tags: { select: { name: true } } } as const;
      expect(await find({ model: "Book", where: { n: { in: [1, 2, 4, 5] } }, select: tags })).toEqual([
        { n: 1, tags: [{ name: "sea" }, { name: "space" }] },
        { n: 2, tags: [{ name: "sea" }] },
        { n: 4, tags: [{ name: "space" }] },
        { n: 5, tags: [] },
      ]);
    });
  });

  describe("rules", () => {
    const rules = {
      read: ({ user }: { user: { id?: unknown } | null }) => ({
        any: [{ owner: user?.id }, { members: { some: { person: user?.id } } }],
      }),
      create: true,
      update: ({ user }: { user: { id?: unknown } | null }) => ({ owner: user?.id }),
      delete: ({ user }: { user: { id?: unknown } | null }) => ({ owner: user?.id }),
    };
    const Project = model(
      { code: t.text(), owner: t.text(), members: t.many("Member", "project"), related: t.manyToMany("Project") },
      { key: "code", access: rules },
    );
    const Member = model(
      { n: t.int(), person: t.text(), project: t.ref("Project") },
      { key: "n", access: { read: true, create: true, update: true, delete: true } },
    );
    const ann = createActor({ id: "ann" });
    const bob = createActor({ id: "bob" });

    async function openProjects() {
      const app = closeWithTest(await openApp(kind, { Project, Member }));
      await app.create("Project", { code: "a", owner: "ann" }, { code: "b", owner: "bob" });
      return app;
    }

    test("a write cannot open its own door: a reference is judged before the row is there", async () => {
      const { engine } = await openProjects();
      const join = (project: string) => engine.create({ model: "Member", data: { n: 1, person: "bob", project } }, bob);
      await expect(join("a")).rejects.toEqual(
        refusal("FTG_REFERENCE", 'Member.project refers to the Project "a", which does not exist.'),
      );
      await expect(join("none")).rejects.toEqual(
        refusal("FTG_REFERENCE", 'Member.project refers to the Project "none", which does not exist.'),
      );
      await join("b");
      await expect(
        engine.update({ model: "Member", key: { n: 1 }, data: { project: "a" } }, bob),
      ).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      await expect(
        engine.update({ model: "Project", key: { code: "b" }, data: { related: ["a"] } }, bob),
      ).rejects.toEqual(refusal("FTG_REFERENCE", 'Project.related refers to the Project "a", which does not exist.'));
      expect(await engine.count({ model: "Member", where: { project: "a" } }, systemActor)).toBe(0);
    });

    test("links of a new row need the rule of creating only, and reach readable rows only", async () => {
      const { engine, find } = await openProjects();
      const linked = (code: string, ...related: string[]) => ({ code, owner: "ann", related });
      expect(await engine.create({ model: "Project", data: linked("c", "b") }, bob)).toBeNull();
      expect(await engine.createMany({ model: "Project", data: [linked("d", "b"), linked("e", "b")] }, bob)).toBe(2);
      await expect(
        engine.createMany({ model: "Project", data: [linked("f"), linked("g", "a")] }, bob),
      ).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      const select = { code: true, related: { select: { code: true } } } as const;
      expect(await find({ model: "Project", where: { code: { gt: "b" } }, select })).toEqual(
        ["c", "d", "e"].map((code) => ({ code, related: [{ code: "b" }] })),
      );
    });

    test("an invisible row is not found, a visible one may be forbidden", async () => {
      const { engine, create } = await openProjects();
      await expect(
        engine.update({ model: "Project", key: { code: "a" }, data: { owner: "bob" } }, bob),
      ).rejects.toEqual(refusal("FTG_NOT_FOUND", 'No Project has the key "a".'));
      await create("Member", { n: 1, person: "bob", project: "a" });
      await expect(
        engine.update({ model: "Project", key: { code: "a" }, data: { owner: "bob" } }, bob),
      ).rejects.toEqual(refusal("FTG_FORBIDDEN", "You may not update this Project."));
      await expect(engine.delete({ model: "Project", key: { code: "a" } }, bob)).rejects.toEqual(
        refusal("FTG_FORBIDDEN", "You may not delete this Project."),
      );
      expect(await engine.updateMany({ model: "Project", all: true, data: { owner: "bob" } }, bob)).toBe(1);
      expect(await engine.deleteMany({ model: "Project", all: true }, createActor(null))).toBe(0);
    });

    test("the rule of an update holds after it too", async () => {
      const { engine, find } = await openProjects();
      await expect(
        engine.update({ model: "Project", key: { code: "a" }, data: { owner: "bob" } }, ann),
      ).rejects.toEqual(refusal("FTG_FORBIDDEN", "You may not update this Project."));
      await expect(
        engine.updateMany({ model: "Project", all: true, data: { owner: "bob" } }, ann),
      ).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
      expect(await find({ model: "Project", where: { code: "a" }, select: { owner: true } })).toEqual([
        { owner: "ann" },
      ]);
    });
  });
});

/** Writes made of several: a row with its related rows, upserts, and changes of many rows each in its own way. */
import { describe, expect, test } from "vitest";
import { anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import type { DataQuery, SelectQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { openFilledLibrary, openLibrary } from "./library.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

/** What a refused call rejects with. */
function refusal(code: string, message: string): unknown {
  return expect.objectContaining({ code, message });
}

/** The rows of a model as the app itself sees them. */
async function rowsOf({ engine }: OpenApp, name: string, select: SelectQuery): Promise<unknown> {
  return JSON.parse((await engine.read({ model: name, select }, systemActor)).json);
}

describe.each(storeKinds)("$name", (kind) => {
  const openFilled = async () => closeWithTest(await openFilledLibrary(kind));

  describe("a new row", () => {
    test("comes with new rows on every side, however deep", async () => {
      const { engine } = closeWithTest(await openLibrary(kind));
      const data = {
        code: "a",
        mentor: { create: { code: "m" } },
        address: { create: { n: 1, city: "Lima" } },
        books: {
          create: [
            { n: 1, title: "one", tags: { create: [{ name: "x" }, { name: "y" }] } },
            {
              n: 2,
              title: "two",
              editions: { create: [{ number: 1 }, { number: 2, notes: { create: [{ n: 5, text: "!" }] } }] },
            },
          ],
        },
      };
      const select = {
        code: true,
        mentor: true,
        address: { select: { city: true } },
        books: {
          select: {
            n: true,
            tags: { select: { name: true } },
            editions: { select: { number: true, notes: { select: { text: true } } } },
          },
        },
      } as const;
      expect(await engine.create({ model: "Author", data, select }, anonymousActor)).toBe(
        '{"code":"a","mentor":"m","address":{"city":"Lima"},"books":[' +
          '{"n":1,"tags":[{"name":"x"},{"name":"y"}],"editions":[]},' +
          '{"n":2,"tags":[],"editions":[{"number":1,"notes":[]},{"number":2,"notes":[{"text":"!"}]}]}]}',
      );
    });

    test("connects rows that are there, and creates those that are not", async () => {
      const app = await openFilled();
      const data = {
        n: 20,
        title: "new",
        author: { connectOrCreate: { key: "eco", create: { name: "other" } } },
        tags: {
          connect: ["space"],
          connectOrCreate: [
            { key: "space", create: {} },
            { key: "new", create: { open: true } },
          ],
        },
      };
      const select = { author: { select: { code: true, name: true } }, tags: { select: { name: true } } } as const;
      expect(await app.engine.create({ model: "Book", data, select }, anonymousActor)).toBe(
        '{"author":{"code":"eco","name":"Eco"},"tags":[{"name":"new"},{"name":"space"}]}',
      );
      const books = {
        connectOrCreate: [
          { key: 20, create: { title: "x" } },
          { key: 21, create: { title: "y" } },
        ],
      };
      const author = {
        model: "Author",
        data: { code: "b", books },
        select: { books: { select: { title: true } } },
      } as const;
      expect(await app.engine.create(author, anonymousActor)).toBe('{"books":[{"title":"new"},{"title":"y"}]}');
    });

    test("is not there when a part of it fails, and the error says which", async () => {
      const app = await openFilled();
      const before = await rowsOf(app, "Author", { code: true });
      const create = (data: DataQuery) => app.engine.create({ model: "Author", data }, anonymousActor);
      const books = {
        create: [
          { n: 30, title: "fine" },
          { n: 31, title: 5 },
        ],
      };
      await expect(create({ code: "a", books })).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/books/create/1/title" }],
      });
      await expect(create({ code: "a", books: { create: [{ n: 1, title: "taken" }] } })).rejects.toMatchObject({
        code: "FTG_CONFLICT",
        problems: [{ path: "/books/create/0/n" }],
      });
      await expect(create({ code: "a", books: { connect: [1, 999] } })).rejects.toMatchObject({
        code: "FTG_NOT_FOUND",
        problems: [{ path: "/books/connect" }],
      });
      await expect(create({ code: "a", address: { create: { n: 9 } } })).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/address/create/city" }],
      });
      await expect(
        create({ code: "a", books: { create: [{ n: 9, title: "x", author: "eco" }] } }),
      ).rejects.toMatchObject({ code: "FTG_INVALID", problems: [{ path: "/books/create" }] });
      expect(await rowsOf(app, "Author", { code: true })).toEqual(before);
    });

    test("takes no verb that changes what is not there yet", async () => {
      const { engine } = await openFilled();
      const create = (data: DataQuery) =>
        engine.create({ model: "Author", data: { code: "a", ...data } }, anonymousActor);
      await expect(create({ books: { update: [] } })).rejects.toEqual(
        refusal("FTG_INVALID", '/books: expected only create, connect, connectOrCreate, got "update".'),
      );
      await expect(create({ books: {} })).rejects.toEqual(
        refusal("FTG_INVALID", "/books: expected one of create, connect, connectOrCreate, got an empty object."),
      );
      await expect(create({ books: [1] })).rejects.toMatchObject({ code: "FTG_INVALID" });
      await expect(create({ mentor: { create: { code: "x" }, connect: "eco" } })).rejects.toEqual(
        refusal("FTG_INVALID", "/mentor: expected one verb, got create and connect."),
      );
      await expect(create({ books: { create: { n: 1 } } })).rejects.toMatchObject({ code: "FTG_INVALID" });
    });
  });

  describe("a changed row", () => {
    const change = async (
      app: OpenApp,
      name: string,
      query: { key: DataQuery; data: DataQuery; select: SelectQuery },
    ) => JSON.parse((await app.engine.update({ model: name, ...query }, anonymousActor)) ?? "null");

    test("links and unlinks rows beside those it has", async () => {
      const app = await openFilled();
      const select = { tags: { select: { name: true } } } as const;
      const tags = async (verbs: DataQuery) =>
        (await change(app, "Book", { key: { n: 1 }, data: { tags: verbs }, select })).tags.map(
          ({ name }: { name: string }) => name,
        );
      await app.engine.update({ model: "Book", key: { n: 1 }, data: { tags: ["space"] } }, systemActor);
      await app.create("Tag", { name: "a" }, { name: "b" });
      expect(await tags({ connect: ["a", "space"] })).toEqual(["a", "space"]);
      expect(await tags({ disconnect: ["a", "b"], connect: ["b"] })).toEqual(["b", "space"]);
      expect(await tags({ set: ["a"], create: [{ name: "c" }] })).toEqual(["a", "c"]);
      expect(await tags({ delete: ["c"], update: [{ key: "a", data: { open: true } }] })).toEqual(["a"]);
      expect(
        await tags({
          upsert: [
            { key: "a", create: {}, update: {} },
            { key: "d", create: {}, update: {} },
          ],
        }),
      ).toEqual(["a", "d"]);
      await expect(tags({ delete: ["space"] })).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
      await expect(tags({ connect: ["nope"] })).rejects.toMatchObject({ code: "FTG_REFERENCE" });
    });

    test("changes the row its ref refers to", async () => {
      const app = await openFilled();
      const select = { author: { select: { code: true, name: true } } } as const;
      const author = async (verbs: DataQuery) =>
        (await change(app, "Book", { key: { n: 1 }, data: { author: verbs }, select })).author;
      await app.engine.update({ model: "Book", key: { n: 1 }, data: { author: "eco" } }, systemActor);
      expect(await author({ update: { name: "E" } })).toEqual({ code: "eco", name: "E" });
      expect(await author({ upsert: { create: { code: "x" }, update: { name: "F" } } })).toEqual({
        code: "eco",
        name: "F",
      });
      expect(await author({ disconnect: true })).toBeNull();
      await expect(author({ update: { name: "E" } })).rejects.toEqual(
        refusal("FTG_NOT_FOUND", "/author/update: The Book has no author."),
      );
      expect(await author({ upsert: { create: { code: "x" }, update: {} } })).toEqual({ code: "x", name: null });
      expect(await author({ connect: "lem" })).toEqual({ code: "lem", name: "Lem" });
      expect(await author({ connect: "x" })).toEqual({ code: "x", name: null });
      expect(await author({ delete: true })).toBeNull();
      await expect(author({ connect: "x" })).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      await expect(author({ disconnect: "yes" })).rejects.toMatchObject({ code: "FTG_INVALID" });
    });

    test("changes the rows that refer to it", async () => {
      const app = await openFilled();
      const select = { books: { select: { n: true, title: true } } } as const;
      const books = async (verbs: DataQuery) =>
        (await change(app, "Author", { key: { code: "w" }, data: { books: verbs }, select })).books;
      await app.create("Author", { code: "w" });
      await app.create("Book", { n: 51, title: "a" }, { n: 52, title: "b" }, { n: 53, title: "c", author: "w" });
      expect(await books({ connect: [51, 52] })).toHaveLength(3);
      expect(await books({ set: [51, 53] })).toEqual([
        { n: 51, title: "a" },
        { n: 53, title: "c" },
      ]);
      expect(await books({ update: [{ key: 51, data: { title: "A" } }], disconnect: [53] })).toEqual([
        { n: 51, title: "A" },
      ]);
      await expect(books({ update: [{ key: 53, data: { title: "C" } }] })).rejects.toEqual(
        refusal("FTG_NOT_FOUND", "/books/update/0: No Book with the key 53 is among books."),
      );
      await expect(books({ delete: [53] })).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
      const upsert = [
        { key: 51, create: { title: "x" }, update: { title: "AA" } },
        { key: 54, create: { title: "d" }, update: {} },
      ];
      expect(await books({ upsert })).toEqual([
        { n: 51, title: "AA" },
        { n: 54, title: "d" },
      ]);
      expect(await books({ set: [] })).toEqual([]);
      await books({ connect: [51, 54] });
      expect(await books({ delete: [51, 54] })).toEqual([]);
    });

    test("leaves no row without a ref that it requires", async () => {
      const app = await openFilled();
      await app.create("Author", { code: "w" });
      await app.create("Address", { n: 70, author: "w", city: "Lima" });
      const address = (verbs: DataQuery) =>
        change(app, "Author", {
          key: { code: "w" },
          data: { address: verbs },
          select: { address: { select: { city: true } } },
        });
      await expect(address({ disconnect: true })).rejects.toEqual(
        refusal("FTG_INVALID", "/address/disconnect: Address.author is required, so no Address can be without one."),
      );
      expect(await address({ upsert: { create: { n: 71, city: "x" }, update: { city: "Cusco" } } })).toEqual({
        address: { city: "Cusco" },
      });
      expect(await address({ delete: true })).toEqual({ address: null });
      await expect(address({ delete: true })).rejects.toEqual(
        refusal("FTG_NOT_FOUND", "/address/delete: There is no address."),
      );
      expect(await address({ upsert: { create: { n: 72, city: "Puno" }, update: {} } })).toEqual({
        address: { city: "Puno" },
      });
    });

    // Each path is a JSON Pointer into what was sent: its last step is the member that is wrong.
    test.each<[DataQuery, string]>([
      [{ books: { update: [{ key: 90, data: { title: 5 } }] } }, "/books/update/0/data/title"],
      [{ books: { upsert: [{ key: 90, create: {}, update: { title: 5 } }] } }, "/books/upsert/0/update/title"],
      [{ books: { upsert: [{ key: 97, create: { title: 5 }, update: {} }] } }, "/books/upsert/0/create/title"],
      [
        {
          books: {
            connectOrCreate: [
              { key: 90, create: {} },
              { key: 97, create: { title: 5 } },
            ],
          },
        },
        "/books/connectOrCreate/1/create/title",
      ],
      [{ books: { connect: [90, {}] } }, "/books/connect/1"],
      [{ address: { update: { city: 5 } } }, "/address/update/city"],
      [{ address: { upsert: { create: {}, update: { city: 5 } } } }, "/address/upsert/update/city"],
    ])("says where %j is wrong", async (data, path) => {
      const app = await openFilled();
      await app.create("Author", { code: "w" });
      await app.create("Book", { n: 90, title: "a", author: "w" });
      await app.create("Address", { n: 91, author: "w", city: "Lima" });
      await expect(change(app, "Author", { key: { code: "w" }, data, select: {} })).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path }],
      });
    });

    test.each<[DataQuery, string]>([
      [{ tags: { create: [{ name: "n" }, { name: 5 }] } }, "/tags/create/1/name"],
      [{ tags: { connectOrCreate: [{ key: "none", create: { open: 5 } }] } }, "/tags/connectOrCreate/0/create/open"],
      [{ tags: { update: [{ key: "linked", data: { open: 5 } }] } }, "/tags/update/0/data/open"],
      [{ tags: { upsert: [{ key: "linked", create: {}, update: { open: 5 } }] } }, "/tags/upsert/0/update/open"],
      [{ tags: { upsert: [{ key: "none", create: { open: 5 }, update: {} }] } }, "/tags/upsert/0/create/open"],
    ])("says where %j of linked rows is wrong", async (data, path) => {
      const app = await openFilled();
      await app.create("Tag", { name: "linked" });
      await app.create("Book", { n: 90, title: "a", tags: ["linked"] });
      await expect(change(app, "Book", { key: { n: 90 }, data, select: {} })).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path }],
      });
    });

    test("with keys of several fields", async () => {
      const app = await openFilled();
      await app.create("Book", { n: 60, title: "x" }, { n: 61, title: "y" });
      const select = { editions: { select: { number: true, pages: true } } } as const;
      const editions = async (verbs: DataQuery) =>
        (await change(app, "Book", { key: { n: 60 }, data: { editions: verbs }, select })).editions;
      expect(await editions({ create: [{ number: 1 }, { number: 2 }] })).toHaveLength(2);
      expect(await editions({ update: [{ key: { book: 60, number: 2 }, data: { pages: 9 } }] })).toEqual([
        { number: 1, pages: null },
        { number: 2, pages: 9 },
      ]);
      await expect(editions({ delete: [{ book: 60 }] })).rejects.toMatchObject({ code: "FTG_INVALID" });
      expect(await editions({ delete: [{ book: 60, number: 2 }] })).toHaveLength(1);
      const note = { n: 80, text: "x", edition: { connectOrCreate: { key: { book: 60, number: 3 }, create: {} } } };
      expect(await app.engine.create({ model: "Note", data: note, select: { edition: true } }, anonymousActor)).toBe(
        '{"edition":{"book":60,"number":3}}',
      );
    });
  });

  describe("rules hold at every hop", () => {
    const everyone = { read: true, create: true, update: true, delete: true };
    const own = ({ user }: { user: Readonly<Record<string, unknown>> | null }) => ({ owner: user?.["id"] });
    const made = ({ user }: { user: Readonly<Record<string, unknown>> | null }) => user !== null && own({ user });
    const List = model(
      { name: t.text(), items: t.many("Item", "list"), labels: t.manyToMany("Label") },
      { key: "name", access: everyone },
    );
    const Item = model(
      {
        n: t.int(),
        owner: t.text(),
        text: t.text().default(""),
        list: t.ref("List").optional(),
        secret: t.ref("List").hidden().optional(),
      },
      {
        key: "n",
        access: {
          read: ({ user }) => user !== null && { any: [own({ user }), { owner: "all" }] },
          create: made,
          update: own,
          delete: own,
        },
      },
    );
    const Label = model(
      { name: t.text(), owner: t.text(), lists: t.manyToMany("List", "labels") },
      { key: "name", access: { read: own, create: made, update: own, delete: own } },
    );
    const ann = createActor({ id: "ann" });
    const open = async () => {
      const app = closeWithTest(await openApp(kind, { List, Item, Label }));
      await app.create("List", { name: "l" }, { name: "m" });
      await app.create(
        "Item",
        { n: 1, owner: "ann", list: "l" },
        { n: 2, owner: "bob", list: "l" },
        { n: 3, owner: "all", list: "l" },
        { n: 4, owner: "ann" },
      );
      await app.create("Label", { name: "la", owner: "ann" }, { name: "lb", owner: "bob" });
      return app;
    };

    test("forced values are applied, and a row of somebody else's is not made", async () => {
      const app = await open();
      const data = { name: "n", items: { create: [{ n: 10 }, { n: 11 }] } };
      await app.engine.create({ model: "List", data }, ann);
      const items = { select: { n: true, owner: true }, where: { list: "n" }, model: "Item" } as const;
      expect(JSON.parse((await app.engine.read(items, systemActor)).json)).toEqual([
        { n: 10, owner: "ann" },
        { n: 11, owner: "ann" },
      ]);
      const theirs = { name: "o", items: { create: [{ n: 12, owner: "bob" }] } };
      await expect(app.engine.create({ model: "List", data: theirs }, ann)).rejects.toMatchObject({
        code: "FTG_FORBIDDEN",
      });
      await expect(
        app.engine.create({ model: "List", data: { name: "o", items: { create: [{ n: 12 }] } } }, anonymousActor),
      ).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
      expect(await app.engine.count({ model: "List", where: { name: "o" } }, systemActor)).toBe(0);
    });

    test("a row that is hidden is missing, and one that may only be read is forbidden", async () => {
      const app = await open();
      const update = (items: DataQuery) =>
        app.engine.update({ model: "List", key: { name: "l" }, data: { items } }, ann);
      await expect(update({ connect: [2] })).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
      await expect(update({ connect: [3] })).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
      await expect(update({ update: [{ key: 2, data: { text: "x" } }] })).rejects.toMatchObject({
        code: "FTG_NOT_FOUND",
      });
      await expect(update({ update: [{ key: 3, data: { text: "x" } }] })).rejects.toMatchObject({
        code: "FTG_FORBIDDEN",
      });
      await expect(update({ delete: [2] })).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
      await expect(update({ delete: [3] })).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
      await expect(update({ disconnect: [3] })).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
      await expect(update({ set: [1] })).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
      await update({ disconnect: [1], connect: [4] });
      const there = { model: "Item", select: { n: true }, where: { list: "l" } } as const;
      expect(JSON.parse((await app.engine.read(there, systemActor)).json)).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }]);
    });

    test("linking needs rows that can be read, and changes no link to a hidden one", async () => {
      const app = await open();
      const labels = (verbs: DataQuery) =>
        app.engine.update({ model: "List", key: { name: "l" }, data: { labels: verbs } }, ann);
      await app.engine.update({ model: "List", key: { name: "l" }, data: { labels: ["lb"] } }, systemActor);
      await expect(labels({ connect: ["lb"] })).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      await expect(labels({ disconnect: ["lb"] })).rejects.toMatchObject({ code: "FTG_REFERENCE" });
      await labels({ connect: ["la"] });
      const select = { labels: { select: { name: true } } } as const;
      const list = { model: "List", where: { name: "l" }, single: true, select } as const;
      expect((await app.engine.read(list, systemActor)).json).toBe('{"labels":[{"name":"la"},{"name":"lb"}]}');
    });

    test("a hidden relation does not exist", async () => {
      const app = await open();
      const hop = { n: 20, owner: "ann", secret: { create: { name: "s" } } };
      await expect(app.engine.create({ model: "Item", data: hop }, ann)).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/secret" }],
      });
      await app.engine.create({ model: "Item", data: hop }, systemActor);
      expect(await app.engine.count({ model: "List", where: { name: "s" } }, systemActor)).toBe(1);
    });
  });

  describe("upsert", () => {
    test("creates a row, then changes it, by its key or a unique field", async () => {
      const app = await openFilled();
      const upsert = (key: DataQuery, update: DataQuery) =>
        app.engine.upsert(
          {
            model: "Edition",
            key,
            create: { book: 3, number: 9, pages: 1 },
            update,
            select: { number: true, pages: true, isbn: true },
          },
          anonymousActor,
        );
      expect(await upsert({ isbn: "u" }, { pages: 2 })).toBe('{"number":9,"pages":1,"isbn":"u"}');
      expect(await upsert({ isbn: "u" }, { pages: 2 })).toBe('{"number":9,"pages":2,"isbn":"u"}');
      expect(await upsert({ book: 3, number: 9 }, { pages: 3 })).toBe('{"number":9,"pages":3,"isbn":"u"}');
      await expect(upsert({ pages: 3 }, {})).rejects.toEqual(
        refusal("FTG_QUERY", "key: expected { book, number } or { isbn }, got { pages }."),
      );
      await expect(upsert({ isbn: "u" }, { pages: -1 })).rejects.toMatchObject({ code: "FTG_CHECK" });
      await expect(upsert({ isbn: "u" }, { pages: "x" })).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/update/pages" }],
      });
    });

    test("of many rows counts what was created and what was changed, all or nothing", async () => {
      const app = await openFilled();
      await app.create("Tag", { name: "a" });
      const upsertMany = (data: readonly DataQuery[], update?: readonly string[]) =>
        app.engine.upsertMany({ model: "Book", data, ...(update && { update }) }, anonymousActor);
      const rows = Array.from({ length: 250 }, (_, index) => ({ n: 1000 + index, title: `b${index}`, year: 1 }));
      expect(await upsertMany(rows)).toEqual({ created: 250, updated: 0 });
      const again = rows.map((row) => ({ ...row, title: "again", year: 2 }));
      expect(await upsertMany([...again.slice(100), { n: 5000, title: "new" }], ["year"])).toEqual({
        created: 1,
        updated: 150,
      });
      expect(await app.engine.count({ model: "Book", where: { title: "again" } }, systemActor)).toBe(0);
      expect(await app.engine.count({ model: "Book", where: { year: 2 } }, systemActor)).toBe(150);
      await expect(
        upsertMany([
          { n: 1000, title: "z" },
          { n: 7000, title: 5 },
        ]),
      ).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/1/title" }],
      });
      expect(await app.engine.count({ model: "Book", where: { title: "z" } }, systemActor)).toBe(0);
      await expect(
        upsertMany([
          { n: 1, title: "z" },
          { n: 1, title: "y" },
        ]),
      ).rejects.toEqual(refusal("FTG_INVALID", "Row 1 has the key of row 0."));
      await expect(upsertMany([{ n: 1, title: "z" }, { n: "x" }])).rejects.toMatchObject({
        code: "FTG_VALUE",
        message: expect.stringMatching(/^\/1\/n: expected an integer/),
      });
    });

    test("creates the rows that come without a key, where the model makes one up", async () => {
      const Memo = model({ text: t.text() }, { access: { read: true, create: true, update: true } });
      const app = closeWithTest(await openApp(kind, { Memo }));
      const id = "01900000-0000-7000-8000-000000000001";
      const data = [{ text: "a" }, { id, text: "b" }, { text: "c" }];
      const upsert = () => app.engine.upsertMany({ model: "Memo", data }, anonymousActor);
      expect(await upsert()).toEqual({ created: 3, updated: 0 });
      expect(await upsert()).toEqual({ created: 2, updated: 1 });
    });

    test("of rows without the key that they need says which", async () => {
      const app = await openFilled();
      const data = [{ n: 1, title: "z" }, { title: "no key" }];
      await expect(app.engine.upsertMany({ model: "Book", data }, anonymousActor)).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/1/n" }],
      });
    });
  });

  describe("a calculation", () => {
    const open = { read: true, create: true, update: true, delete: true };
    const Stock = model(
      {
        n: t.int(),
        left: t.int().min(0).default(10),
        big: t.bigint().default("9007199254740993"),
        price: t.decimal(10, 2).default("1.50"),
        ratio: t.float().default(0.1),
        tiny: t.decimal(2, 2).optional(),
        code: t.int().unique().optional(),
      },
      {
        key: "n",
        check: { cheap: { price: { lt: "100.00" } }, many: { left: { lt: 1000 } } },
        access: { ...open, update: () => ({ left: { lt: 500 } }) },
      },
    );
    const start = async () => {
      const app = closeWithTest(await openApp(kind, { Stock }));
      await app.create("Stock", { n: 1 }, { n: 2, left: 3 });
      return app;
    };
    const change = (app: OpenApp, data: DataQuery) =>
      app.engine.update({ model: "Stock", key: { n: 1 }, data }, anonymousActor);

    test("adds and multiplies in the database, exactly", async () => {
      const app = await start();
      const data = {
        left: { decrement: 4 },
        big: { increment: "9007199254740993" },
        price: { decrement: "2.75" },
        ratio: { multiply: 3 },
        tiny: { increment: "0.01" },
      };
      expect(await change(app, data)).toBe(
        '{"n":1,"left":6,"big":"18014398509481986","price":"-1.25","ratio":0.30000000000000004,"tiny":null,"code":null}',
      );
      expect(await change(app, { left: { multiply: 3 }, tiny: "0.50" })).toContain('"left":18');
      expect(await change(app, { ratio: { increment: 0.2 }, tiny: { decrement: "0.55" } })).toContain('"tiny":"-0.05"');
      const many = { model: "Stock", all: true, data: { left: { increment: 1 } } };
      expect(await app.engine.updateMany(many, anonymousActor)).toBe(2);
      const where = { model: "Stock", where: { left: { lt: 5 } }, data: { left: { increment: 5 } } };
      expect(await app.engine.updateMany(where, anonymousActor)).toBe(1);
      expect(await app.find({ model: "Stock", select: { left: true } })).toEqual([{ left: 19 }, { left: 9 }]);
    });

    test("never leaves the range of its field, however large it is", async () => {
      const app = await start();
      const before = await app.find({ model: "Stock" });
      const max = Number.MAX_SAFE_INTEGER;
      for (const [data, range] of [
        [{ left: { decrement: 11 } }, `0 to ${max}`],
        [{ big: { increment: "9223372036854775807" } }, "-9223372036854775808 to 9223372036854775807"],
      ] as const) {
        const field = Object.keys(data)[0];
        await expect(change(app, data)).rejects.toEqual(
          refusal("FTG_INVALID", `Stock.${field}: the result must be from ${range}.`),
        );
      }
      await change(app, { tiny: "0.98" });
      await expect(change(app, { tiny: { increment: "0.02" } })).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/tiny" }],
      });
      await change(app, { tiny: null });
      await expect(
        app.engine.updateMany({ model: "Stock", all: true, data: { left: { decrement: 5 } } }, anonymousActor),
      ).rejects.toMatchObject({ code: "FTG_INVALID", problems: [{ path: "/left" }] });
      await change(app, { ratio: { multiply: 1e308 } });
      await expect(change(app, { ratio: { multiply: 1e308 } })).rejects.toMatchObject({ code: "FTG_INVALID" });
      await change(app, { ratio: 0.1 });
      expect(await app.find({ model: "Stock" })).toEqual(before);
    });

    test("is judged by checks and by the rule", async () => {
      const app = await start();
      await expect(change(app, { price: { increment: "99.00" } })).rejects.toMatchObject({ code: "FTG_CHECK" });
      await expect(change(app, { left: { multiply: 100 } })).rejects.toMatchObject({ code: "FTG_CHECK" });
      await expect(change(app, { left: { increment: 490 } })).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
    });

    test("takes one verb that fits the field, and a value of its type", async () => {
      const app = await start();
      await expect(change(app, { left: { add: 1 } })).rejects.toEqual(
        refusal("FTG_INVALID", "/left: expected a value or one of increment, decrement, multiply, got add."),
      );
      await expect(change(app, { price: { multiply: "2.00" } })).rejects.toMatchObject({ code: "FTG_INVALID" });
      await expect(change(app, { left: { increment: 1, decrement: 1 } })).rejects.toMatchObject({
        code: "FTG_INVALID",
      });
      await expect(change(app, { left: {} })).rejects.toMatchObject({ code: "FTG_INVALID" });
      await expect(change(app, { left: { increment: 1.5 } })).rejects.toMatchObject({ code: "FTG_VALUE" });
      await expect(change(app, { left: { increment: null } })).rejects.toMatchObject({ code: "FTG_VALUE" });
      await expect(change(app, { code: { increment: 1 } })).rejects.toEqual(
        refusal("FTG_INVALID", "/code: is unique and can only be set, got increment."),
      );
      await expect(
        app.engine.create({ model: "Stock", data: { n: 9, left: { increment: 1 } } }, anonymousActor),
      ).rejects.toMatchObject({ code: "FTG_INVALID" });
    });
  });

  test("updateEach changes each row in its own way, all or nothing", async () => {
    const app = await openFilled();
    await app.create("Book", { n: 90, title: "x" }, { n: 91, title: "y" });
    const row = (n: number, title: unknown) => ({ key: { n }, data: { title } });
    expect(await app.engine.updateEach({ model: "Book", rows: [row(90, "X"), row(91, "Y")] }, anonymousActor)).toBe(2);
    await expect(
      app.engine.updateEach({ model: "Book", rows: [row(90, "Z"), row(999, "Y")] }, anonymousActor),
    ).rejects.toMatchObject({ code: "FTG_NOT_FOUND", problems: [{ path: "/1" }] });
    const titles = { model: "Book", select: { title: true }, where: { n: { in: [90, 91] } } } as const;
    expect(JSON.parse((await app.engine.read(titles, systemActor)).json)).toEqual([{ title: "X" }, { title: "Y" }]);
  });
});

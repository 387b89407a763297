/** Pages: cursors in both directions, what a page says about itself, and the same inside relations. */
import { describe, expect, test } from "vitest";
import { type Actor, anonymousActor, systemActor } from "../../src/engine/actor.ts";
import type { Executor } from "../../src/engine/executor.ts";
import type { PageQuery, ReadQuery } from "../../src/plan/query.ts";
import { openFilledLibrary } from "./library.ts";
import { closeWithTest } from "./open-app.ts";
import { renderLines } from "./render-lines.ts";
import { storeKinds } from "./stores.ts";

const connection: PageQuery = {
  nodes: { rows: { n: true } },
  edges: { edges: { node: { row: { title: true } }, cursor: { info: "cursor" }, __typename: { constant: "Edge" } } },
  pageInfo: {
    object: {
      hasNextPage: { info: "hasNext" },
      hasPreviousPage: { info: "hasPrevious" },
      startCursor: { info: "startCursor" },
      endCursor: { info: "endCursor" },
    },
  },
};

interface Connection {
  readonly nodes: readonly { readonly n: number }[];
  readonly edges: readonly { readonly node: { readonly title: string }; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

async function readPage(
  engine: Executor,
  query: Omit<ReadQuery, "model">,
  actor: Actor = systemActor,
): Promise<Connection> {
  return JSON.parse((await engine.read({ model: "Book", page: connection, ...query }, actor)).json);
}

describe.each(storeKinds)("$name", (kind) => {
  test.each([["year"], ["-year"], ["author.name"], ["-author.name"], ["-open"], ["author.mentor.name"]])(
    "sorted by %s, the pages are the list, forwards and backwards",
    async (key) => {
      const { engine } = closeWithTest(await openFilledLibrary(kind));
      const list = { model: "Book", select: { n: true }, orderBy: [key] } as const;
      const whole = await engine.read(list, systemActor);
      for (const limit of [1, 2, 4]) {
        let forwards: unknown[] = [];
        let cursor: string | null | undefined;
        while (cursor !== null) {
          const page = await engine.read(
            { ...list, limit, ...(cursor !== undefined && { after: cursor }) },
            systemActor,
          );
          forwards = [...forwards, ...JSON.parse(page.json)];
          expect(page.hasMore).toBe(page.cursor !== null);
          cursor = page.cursor;
        }
        expect(renderLines(forwards)).toBe(whole.json);
        const { pageInfo, edges } = await readPage(engine, { orderBy: [key], limit: 100 });
        let backwards: unknown[] = [];
        let before: string | null | undefined;
        while (before !== null) {
          const place = before === undefined ? { backwards: true } : { before };
          const page = await engine.read({ ...list, limit, ...place }, systemActor);
          backwards = [...JSON.parse(page.json), ...backwards];
          before = page.cursor;
        }
        expect(renderLines(backwards)).toBe(whole.json);
        expect(edges.at(-1)?.cursor).toBe(pageInfo.endCursor);
      }
    },
  );

  test("a page knows what lies on both sides", async () => {
    const { engine } = closeWithTest(await openFilledLibrary(kind));
    const first = await readPage(engine, { limit: 2 });
    expect(first.nodes).toEqual([{ n: 1 }, { n: 2 }]);
    expect(first.edges.map((edge) => edge.node)).toEqual([{ title: "Rose" }, { title: "Solaris" }]);
    expect(first.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: first.edges[0]?.cursor,
      endCursor: first.edges[1]?.cursor,
    });
    const second = await readPage(engine, { limit: 10, after: first.edges[1]?.cursor ?? "" });
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(second.nodes).toHaveLength(4);
    const back = await readPage(engine, { limit: 2, before: second.edges[2]?.cursor ?? "" });
    expect(back.nodes).toEqual([{ n: 3 }, { n: 4 }]);
    expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    expect((await readPage(engine, { limit: 2, offset: 1 })).pageInfo).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: true,
    });
    expect((await readPage(engine, { limit: 2, offset: 0 })).pageInfo).toMatchObject({ hasPreviousPage: false });
    const none = await readPage(engine, { limit: 2, offset: 100 });
    expect(none).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  test("a page at the end knows what lies before it, at the root and inside rows", async () => {
    const { engine } = closeWithTest(await openFilledLibrary(kind));
    const last = await readPage(engine, { limit: 2, backwards: true });
    expect(last.nodes).toEqual([{ n: 5 }, { n: 6 }]);
    expect(last.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: last.edges[0]?.cursor,
      endCursor: last.edges[1]?.cursor,
    });
    expect((await readPage(engine, { limit: 6, backwards: true })).pageInfo).toMatchObject({ hasPreviousPage: false });
    const books = { field: "books", limit: 1, backwards: true, page: { nodes: { rows: { n: true } } } } as const;
    const authors = await engine.read({ model: "Author", select: { books, all: { field: "books" } } }, systemActor);
    for (const { books: shown, all } of JSON.parse(authors.json))
      expect(shown.nodes.map((book: { n: number }) => book.n)).toEqual(
        all.slice(-1).map((book: { n: number }) => book.n),
      );
  });

  test.each([{ offset: 1 }, { after: "x" }, { before: "x" }, { single: true }])(
    "backwards does not go with %o",
    async (other) => {
      const { engine } = closeWithTest(await openFilledLibrary(kind));
      await expect(engine.read({ model: "Book", backwards: true, ...other }, systemActor)).rejects.toMatchObject({
        code: "FTG_QUERY",
      });
    },
  );

  test("an exact fit has no next page", async () => {
    const { engine } = closeWithTest(await openFilledLibrary(kind));
    expect(await engine.read({ model: "Book", select: { n: true }, limit: 6 }, systemActor)).toMatchObject({
      hasMore: false,
      cursor: null,
    });
    expect(await engine.read({ model: "Book", select: { n: true }, limit: 5 }, systemActor)).toMatchObject({
      hasMore: true,
    });
  });

  test("a cursor holds its place when its own row is gone", async () => {
    const { engine } = closeWithTest(await openFilledLibrary(kind));
    const list = { model: "Book", select: { n: true }, orderBy: ["-year"], limit: 3 } as const;
    const { cursor } = await engine.read(list, systemActor);
    await engine.delete({ model: "Edition", key: { book: 1, number: 1 } }, systemActor);
    await engine.update({ model: "Note", key: { n: 1 }, data: { edition: null } }, systemActor);
    await engine.delete({ model: "Edition", key: { book: 1, number: 2 } }, systemActor);
    await engine.delete({ model: "Book", key: { n: 1 } }, systemActor);
    const { json } = await engine.read({ ...list, after: cursor ?? "" }, systemActor);
    expect(json).toBe('[{"n":2},\n{"n":6},\n{"n":4}]');
  });

  test("relations have pages too, with cursors that work there", async () => {
    const { engine } = closeWithTest(await openFilledLibrary(kind));
    const tags = async (books: object) => {
      const { json } = await engine.read(
        {
          model: "Tag",
          where: { name: "sea" },
          select: { books: { orderBy: ["-title"], limit: 2, page: connection, ...books } },
        },
        systemActor,
      );
      return JSON.parse(json)[0].books as Connection;
    };
    const first = await tags({});
    expect(first.nodes).toEqual([{ n: 2 }, { n: 1 }]);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await tags({ after: first.pageInfo.endCursor });
    expect(second.nodes).toEqual([{ n: 3 }]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect((await tags({ before: second.pageInfo.startCursor })).nodes).toEqual([{ n: 2 }, { n: 1 }]);
  });

  test("pages leave out what the caller may not read", async () => {
    const { engine } = closeWithTest(await openFilledLibrary(kind));
    const { nodes, pageInfo } = await readPage(engine, { limit: 5 }, anonymousActor);
    expect(nodes.map(({ n }) => n)).toEqual([1, 2, 3, 4, 6]);
    expect(pageInfo.hasNextPage).toBe(false);
  });

  test("a cursor of another list, sort or form is refused", async () => {
    const { engine } = closeWithTest(await openFilledLibrary(kind));
    const { cursor } = await engine.read(
      { model: "Book", select: { n: true }, limit: 1, orderBy: ["title"] },
      systemActor,
    );
    const refused = expect.objectContaining({ code: "FTG_CURSOR" });
    for (const after of [
      cursor?.slice(1) ?? "",
      `${cursor}=`,
      "",
      "e30",
      Buffer.from('["x",1]').toString("base64url"),
    ]) {
      await expect(engine.read({ model: "Book", orderBy: ["title"], after }, systemActor)).rejects.toEqual(refused);
    }
    await expect(engine.read({ model: "Book", orderBy: ["-title"], after: cursor ?? "" }, systemActor)).rejects.toEqual(
      refused,
    );
    await expect(engine.read({ model: "Tag", orderBy: ["name"], after: cursor ?? "" }, systemActor)).rejects.toEqual(
      refused,
    );
  });
});

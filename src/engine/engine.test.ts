/** The engine on the memory store: rules, caches, cursors, limits and writes, seen through its public methods. */
import { beforeEach, describe, expect, test } from "vitest";
import { createSchema } from "../schema/create-schema.ts";
import { model } from "../schema/model.ts";
import type { RuleResult, RuleTable } from "../schema/rules.ts";
import { t } from "../schema/t.ts";
import { createMemoryStore } from "../stores/memory/store.ts";
import { anonymousActor, createActor, systemActor } from "./actor.ts";
import { createEngine, type Engine } from "./engine.ts";

const ann = createActor({ id: "ann", team: "red", role: "member" });
const everything = { all: true } as const;

/** What the read rule of Post answers; each test sets its own. */
let postRule: (user: Readonly<Record<string, unknown>> | null) => unknown;

const { schema, rules: declared } = createSchema({
  User: model(
    { id: t.text(), team: t.text(), posts: t.many("Post", "author"), secret: t.text().optional().hidden() },
    { key: "id", access: { read: ({ user }) => user !== null } },
  ),
  Post: model(
    {
      id: t.int(),
      title: t.text(),
      author: t.ref("User"),
      draft: t.bool().default(false),
      rank: t.int().optional(),
      tags: t.manyToMany("Tag"),
      related: t.manyToMany("Post"),
    },
    {
      key: "id",
      access: {
        read: () => true,
        create: ({ user }) => user !== null && { author: String(user["id"]) },
        update: ({ user }) => ({ author: user?.["id"] as string }),
        delete: ({ user }) => user?.["role"] === "editor",
      },
    },
  ),
  Tag: model({ name: t.text() }, { key: "name", access: { read: true } }),
});

// The rule under test is deliberately untyped: broken rules are part of the tests.
const rules: RuleTable = {
  ...declared,
  Post: { ...declared["Post"], read: ({ user }) => postRule(user) as RuleResult },
};

let engine: Engine;

beforeEach(async () => {
  postRule = () => true;
  const store = createMemoryStore();
  await store.open(schema, { createTables: true });
  engine = createEngine({ schema, rules, store, limits: { maxCost: 1000, maxNodes: 50 } });
  await engine.createMany(
    {
      model: "User",
      data: [
        { id: "ann", team: "red", secret: "s1" },
        { id: "bob", team: "blue", secret: "s2" },
      ],
    },
    systemActor,
  );
  await engine.createMany({ model: "Tag", data: [{ name: "a" }, { name: "b" }] }, systemActor);
  await engine.createMany(
    {
      model: "Post",
      data: [1, 2, 3, 4].map((id) => ({
        id,
        title: `t${id}`,
        author: id % 2 === 1 ? "ann" : "bob",
        rank: id === 4 ? null : id,
      })),
    },
    systemActor,
  );
});

async function listIds(where?: Readonly<Record<string, unknown>>, actor = ann): Promise<number[]> {
  const { json } = await engine.read({ model: "Post", select: { id: true }, ...(where && { where }) }, actor);
  const rows: { id: number }[] = JSON.parse(json);
  return rows.map((row) => row.id);
}

describe("rules", () => {
  test.each([
    ["a user's field", (user: Readonly<Record<string, unknown>> | null) => ({ author: user?.["id"] }), [1, 3]],
    ["a missing value", () => ({ author: undefined }), []],
    ["null", () => ({ author: null }), []],
    ["a negated missing value", () => ({ author: { not: undefined } }), []],
    ["not around a missing value", () => ({ not: { author: undefined } }), []],
    ["not around not around a missing value", () => ({ not: { not: { author: undefined } } }), []],
    ["a list with a missing value", () => ({ author: { in: ["ann", undefined] } }), []],
    ["notIn with a missing value", () => ({ author: { notIn: [null] } }), []],
    ["one closed alternative", () => ({ any: [{ author: undefined }, { id: 2 }] }), [2]],
    ["one closed alternative under not", () => ({ not: { any: [{ author: undefined }, { id: 2 }] } }), []],
    ["an empty all", () => ({ all: [] }), []],
    ["an empty any", () => ({ any: [] }), []],
    ["an empty object among alternatives", () => ({ any: [{ id: 1 }, {}] }), []],
    ["not of an empty object", () => ({ not: {} }), []],
    ["isNull", () => ({ rank: { isNull: true } }), [4]],
    ["a relation", () => ({ author: { team: "red" } }), [1, 3]],
    ["none of a relation, closed inside", () => ({ tags: { none: { name: undefined } } }), []],
  ])("%s", async (_name, rule, ids) => {
    postRule = rule;
    expect(await listIds()).toEqual(ids);
  });

  test.each([
    ["undefined", undefined],
    ["an empty object", {}],
    ["a promise", Promise.resolve(true)],
    ["a number", 1],
    ["null", null],
  ])("that answer %s stop the request", async (_name, answer) => {
    postRule = () => answer;
    await expect(listIds()).rejects.toMatchObject({ code: "FTG_RULE", status: 500 });
  });

  test("that throw stop the request", async () => {
    postRule = () => {
      throw new Error("oops");
    };
    await expect(listIds()).rejects.toMatchObject({ code: "FTG_RULE" });
  });

  test("that answer a value of the wrong type stop the request", async () => {
    postRule = () => ({ id: "one" });
    await expect(listIds()).rejects.toMatchObject({ code: "FTG_RULE" });
  });

  test("that say no forbid the request", async () => {
    postRule = () => false;
    await expect(listIds()).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
  });

  test("apply to related rows in every position", async () => {
    postRule = () => ({ id: { lt: 3 } });
    const users = await engine.read(
      { model: "User", select: { id: true, posts: { select: { id: true } } }, where: { posts: { some: { id: 3 } } } },
      ann,
    );
    expect(users.json).toBe("[]");
    const all = await engine.read({ model: "User", select: { posts: { select: { id: true } } } }, ann);
    expect(all.json).toBe('[{"posts":[{"id":1}]},\n{"posts":[{"id":2}]}]');
  });

  test("hide a to-one target as null, and from sorting", async () => {
    const posts = await engine.read(
      { model: "Post", select: { id: true, author: { select: { team: true } } }, orderBy: ["author.team", "-id"] },
      anonymousActor,
    );
    expect(posts.json).toBe(
      '[{"id":4,"author":null},\n{"id":3,"author":null},\n{"id":2,"author":null},\n{"id":1,"author":null}]',
    );
  });

  test("do not bind the system", async () => {
    postRule = () => false;
    expect(await engine.count({ model: "Post" }, systemActor)).toBe(4);
  });
});

describe("hidden fields", () => {
  test.each([
    ["select", { select: { secret: true } }],
    ["where", { where: { secret: "s1" } }],
    ["where inside not", { where: { not: { any: [{ secret: { startsWith: "s" } }] } } }],
    ["orderBy", { orderBy: ["secret"] }],
  ] as const)("are refused in %s with the words of a misspelling", async (_name, query) => {
    const hidden = await engine.read({ model: "User", ...query }, ann).catch((error: Error) => error);
    const renamed: typeof query = JSON.parse(JSON.stringify(query).replaceAll("secret", "sekret"));
    const missing = await engine.read({ model: "User", ...renamed }, ann).catch((error: Error) => error);
    expect(hidden).toMatchObject({ code: "FTG_QUERY" });
    expect(String(hidden).replaceAll("secret", "sekret")).toBe(String(missing));
  });

  test("are not in the default selection, and open to the system by name", async () => {
    expect((await engine.read({ model: "User", limit: 1 }, systemActor)).json).toBe('[{"id":"ann","team":"red"}]');
    expect((await engine.read({ model: "User", limit: 1, select: { secret: true } }, systemActor)).json).toBe(
      '[{"secret":"s1"}]',
    );
  });
});

test("queries of one shape share a statement", async () => {
  postRule = (user) => ({ author: user?.["id"] });
  const before = engine.stats();
  await listIds({ title: "t1" });
  await listIds({ title: "t2" }, createActor({ id: "bob" }));
  await listIds({ title: { in: ["t1"] } });
  const after = engine.stats();
  expect({ hits: after.hits - before.hits, misses: after.misses - before.misses }).toEqual({ hits: 1, misses: 2 });
});

test("a rule that says the same to everyone is kept with the statement, for principals alone", async () => {
  const read = { model: "Tag", where: { name: "a" } };
  const before = engine.stats();
  for (const actor of [ann, anonymousActor, createActor({ id: "bob" }), systemActor, systemActor])
    expect((await engine.read(read, actor)).json).toBe('[{"name":"a"}]');
  const after = engine.stats();
  expect({ hits: after.hits - before.hits, misses: after.misses - before.misses }).toEqual({ hits: 3, misses: 2 });
  const write = { model: "Tag", key: { name: "a" } };
  for (const actor of [ann, ann])
    await expect(engine.delete(write, actor)).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
  expect(await engine.delete(write, systemActor)).toBe('{"name":"a"}');
  await expect(engine.delete(write, ann)).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
});

describe("cursors", () => {
  test("walk a list with ties and nulls in both directions", async () => {
    for (const orderBy of [["rank"], ["-rank"], ["author", "-rank"], ["author.team"]]) {
      const whole: unknown[] = JSON.parse((await engine.read({ model: "Post", orderBy }, ann)).json);
      const walked: unknown[] = [];
      let after: string | undefined;
      do {
        const page = await engine.read(
          { model: "Post", orderBy, limit: 1, ...(after !== undefined && { after }) },
          ann,
        );
        walked.push(...JSON.parse(page.json));
        after = page.cursor ?? undefined;
      } while (after !== undefined);
      expect(walked).toEqual(whole);
    }
  });

  test.each(["", "x", "!!!", "bnVsbA", "W10", "WyJ4IiwxXQ"])("refuses %j", async (after) => {
    await expect(engine.read({ model: "Post", after }, ann)).rejects.toMatchObject({ code: "FTG_CURSOR", status: 400 });
  });

  test("refuses one of another sort or model, and one with a value of another type", async () => {
    const { cursor } = await engine.read({ model: "Post", limit: 1 }, ann);
    const after = cursor ?? "";
    await expect(engine.read({ model: "Post", orderBy: ["-id"], after }, ann)).rejects.toMatchObject({
      code: "FTG_CURSOR",
    });
    await expect(engine.read({ model: "Tag", after }, ann)).rejects.toMatchObject({ code: "FTG_CURSOR" });
    const [tag] = JSON.parse(Buffer.from(after, "base64url").toString());
    const forged = Buffer.from(JSON.stringify([tag, "one"])).toString("base64url");
    await expect(engine.read({ model: "Post", after: forged }, ann)).rejects.toMatchObject({ code: "FTG_CURSOR" });
  });
});

describe("bad queries", () => {
  test.each([
    ["an unknown model", { model: "Pots" }, "FTG_QUERY", 'Did you mean "Post"?'],
    ["an unknown field", { model: "Post", where: { titel: "x" } }, "FTG_QUERY", 'Did you mean "title"?'],
    ["an inherited name", { model: "Post", where: { constructor: "x" } }, "FTG_QUERY", undefined],
    ["an unknown operator", { model: "Post", where: { title: { like: "x" } } }, "FTG_QUERY", undefined],
    ["an operator of another kind", { model: "Post", where: { id: { contains: "x" } } }, "FTG_QUERY", undefined],
    ["undefined in a where", { model: "Post", where: { title: undefined } }, "FTG_QUERY", undefined],
    ["a wrong type", { model: "Post", where: { id: "x" } }, "FTG_VALUE", undefined],
    ["a limit of 0", { model: "Post", limit: 0 }, "FTG_QUERY", undefined],
    ["a negative limit", { model: "Post", limit: -1 }, "FTG_QUERY", undefined],
    ["a huge limit", { model: "Post", limit: 1e9 }, "FTG_QUERY", undefined],
    ["a negative offset", { model: "Post", offset: -1 }, "FTG_QUERY", undefined],
    ["an unknown key", { model: "Post", wher: {} }, "FTG_QUERY", undefined],
    ["too many rows in all", { model: "User", limit: 100, select: { posts: { limit: 100 } } }, "FTG_COST", undefined],
    [
      "too many conditions",
      { model: "Post", where: { any: Array.from({ length: 60 }, (_, id) => ({ id })) } },
      "FTG_COST",
      undefined,
    ],
  ])("%s", async (_name, query, code, fix) => {
    await expect(engine.read(query, ann)).rejects.toMatchObject({ code, ...(fix !== undefined && { fix }) });
  });

  test("too many levels", async () => {
    let where: Readonly<Record<string, unknown>> = { id: 1 };
    for (let level = 0; level < 100; level++) where = { not: where };
    await expect(engine.read({ model: "Post", where }, ann)).rejects.toMatchObject({ code: "FTG_COST" });
  });
});

describe("writes", () => {
  test("a create rule fills what it forces and refuses another value", async () => {
    expect(
      await engine.create({ model: "Post", data: { id: 9, title: "x" }, select: { author: true, draft: true } }, ann),
    ).toBe('{"author":"ann","draft":false}');
    await expect(
      engine.create({ model: "Post", data: { id: 10, title: "x", author: "bob" } }, ann),
    ).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
    await expect(engine.create({ model: "Post", data: { id: 10, title: "x" } }, anonymousActor)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
    });
    expect(await engine.count({ model: "Post" }, systemActor)).toBe(5);
  });

  test("an update needs the rule before and after", async () => {
    expect(
      await engine.update({ model: "Post", key: { id: 1 }, data: { title: "new" }, select: { title: true } }, ann),
    ).toBe('{"title":"new"}');
    await expect(engine.update({ model: "Post", key: { id: 2 }, data: { title: "new" } }, ann)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
    });
    await expect(engine.update({ model: "Post", key: { id: 1 }, data: { author: "bob" } }, ann)).rejects.toMatchObject({
      code: "FTG_FORBIDDEN",
    });
    await expect(engine.update({ model: "Post", key: { id: 99 }, data: { title: "x" } }, ann)).rejects.toMatchObject({
      code: "FTG_NOT_FOUND",
    });
    expect(await engine.updateMany({ model: "Post", ...everything, data: { draft: true } }, ann)).toBe(2);
  });

  test("a row that cannot be seen is not there", async () => {
    postRule = () => ({ id: { gt: 2 } });
    await expect(engine.update({ model: "Post", key: { id: 1 }, data: { title: "x" } }, ann)).rejects.toMatchObject({
      code: "FTG_NOT_FOUND",
    });
    expect(await engine.updateMany({ model: "Post", ...everything, data: { draft: true } }, ann)).toBe(1);
  });

  test("a reference to a row that cannot be seen is one to no row", async () => {
    const missing = await engine
      .update({ model: "Post", key: { id: 1 }, data: { related: [7] } }, ann)
      .catch((error: Error) => error);
    postRule = () => ({ id: 1 });
    const unseen = await engine
      .update({ model: "Post", key: { id: 1 }, data: { related: [2] } }, ann)
      .catch((error: Error) => error);
    expect(missing).toMatchObject({ code: "FTG_REFERENCE" });
    expect(String(unseen)).toBe(String(missing).replaceAll("7", "2"));
  });

  test("a bulk write must name its rows", async () => {
    await expect(engine.deleteMany({ model: "Post" }, systemActor)).rejects.toMatchObject({
      code: "FTG_UNBOUNDED_WRITE",
    });
    await expect(
      engine.updateMany({ model: "Post", where: {}, data: { draft: true } }, systemActor),
    ).rejects.toMatchObject({ code: "FTG_UNBOUNDED_WRITE" });
    await expect(engine.deleteMany({ model: "Post", where: { id: undefined } }, systemActor)).rejects.toMatchObject({
      code: "FTG_QUERY",
    });
    expect(await engine.deleteMany({ model: "Post", ...everything }, systemActor)).toBe(4);
  });

  test.each([{ all: [] }, { all: [{}] }, { not: { any: [] } }, { any: [{}, { id: 1 }] }])(
    "a bulk write whose filter %j lost its conditions is refused",
    async (where) => {
      await expect(engine.deleteMany({ model: "Post", where }, systemActor)).rejects.toMatchObject({
        code: "FTG_UNBOUNDED_WRITE",
      });
      const change = engine.updateMany({ model: "Post", where, data: { draft: true } }, systemActor);
      await expect(change).rejects.toMatchObject({ code: "FTG_UNBOUNDED_WRITE" });
      expect(await engine.count({ model: "Post", where: { draft: false } }, systemActor)).toBe(4);
    },
  );

  test("rows of one createMany may link to each other, and all or none are made", async () => {
    const data = [
      { id: 10, title: "a", author: "ann", related: [11] },
      { id: 11, title: "b", author: "ann", related: [10], tags: ["a", "b", "a"] },
    ];
    expect(await engine.createMany({ model: "Post", data }, systemActor)).toBe(2);
    const { json } = await engine.read(
      { model: "Post", where: { id: { gte: 10 } }, select: { related: { select: { id: true } }, tags: true } },
      systemActor,
    );
    expect(json).toBe(
      '[{"related":[{"id":11}],"tags":[]},\n{"related":[{"id":10}],"tags":[{"name":"a"},{"name":"b"}]}]',
    );
    const broken = [
      { id: 20, title: "a", author: "ann" },
      { id: 21, title: 5, author: "ann" },
    ];
    await expect(engine.createMany({ model: "Post", data: broken }, systemActor)).rejects.toMatchObject({
      code: "FTG_INVALID",
      problems: [{ path: "/1/title" }],
    });
    expect(await engine.count({ model: "Post", where: { id: { gte: 20 } } }, systemActor)).toBe(0);
  });

  test("a transaction that rejects undoes everything", async () => {
    const work = engine.transaction(async (tx) => {
      await tx.delete({ model: "Post", key: { id: 1 } }, systemActor);
      expect(await tx.count({ model: "Post" }, systemActor)).toBe(3);
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await engine.count({ model: "Post" }, systemActor)).toBe(4);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FootingError } from "../../errors/footing-error.ts";
import type { ReadQuery } from "../../plan/query.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { createDoors } from "./create-doors.ts";
import type { Door, FilterParameter } from "./door.ts";
import { parseList, parseRow } from "./parse-read.ts";

const { schema } = createSchema({
  Post: model(
    {
      id: t.int(),
      title: t.text(),
      sort: t.int(),
      done: t.bool().optional(),
      data: t.json().optional(),
      secret: t.text().hidden(),
      author: t.ref("User"),
      tags: t.manyToMany("Tag"),
      audit: t.ref("Audit").optional(),
    },
    { key: "id", access: { read: true } },
  ),
  User: model(
    { name: t.text(), posts: t.many("Post", "author"), team: t.ref("Team").optional() },
    { key: "name", access: { read: true } },
  ),
  Team: model({ a: t.int(), b: t.int() }, { key: ["a", "b"], access: { read: true } }),
  Tag: model({ name: t.text() }, { key: "name", access: { read: true } }),
  Audit: model({ id: t.int(), note: t.text() }, { key: "id" }),
});
const { doors, views } = createDoors(schema, { defaultLimit: 20, maxLimit: 100, maxSearchLength: 500 });
const context = { views, maxLimit: 100 };

function doorOf(name: string): Door {
  const door = doors.find(({ model: { name: own } }) => own === name);
  if (door === undefined) throw new Error(name);
  return door;
}
const post = doorOf("Post");

function parse(query: string): ReadQuery {
  return parseList(context, post, query);
}

describe("the door of a model", () => {
  test("lists every parameter, own ones first, and none that is hidden or out of reach", () => {
    const numbers = (name: string): string[] =>
      ["", "[eq]", "[not]", "[in]", "[notIn]", "[lt]", "[lte]", "[gt]", "[gte]"].map((operator) => name + operator);
    const texts = (name: string): string[] => [
      ...numbers(name),
      ...["[contains]", "[startsWith]", "[endsWith]"].map((operator) => name + operator),
      ...["[ieq]", "[icontains]", "[istartsWith]", "[iendsWith]"].map((operator) => name + operator),
    ];
    const fields = (name: string): string[] =>
      ["[eq]", "[not]", "[lt]", "[lte]", "[gt]", "[gte]"].map((operator) => `${name}${operator}[field]`);
    const equals = (name: string): string[] =>
      ["", "[eq]", "[not]", "[in]", "[notIn]"].map((operator) => name + operator);
    expect([...post.list.keys()]).toEqual([
      ...["sort", "fields", "include", "limit", "offset", "after", "before", "count"],
      ...numbers("id"),
      ...texts("title"),
      ...numbers("sort").slice(1),
      ...[...equals("done"), "done[isNull]", "data[isNull]"],
      ...equals("author"),
      ...[...equals("audit"), "audit[isNull]"],
      "data[where]",
      ...[...fields("id"), ...fields("title"), ...fields("sort")],
      ...[...texts("author.name"), "author.team[isNull]"],
      ...texts("tags.name"),
    ]);
    expect([...post.row.keys()]).toEqual(["fields", "include"]);
    expect([...doorOf("Tag").row.keys()]).toEqual(["fields"]);
  });

  test("lists the names that sort, fields and include take", () => {
    const names = (name: string): string[] => {
      const parameter = post.list.get(name);
      return parameter?.kind === "names" ? [...parameter.names] : [];
    };
    const placed = names("sort").filter((name) => /^[^-].*:nulls/.test(name));
    expect(placed).toEqual(
      ["done", "audit", "author.name", "author.team", "tags.min.name", "tags.max.name"].flatMap((name) => [
        `${name}:nullsFirst`,
        `${name}:nullsLast`,
      ]),
    );
    expect(names("sort").filter((name) => !/^-|:/.test(name))).toEqual([
      "id",
      "title",
      "sort",
      "done",
      "author",
      "audit",
      "author.name",
      "author.team",
      "tags.count",
      "tags.countDistinct.name",
      "tags.min.name",
      "tags.max.name",
    ]);
    expect(names("fields")).toEqual([
      "id",
      "title",
      "sort",
      "done",
      "data",
      "author",
      "audit",
      "author.name",
      "author.team",
      "tags.name",
    ]);
    expect(names("include")).toEqual([
      "author",
      "author.posts",
      "author.team",
      "tags",
      "tags.count",
      "tags.countDistinct.name",
      "tags.min.name",
      "tags.max.name",
    ]);
  });
});

describe("parseList", () => {
  test.each<[string, Omit<ReadQuery, "model">]>([
    ["", {}],
    ["limit=5&offset=10", { limit: 5, offset: 10 }],
    ["after=a_-", { after: "a_-" }],
    ["sort=-title,author.name", { orderBy: ["-title", "author.name"] }],
    ["sort=-done:nullsLast,id", { orderBy: ["-done:nullsLast", "id"] }],
    ["title=a%20b+c", { where: { title: "a b c" } }],
    ["title=", { where: { title: "" } }],
    ["sort[eq]=1", { where: { sort: 1 } }],
    ["id=1&id[not]=2", { where: { id: { eq: 1, not: 2 } } }],
    ["id[gt]=1&id=2&id[lt]=5", { where: { id: { gt: 1, eq: 2, lt: 5 } } }],
    ["title[in]=a%2Cb,c,", { where: { title: { in: ["a,b", "c", ""] } } }],
    ["author=ann", { where: { author: "ann" } }],
    ["author.name=ann", { where: { author: { name: "ann" } } }],
    ["author=ann&author.name[not]=bob", { where: { author: "ann", all: [{ author: { name: { not: "bob" } } }] } }],
    ["tags.name=a&tags.name[not]=b", { where: { tags: { some: { name: { eq: "a", not: "b" } } } } }],
    ["data[isNull]=true", { where: { data: { isNull: true } } }],
    ["title[icontains]=%25A", { where: { title: { icontains: "%A" } } }],
    ["title[eq][field]=author.name", { where: { title: { eq: { field: "author.name" } } } }],
    ["id=5&id[gt][field]=sort", { where: { id: { eq: 5, gt: { field: "sort" } } } }],
    ["data[where]={%22path%22:[%22a%22,0],%22gt%22:5}", { where: { all: [{ data: { path: ["a", 0], gt: 5 } }] } }],
    [
      "data[where]={%22path%22:[0],%22eq%22:null}&data[isNull]=false&author=a&author.name=b",
      {
        where: {
          all: [{ data: { path: [0], eq: null } }, { author: { name: "b" } }],
          data: { isNull: false },
          author: "a",
        },
      },
    ],
    ["fields=title,author", { select: { title: true, author: true } }],
    ["fields=title,author.name", { select: { title: true, author: { select: { name: true } } } }],
    ["fields=title&include=tags", { select: { title: true, tags: { limit: 100 } } }],
    [
      "fields=title&include=tags.count,author,tags.max.name,tags.min.name",
      {
        select: {
          title: true,
          author: {},
          tagsAggregate: { field: "tags", aggregate: { count: true, min: ["name"], max: ["name"] } },
        },
      },
    ],
    ["fields=title,author,author.name", { select: { title: true, author: { select: { name: true } } } }],
    [
      "include=author",
      { select: { id: true, title: true, sort: true, done: true, data: true, author: {}, audit: true } },
    ],
    [
      "fields=id&include=author.posts",
      { select: { id: true, author: { select: { name: true, team: true, posts: { limit: 100 } } } } },
    ],
    [
      "fields=id,author.name&include=author.posts,author.team",
      { select: { id: true, author: { select: { name: true, posts: { limit: 100 }, team: {} } } } },
    ],
  ])("%s", (query, expected) => {
    const parsed = parse(query);
    expect(parsed).toEqual({ model: "Post", ...expected });
    expect(Object.keys(parsed.select ?? {})).toEqual(Object.keys(expected.select ?? {}));
  });

  test.each([
    "id=1&id[eq]=2",
    "id[eq]=1&id=2",
    "author.name=a&author.name[eq]=b",
    "id[gt]=1&id[gt][field]=sort",
    "id[gt]=1&id%5Bgt%5D=2",
  ])("refuses %s as given twice", (query) => {
    expect(() => parse(query)).toThrow(/is given twice/);
  });

  test("any conditions come out as the ones that went in", () => {
    const filters = [...post.list.values()].flatMap((parameter) =>
      parameter.kind === "filter" && parameter.operand === "value" ? [parameter] : [],
    );
    const given = fc.uniqueArray(fc.constantFrom(...filters), {
      selector: ({ relation, field, operator }) => `${relation}.${field}.${operator}`,
      maxLength: 8,
    });
    fc.assert(
      fc.property(given, fc.integer({ min: 0, max: 99 }), (parameters, seed) => {
        const query = parameters
          .map((parameter, index) => `${encodeURIComponent(parameter.name)}=${spell(parameter, seed + index)}`)
          .join("&");
        const expected = parameters.map((parameter, index) =>
          [parameter.relation, parameter.field, parameter.operator, JSON.stringify(mean(parameter, seed + index))].join(
            " ",
          ),
        );
        expect(flatten(parse(query).where ?? {}).sort()).toEqual(expected.sort());
      }),
    );
  });

  test("no query string does anything but give a query or a 400", () => {
    const names = [...post.list.keys(), "secret", "audit.note", "__proto__", "constructor", ""];
    const piece = fc.oneof(
      fc.constantFrom(...names),
      fc.constantFrom(
        "=",
        "&",
        ",",
        "-",
        "%",
        "%2C",
        "%00",
        "%FF",
        "%F0%9F%98%80",
        "+",
        "[",
        "]",
        ".",
        "1",
        "true",
        "0",
        "-1",
        "title",
        "\u00ff",
      ),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        for (const run of [
          () => parse(pieces.join("")),
          () => parseRow(context, post, { key: { id: 1 }, text: pieces.join("") }),
        ])
          expectQueryOr400(run);
      }),
      { numRuns: 5000 },
    );
  });
});

function expectQueryOr400(run: () => ReadQuery): void {
  try {
    expect(run().model).toBe("Post");
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    expect(error.status).toBe(400);
    expect(error.problems.length).toBeGreaterThan(0);
  }
}

/** A value for a filter, as a query string spells it. */
function spell(parameter: FilterParameter, seed: number): string {
  const value = mean(parameter, seed);
  return Array.isArray(value)
    ? value.map((item) => encodeURIComponent(String(item))).join(",")
    : encodeURIComponent(String(value));
}

/** The same value as the query language has it. */
function mean({ type, list }: FilterParameter, seed: number): unknown {
  const one = type.kind === "int" ? seed : type.kind === "bool" ? seed % 2 === 0 : `t,${seed}&+ü`;
  return list ? [one, one] : one;
}

/** The single conditions of a `where`, as text. */
function flatten(where: Readonly<Record<string, unknown>>, relation: string | null = null): string[] {
  return Object.entries(where).flatMap(([name, value]) => {
    if (name === "all" && Array.isArray(value)) return value.flatMap((part: Record<string, unknown>) => flatten(part));
    if (typeof value !== "object" || value === null) return [[relation, name, "eq", JSON.stringify(value)].join(" ")];
    const entries = Object.entries(value);
    if (relation === null && entries.every(([key]) => key === "some"))
      return entries.flatMap(([, inner]) => flatten({ ...Object(inner) }, name));
    if (relation === null && name === "author" && "name" in value) return flatten({ ...value }, name);
    if (relation === null && name === "author" && "team" in value) return flatten({ ...value }, name);
    return entries.map(([operator, inner]) => [relation, name, operator, JSON.stringify(inner)].join(" "));
  });
}

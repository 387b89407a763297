import { describe, expect, test } from "vitest";
import { FootingError, type Problem } from "../errors/footing-error.ts";
import { createSchema } from "./create-schema.ts";
import { createJsonSchema } from "./json-schema.ts";
import { model } from "./model.ts";
import type { ModelSchema } from "./schema-model.ts";
import { t } from "./t.ts";
import { DataValidator, findValueProblem } from "./validate-data.ts";

const Part = model({ a: t.int(), b: t.text() }, { key: ["a", "b"] });
const Item = model(
  {
    name: t.text().min(2).max(5),
    slug: t
      .text()
      .pattern(/^[a-z]+$/)
      .immutable()
      .optional(),
    count: t.int().min(0).max(9).default(0),
    big: t.bigint().min("-5").max(5n).optional(),
    price: t.decimal(6, 2).min("0.50").optional(),
    ratio: t.float().optional(),
    day: t.date().optional(),
    at: t.datetime().default("now"),
    token: t.uuid().default("uuid"),
    seal: t.bytes().max(2).optional(),
    data: t.json().optional(),
    kind: t.enum("a", "b").optional().describe("Which."),
    tags: t.list(t.text().max(2)).max(2).optional(),
    mail: t.text().email().optional(),
    site: t.text().url().optional(),
    secret: t.text().hidden().optional(),
    part: t.ref("Part"),
    parts: t.manyToMany("Part"),
    owner: t.ref("Owner").optional(),
  },
  { describe: "A thing." },
);
const Owner = model({ items: t.many("Item", "owner") });
const { schema } = createSchema({ Part, Item, Owner });
const validator = new DataValidator(schema);
const part = { a: 1, b: "x" };

function check(data: unknown, use: "create" | "update" = "update", system = false): readonly Problem[] {
  try {
    validator.validate(data, { model: "Item", use, system });
  } catch (error) {
    if (error instanceof FootingError && error.code === "FTG_INVALID") return error.problems;
    throw error;
  }
  return [];
}

function find(name: string): ModelSchema {
  const found = schema.models[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

test.each<[string, object]>([
  ["the required fields alone", { name: "ab", part }],
  ["undefined for left out", { name: "ab", part, count: undefined, kind: undefined }],
  [
    "null for optional fields",
    { name: "ab", part, kind: null, tags: null, data: null, owner: null, mail: null, big: null },
  ],
  [
    "every form that can be made canonical",
    {
      name: "😀😀😀😀😀",
      part,
      count: 9,
      big: "5",
      price: "0.5",
      ratio: -0,
      day: "2024-02-29",
      at: "2026-01-01T00:00:00+01:00",
      token: "0190B2A4-7C1E-7A53-9D3E-0242AC120002",
      seal: "AAA=",
      data: [{ a: null }],
      kind: "b",
      tags: ["ab", ""],
      mail: "a@b.co",
      site: "https://a.b/c?d",
      parts: [part],
    },
  ],
])("a create takes %s", (_what, data) => expect(check(data, "create")).toEqual([]));

test.each<[string, unknown, string]>([
  ["/name", "a", "expected at least 2 characters, got 1."],
  ["/name", "😀😀😀😀😀😀", "expected at most 5 characters, got 6."],
  ["/name", "ab\0", 'expected text without NUL and lone surrogates, got "ab\\u0000".'],
  ["/name", "ab\udfff", 'expected text without NUL and lone surrogates, got "ab\\udfff".'],
  ["/name", null, "expected text, got null."],
  ["/name", 5, "expected text, got 5."],
  ["/count", -1, "expected at least 0, got -1."],
  ["/count", 10, "expected at most 9, got 10."],
  ["/count", 1.5, "expected an integer, got 1.5."],
  ["/big", "6", 'expected at most 5, got "6".'],
  ["/big", "-6", 'expected at least -5, got "-6".'],
  [
    "/big",
    "9223372036854775808",
    'expected a string with an integer of 64 bits such as "-12" or null, got "9223372036854775808".',
  ],
  ["/big", 5, 'expected a string with an integer of 64 bits such as "-12" or null, got 5.'],
  ["/price", "0.49", 'expected at least 0.50, got "0.49".'],
  [
    "/price",
    "1.005",
    'expected a string with a decimal number of at most 4 digits before the point and 2 after it, got "1.005".',
  ],
  ["/ratio", "1", 'expected a number or null, got "1".'],
  ["/day", "2023-02-29", 'expected a date such as "2026-01-31" or null, got "2023-02-29".'],
  [
    "/at",
    "2023-02-28",
    'expected a datetime such as "2026-01-31T09:30:00Z" with at most milliseconds, got "2023-02-28".',
  ],
  ["/token", "x", 'expected a uuid such as "0190b2a4-7c1e-7a53-9d3e-0242ac120002", got "x".'],
  ["/seal", "AAAA", "expected at most 2 bytes, got 3."],
  ["/seal", "AA", 'expected base64 with padding or null, got "AA".'],
  ["/kind", "c", 'expected one of "a", "b", null, got "c".'],
  ["/tags", ["a", "b", "c"], "expected at most 2 items, got 3."],
  ["/tags/1", ["a", "abc"], "expected at most 2 characters, got 3."],
  ["/tags/0", [null], "expected text, got null."],
  ["/mail", "a@", 'expected an e-mail address or null, got "a@".'],
  ["/site", "ftp://a.b", 'expected an http or https address or null, got "ftp://a.b".'],
  ["/site", "https://a b", 'expected an http or https address or null, got "https://a b".'],
  ["/part", "1", 'expected an object, got "1".'],
  ["/part/b", { a: 1 }, "is required."],
  ["/part/zone", { a: 1, b: "x", zone: 1 }, "is no part of the key; there are a, b."],
  ["/parts/0", [5], "expected an object, got 5."],
])("%s of %j: %s", (path, value, detail) => {
  const [, field = ""] = path.split("/");
  expect(check({ [field]: value })).toEqual([{ path, detail }]);
});

test("a pattern is shown as declared", () => {
  expect(check({ name: "ab", part, slug: "A" }, "create")).toEqual([
    { path: "/slug", detail: 'expected text that matches /^[a-z]+$/u, got "A".' },
  ]);
});

test("every wrong field is named at once, each once", () => {
  const problems = check({ name: 5, count: "x", part: null, nme: "x" }, "create");
  expect(problems.map(({ path }) => path).sort()).toEqual(["/count", "/name", "/nme", "/part"]);
});

test("names the nearest field for an unknown one, and the missing ones", () => {
  expect(check({ nam: "ab" }, "create")).toEqual([
    { path: "/name", detail: "is required." },
    { path: "/part", detail: "is required." },
    { path: "/nam", detail: "is no field of Item; did you mean name?" },
  ]);
});

test("knows the relations that data may name, whose rows are written by themselves", () => {
  const owner = (data: object) => () => validator.validate(data, { model: "Owner", use: "update", system: false });
  expect(owner({ itms: {} })).toThrow("/itms: is no field of Owner; did you mean items?");
  expect(owner({ else: {} })).toThrow("/else: is no field of Owner; there are items.");
});

test("says why a field cannot be written", () => {
  expect(check({ id: "x", slug: "x" })).toEqual([
    { path: "/id", detail: "cannot change after the row was created." },
    { path: "/slug", detail: "cannot change after the row was created." },
  ]);
  expect(() => validator.validate({ items: [] }, { model: "Owner", use: "create", system: false })).toThrow(
    "/items: cannot be written here, only by create and update of one row: it shows the Item rows whose owner is this row.",
  );
});

test("a hidden field is for the app itself, and otherwise spoken of like a misspelling", () => {
  expect(check({ secret: "x" }, "update", true)).toEqual([]);
  const [hidden] = check({ secret: "x" });
  const [unknown] = check({ sekret: "x" });
  expect(hidden?.detail).toBe(unknown?.detail);
  expect(hidden?.detail).not.toContain("secret");
});

test.each([null, [], "x", 5, undefined])("data is an object, not %j", (data) => {
  expect(check(data)).toEqual([{ path: "", detail: expect.stringContaining("expected an object, got") }]);
});

test("a key named __proto__ is an unknown field", () => {
  expect(check(JSON.parse('{"__proto__":{"count":1}}'))).toEqual([
    { path: "/__proto__", detail: expect.stringContaining("is no field of Item") },
  ]);
});

test("a long list of wrong fields is cut", () => {
  const data = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]));
  expect(check(data)).toHaveLength(100);
});

describe("the JSON Schema", () => {
  test("of a row lists all visible own fields as required", () => {
    const row = createJsonSchema(schema, find("Item"), "row");
    expect(row).toMatchObject({ type: "object", description: "A thing.", additionalProperties: false });
    const names = [
      "id",
      "name",
      "slug",
      "count",
      "big",
      "price",
      "ratio",
      "day",
      "at",
      "token",
      "seal",
      "data",
      "kind",
      "tags",
      "mail",
      "site",
      "part",
      "owner",
    ];
    expect(row["required"]).toEqual(names);
    expect(Object.keys(row["properties"] ?? {})).toEqual(names);
  });

  test("of data leaves out what cannot be written", () => {
    expect(createJsonSchema(schema, find("Item"), "create")["required"]).toEqual(["name", "part"]);
    const update = createJsonSchema(schema, find("Item"), "update");
    expect(update["required"]).toBeUndefined();
    expect(Object.keys(update["properties"] ?? {})).not.toContain("id");
    expect(Object.keys(update["properties"] ?? {})).toContain("parts");
    expect(createJsonSchema(schema, find("Owner"), "create")["properties"]).toEqual({
      id: { type: "string", format: "uuid" },
    });
  });

  test("states every limit", () => {
    const text = "^[^\\u0000\\ud800-\\udfff]*$";
    expect(createJsonSchema(schema, find("Item"), "create")["properties"]).toMatchObject({
      name: { type: "string", minLength: 2, maxLength: 5, pattern: text },
      slug: { type: ["string", "null"], pattern: "^[a-z]+$", allOf: [{ pattern: text }] },
      count: { type: "integer", minimum: 0, maximum: 9, default: 0 },
      big: { type: ["string", "null"], format: "int64", "x-minimum": "-5", "x-maximum": "5" },
      kind: { type: ["string", "null"], enum: ["a", "b", null], description: "Which." },
      tags: { type: ["array", "null"], items: { type: "string", maxLength: 2 }, maxItems: 2 },
      part: { type: "object", required: ["a", "b"], additionalProperties: false, description: "Key of the Part." },
      parts: { type: "array", items: { type: "object" } },
      owner: { type: ["string", "null"], format: "uuid" },
    });
  });
});

test("a single value is checked against its limits", () => {
  expect(findValueProblem({ kind: "int", list: false, min: 5 }, 4)).toBe("expected at least 5, got 4.");
  expect(findValueProblem({ kind: "text", list: true, maxLength: 1 }, ["a", "ab"])).toBe(
    "expected at most 1 characters, got 2.",
  );
  expect(findValueProblem({ kind: "int", list: false, min: 5 }, 5)).toBeNull();
});

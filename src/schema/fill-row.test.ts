import { expect, test } from "vitest";
import { createSchema } from "./create-schema.ts";
import { createClock, createRowFiller } from "./fill-row.ts";
import { listColumns } from "./list-columns.ts";
import { model } from "./model.ts";
import type { ModelSchema } from "./schema-model.ts";
import { t } from "./t.ts";

const { schema } = createSchema({
  Place: model({ x: t.int(), y: t.bigint() }, { key: ["x", "y"] }),
  Tag: model({ name: t.text() }, { key: "name" }),
  Event: model({
    place: t.ref("Place"),
    title: t.text(),
    tag: t.ref("Tag").optional(),
    price: t.decimal(5, 2).default("1.5"),
    day: t.date().default("now"),
    at: t.datetime().default("now"),
    note: t.text().optional(),
    tags: t.manyToMany("Tag"),
  }),
});

function find(name: string): ModelSchema {
  const found = schema.models[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const filler = createRowFiller(find("Event"));
const fill = (data: Readonly<Record<string, unknown>>) => filler(data, createClock());

test("columns are the scalars, then the parts of the refs, each in declared order", () => {
  expect(listColumns(find("Event")).map(({ field, part, column }) => [field, part, column])).toEqual([
    ["id", 0, "id"],
    ["title", 0, "title"],
    ["price", 0, "price"],
    ["day", 0, "day"],
    ["at", 0, "at"],
    ["note", 0, "note"],
    ["place", 0, "place_x"],
    ["place", 1, "place_y"],
    ["tag", 0, "tag_name"],
  ]);
});

test("a row has canonical values in column order", () => {
  const data = {
    id: "0190B2A4-7C1E-7A53-9D3E-0242AC120002",
    title: "a",
    price: "2",
    day: "2026-01-01",
    at: "2026-01-01T00:00:00Z",
    note: "n",
    place: { y: "7", x: 1 },
    tag: "t",
  };
  expect(fill(data)).toEqual([
    "0190b2a4-7c1e-7a53-9d3e-0242ac120002",
    "a",
    "2.00",
    "2026-01-01",
    "2026-01-01T00:00:00.000Z",
    "n",
    1,
    "7",
    "t",
  ]);
});

test("defaults and nulls fill what is left out", () => {
  const [id, title, price, day, at, note, x, y, tag] = fill({ title: "a", place: { x: 1, y: "2" }, note: null });
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect([title, price, note, x, y, tag]).toEqual(["a", "1.50", null, 1, "2", null]);
  expect(Math.abs(Date.parse(String(at)) - Date.now())).toBeLessThan(5000);
  expect(String(at).startsWith(String(day))).toBe(true);
});

test.each<[string, object, string]>([
  ["a required field", { place: { x: 1, y: "2" } }, "/title: is required."],
  ["a required ref", { title: "a" }, "/place/x: is required."],
  ["null for a required field", { title: null, place: { x: 1, y: "2" } }, "/title: is required."],
  ["null for a field with a default", { title: "a", price: null, place: { x: 1, y: "2" } }, "/price: is required."],
  ["half a key", { title: "a", place: { x: 1 } }, "/place/y: expected a key with y, got an object."],
  ["a key of the wrong form", { title: "a", place: 5 }, "/place/x: expected a key with x, got 5."],
])("refuses %s", (_what, data, detail) => {
  expect(() => fill({ ...data })).toThrow(detail);
});

test("refuses a value that is not of its type, at its place", () => {
  expect(() => fill({ title: "a\0", place: { x: 1, y: "2" } })).toThrow("/title: expected text");
  expect(() => fill({ title: "a", place: { x: 1, y: 2 } })).toThrow("/place/y: expected a string with an integer");
});

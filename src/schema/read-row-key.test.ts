import { expect, test } from "vitest";
import { FootingError } from "../errors/footing-error.ts";
import { createSchema } from "./create-schema.ts";
import { model } from "./model.ts";
import { readRowKey } from "./read-row-key.ts";
import { t } from "./t.ts";

const { schema } = createSchema({
  One: model({ id: t.int() }, { key: "id" }),
  Two: model({ a: t.text(), b: t.datetime() }, { key: ["a", "b"] }),
});

function read(name: string, value: unknown): object {
  const found = schema.models[name];
  if (found === undefined) throw new Error(name);
  return readRowKey(found, value, (detail) => new FootingError("FTG_QUERY", { detail }));
}

const at = new Date(0);

test.each<[string, unknown, object]>([
  ["One", 5, { id: 5 }],
  ["One", 5n, { id: 5n }],
  ["One", at, { id: at }],
  ["One", "", { id: "" }],
  ["Two", { b: at, a: "x" }, { a: "x", b: at }],
])("the key of a %s is taken (%#)", (name, value, key) => {
  expect(read(name, value)).toEqual(key);
});

test.each<[string, unknown, string]>([
  ["One", undefined, "expected the key of a One (id), got undefined."],
  ["One", null, "expected the key of a One (id), got null."],
  ["One", [5], "expected the key of a One (id), got an array."],
  ["One", { gt: 0 }, "expected the key of a One (id), got { gt: 0 }."],
  ["One", {}, "expected the key of a One (id), got an empty object."],
  ["Two", "x", 'expected the key of a Two (a, b), got "x".'],
  ["Two", at, "expected the key of a Two (a, b), got the Date 1970-01-01T00:00:00.000Z."],
  ["Two", { a: "x" }, 'expected the key of a Two (a, b), got { a: "x" }.'],
  ["Two", { a: "x", b: null }, 'expected the key of a Two (a, b), got { a: "x", b: null }.'],
  ["Two", { a: "x", b: { gt: 0 } }, 'expected the key of a Two (a, b), got { a: "x", b: an object }.'],
  ["Two", { a: "x", b: at, c: 1 }, "expected the key of a Two (a, b), got "],
  ["Two", { a: "x", c: 1 }, 'expected the key of a Two (a, b), got { a: "x", c: 1 }.'],
])("the key of a %s is refused (%#)", (name, value, message) => {
  expect(() => read(name, value)).toThrow(message);
});

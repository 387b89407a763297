import fc from "fast-check";
import { expect, test } from "vitest";
import { checkPath } from "../../http/canonical-path.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import { parseKey, renderKey } from "./row-key.ts";

const { schema } = createSchema({
  One: model({ id: t.int() }, { key: "id" }),
  Many: model({ a: t.text(), b: t.bigint(), c: t.bool() }, { key: ["a", "b", "c"] }),
});

function find(name: string): ModelSchema {
  const found = schema.models[name];
  if (found === undefined) throw new Error(name);
  return found;
}

test("a rendered key is one canonical segment that parses to the same key", () => {
  const text = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((value) => value.isWellFormed() && !value.includes("\0"));
  fc.assert(
    fc.property(text, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.boolean(), (a, b, c) => {
      const key = { a, b: String(b), c };
      const segment = renderKey(find("Many"), key);
      expect(segment).not.toBeNull();
      checkPath(`/api/many/${segment}`);
      expect(parseKey(find("Many"), String(segment))).toEqual(key);
    }),
  );
});

test("a row without its whole key has no segment", () => {
  expect(renderKey(find("Many"), { a: "x", b: "1" })).toBeNull();
  expect(renderKey(find("One"), { id: null })).toBeNull();
});

test.each([
  ["One", "x", /^id: expected an integer/],
  ["One", "1,2", /^id: expected an integer/],
  ["One", "", /^id: expected an integer/],
  ["One", "01", /^id: expected an integer/],
  ["Many", "a,1", "The key of a Many is a,b,c: 3 parts; got 2."],
  ["Many", "a,1,true,x", "The key of a Many is a,b,c: 3 parts; got 4."],
  ["Many", "a,x,true", /^b: expected/],
])("%s refuses the key %j", (name, segment, message) => {
  expect(() => parseKey(find(name), segment)).toThrow(message);
});

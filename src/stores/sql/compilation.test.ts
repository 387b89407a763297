/** Places for values: numbered as they stand in the finished text, each value once. */
import { expect, test } from "vitest";
import { createParam } from "../../plan/param-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { Compilation } from "./compilation.ts";
import type { Dialect } from "./dialect.ts";

const int: ScalarType = { kind: "int", list: false };
// Only what the compilation itself asks of a dialect.
const parts: Partial<Dialect> = { placeholder: (position) => `$${position + 1}`, literal: (_, value) => `<${value}>` };
const dialect = parts as Dialect;

function createCompilation(): Compilation {
  return new Compilation({ models: {}, fingerprint: "" }, dialect);
}

test("placeholders are numbered in the order of the text, whatever the order of binding", () => {
  const c = createCompilation();
  const [first, second] = [c.bind(createParam(7, int)), c.bind(createParam(3, int))];
  expect(c.finish(`b = ${second} AND a = ${first} AND c = ${second}`)).toEqual({
    text: "b = $1 AND a = $2 AND c = $1",
    bindings: [
      { kind: "param", index: 3, type: int, form: "value" },
      { kind: "param", index: 7, type: int, form: "value" },
    ],
  });
});

test("one param in two forms takes two places, and one that is not used takes none", () => {
  const c = createCompilation();
  const [value, sortable] = [c.bind(createParam(0, int)), c.bind(createParam(0, int), "sortable")];
  c.bind(createParam(1, int));
  expect(
    c
      .finish(`${value} ${sortable} ${c.bindCollected()}`)
      .bindings.map((binding) => (binding.kind === "param" ? binding.form : binding.kind)),
  ).toEqual(["value", "sortable", "collected"]);
});

test("constraints get literals in their places", () => {
  const c = createCompilation();
  expect(c.inline(`a > ${c.bind(createParam(1, int))}`, [5, 6])).toBe("a > <6>");
});

test("an unknown model is an error of ours", () => {
  expect(() => createCompilation().model("Nowhere")).toThrow("unknown model Nowhere");
});

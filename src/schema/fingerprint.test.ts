import { describe, expect, test } from "vitest";
import type { Models } from "./check-types.ts";
import { createSchema } from "./create-schema.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

describe("the fingerprint", () => {
  const base = fingerprint({
    A: model({ name: t.text(), b: t.ref("B") }, { access: { read: true } }),
    B: model({ x: t.int() }),
  });

  test("does not change with what the database does not know", () => {
    expect(
      fingerprint({
        B: model({ x: t.int().min(5).describe("x") }),
        A: model({ b: t.ref("B"), name: t.text().max(5).hidden().default("") }, { plural: "as" }),
      }),
    ).toBe(base);
  });

  test.each<[string, object]>([
    ["a column", { A: model({ name: t.text(), b: t.ref("B"), c: t.int() }), B: model({ x: t.int() }) }],
    ["a type", { A: model({ name: t.uuid(), b: t.ref("B") }), B: model({ x: t.int() }) }],
    ["nullability", { A: model({ name: t.text().optional(), b: t.ref("B") }), B: model({ x: t.int() }) }],
    ["a table", { A: model({ name: t.text(), b: t.ref("B") }, { table: "z" }), B: model({ x: t.int() }) }],
    ["an index", { A: model({ name: t.text(), b: t.ref("B") }, { index: [["name"]] }), B: model({ x: t.int() }) }],
    ["uniqueness", { A: model({ name: t.text().unique(), b: t.ref("B") }), B: model({ x: t.int() }) }],
    [
      "a check",
      { A: model({ name: t.text(), b: t.ref("B") }), B: model({ x: t.int() }, { check: { some: { x: { gt: 0 } } } }) },
    ],
    ["a link", { A: model({ name: t.text(), b: t.ref("B"), bs: t.manyToMany("B") }), B: model({ x: t.int() }) }],
    ["a key", { A: model({ name: t.text(), b: t.ref("B") }), B: model({ x: t.int() }, { key: "x" }) }],
  ])("changes with %s", (_what, models) => expect(fingerprint(models)).not.toBe(base));

  function fingerprint(models: object): string {
    // Different shapes of models, one parameter.
    return createSchema(models as Models).schema.fingerprint;
  }
});

/** The guide lists exactly the operators that there are, kind by kind. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { jsonOperators, listOperators } from "../../src/schema/operators.ts";
import type { ScalarKind } from "../../src/schema/schema-model.ts";

const page = readFileSync(new URL("../../docs/querying.md", import.meta.url), "utf8");
const table = page.slice(page.indexOf("### Operators"), page.indexOf("- **Without regard to case**"));
const rows = new Map(
  table
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.includes("`"))
    .flatMap((line) => {
      const [, kinds = "", operators = ""] = line.split("|");
      return kinds.split(",").map((kind): [string, readonly string[]] => [kind.trim(), listNames(operators)]);
    }),
);

function listNames(text: string): readonly string[] {
  return [...text.matchAll(/`(\w+)`/g)].flatMap(([, name]) => name ?? []);
}

test.each<ScalarKind>([
  "text",
  "int",
  "bigint",
  "float",
  "decimal",
  "date",
  "datetime",
  "uuid",
  "bool",
  "enum",
  "bytes",
])("of %s", (kind) => {
  expect(rows.get(kind)).toEqual(listOperators({ kind, list: false }));
});

test("of json, of lists and of nothing else", () => {
  expect(rows.get("json")).toEqual([
    ...listOperators({ kind: "json", list: false }),
    "path",
    ...jsonOperators,
    "exists",
  ]);
  const list = [...listOperators({ kind: "text", list: true }), ...listOperators({ kind: "json", list: true })];
  expect(rows.get("a list")).toEqual(list);
  expect(rows.size).toBe(13);
});

import { expect, test } from "vitest";
import { createSchema } from "../../schema/create-schema.ts";
import { type Model, model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { describeTables, type TableSpec } from "../sql/describe-tables.ts";
import { createDialect, mariadb } from "./compiler.ts";
import { fitColumns } from "./fit-columns.ts";

function fitModels(models: Readonly<Record<string, Model>>): readonly TableSpec[] {
  return fitColumns(describeTables(createSchema(models).schema, createDialect(mariadb)));
}

function typesOf(tables: readonly TableSpec[], name: string): Readonly<Record<string, string>> {
  const table = tables.find((other) => other.name === name);
  return Object.fromEntries(table?.columns.map((column) => [column.name, column.type]) ?? []);
}

test("a text has a length where an index must hold it whole, and nowhere else", () => {
  const tables = fitModels({
    User: model(
      { email: t.text().unique(), name: t.text(), about: t.text(), nick: t.text().max(20) },
      { index: [["name"]] },
    ),
  });
  expect(typesOf(tables, "user")).toEqual({
    id: "CHAR(36)",
    email: "VARCHAR(768)",
    name: "LONGTEXT",
    about: "LONGTEXT",
    nick: "VARCHAR(20)",
  });
  const index = tables[0]?.indexes.find(({ columns }) => columns.join() === "name");
  expect(index?.expressions).toEqual(["`name`(191)"]);
});

test("what refers to a key is as long as the key, and link tables divide an index", () => {
  const tables = fitModels({
    Tag: model({ name: t.text(), near: t.manyToMany("Tag") }, { key: "name" }),
    Use: model({ n: t.int(), tag: t.ref("Tag") }, { key: ["n", "tag"] }),
  });
  expect(typesOf(tables, "tag")).toEqual({ name: "VARCHAR(384)" });
  expect(typesOf(tables, "use")).toEqual({ n: "BIGINT", tag_name: "VARCHAR(384)" });
  expect(typesOf(tables, "tag_near")).toEqual({ source_name: "VARCHAR(384)", target_name: "VARCHAR(384)" });
});

test("declared lengths that do not fit are named", () => {
  const Pair = model({ a: t.text().max(500), b: t.text().max(500) }, { key: ["a", "b"] });
  expect(() => fitModels({ Pair })).toThrow(
    expect.objectContaining({
      code: "FTG_SCHEMA",
      problems: [expect.objectContaining({ path: "Pair (a, b)", detail: expect.stringContaining("4000 bytes") })],
    }),
  );
});

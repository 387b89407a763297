/** The text of compiled plans, and that SQLite answers it by its indexes. */

import { beforeAll, describe, expect, test } from "vitest";
import {
  byCode,
  byId,
  createCompiler,
  downBy,
  emptyRows,
  idAndName,
  int,
  isEqual,
  listCities,
  text,
} from "../../../test/support/compiled-plans.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createConstantItem } from "../../plan/constant-item.ts";
import { createHop, createOrder } from "../../plan/order-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { createPlan, type Plan } from "../../plan/plan.ts";
import {
  always,
  createCompare,
  createExists,
  createIn,
  createNot,
  type PredicateNode,
} from "../../plan/predicate-node.ts";
import {
  createFieldItem,
  createManyItem,
  createOneItem,
  createRows,
  createSeek,
  createSelect,
  type RowsNode,
} from "../../plan/rows-node.ts";
import { createAssignment, createLink } from "../../plan/write-nodes.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { compileCreateTables } from "../sql/compare-tables.ts";
import { describeTables } from "../sql/describe-tables.ts";
import { tableWriter } from "./alter.ts";
import { dialect } from "./compiler.ts";
import { Connection } from "./driver.ts";

const { schema } = createSchema({
  Country: model(
    { code: t.text(), name: t.text(), cities: t.many("City", "country"), borders: t.manyToMany("Country") },
    { key: "code" },
  ),
  City: model(
    {
      id: t.int(),
      name: t.text(),
      population: t.int(),
      rank: t.int().optional(),
      price: t.decimal(10, 2),
      country: t.ref("Country"),
    },
    {
      key: "id",
      index: [["population"], ["name"], ["price"], ["country", "population"]],
      check: { sane: { any: [{ rank: { gt: 0 } }, { name: "it's" }] } },
    },
  ),
});

const { compileRead, compileSteps } = createCompiler(schema, dialect);

describe("reads", () => {
  test("a list is one statement that reads one row more", () => {
    expect(compileRead(listCities({}))).toBe(
      `SELECT CAST(concat('[', group_concat(concat('{"id":', r2.c1, ',"title":', json_quote(r2.c2), '}'), ',\n'), ']') AS BLOB), ` +
        `count(*), group_concat(r2.c1, '\n') FROM (SELECT t1."id" AS c1, t1."name" AS c2 FROM "city" AS t1 ORDER BY t1."id" LIMIT ?1 + 1) AS r2`,
    );
  });

  test("one row needs no counting", () => {
    const plan = listCities({ output: { kind: "single", select: idAndName }, limit: null, where: isEqual("id", int) });
    expect(compileRead(plan)).toBe(
      `SELECT concat('{"id":', r2.c1, ',"title":', json_quote(r2.c2), '}') ` +
        `FROM (SELECT t1."id" AS c1, t1."name" AS c2 FROM "city" AS t1 WHERE t1."id" = ?1 ORDER BY t1."id" LIMIT 1) AS r2`,
    );
  });

  test("nested rows stand inside, with their rules", () => {
    const cities = createManyItem(
      "cities",
      "cities",
      createRows({
        ...emptyRows("City", [byId]),
        access: isEqual("name", text),
        output: { kind: "array", select: idAndName },
      }),
    );
    const select = createSelect([createConstantItem("type", "it's"), cities]);
    const plan = createPlan({
      kind: "read",
      rows: createRows({ ...emptyRows("Country", [byCode]), output: { kind: "single", select } }),
    });
    expect(compileRead(plan)).toBe(
      `SELECT concat('{"type":', '"it''s"', ',"cities":', (SELECT concat('[', group_concat(concat('{"id":', r4.c1, ',"title":', json_quote(r4.c2), '}'), ','), ']') ` +
        `FROM (SELECT t3."id" AS c1, t3."name" AS c2 FROM "city" AS t3 WHERE t3."country_code" = r2.c1 AND t3."name" = ?1 ORDER BY t3."id" LIMIT ?2 + 0) AS r4), '}') ` +
        `FROM (SELECT t1."code" AS c1 FROM "country" AS t1 ORDER BY t1."code" LIMIT 1) AS r2`,
    );
  });

  test("a rule of a to-one relation stands in its join, as one of a sort hop does", () => {
    const access = isEqual("name", text);
    const country = createOneItem({
      as: "country",
      relation: "country",
      access,
      where: always,
      select: createSelect([createFieldItem("code", "code")]),
    });
    const plan = listCities({
      output: { kind: "single", select: createSelect([country]) },
      order: [createOrder([createHop("country", access)], createColumn("name"), true), byId],
    });
    expect(compileRead(plan)).toBe(
      `SELECT concat('{"country":', CASE WHEN t4."code" IS NULL THEN 'null' ELSE concat('{"code":', json_quote(t4."code"), '}') END, '}') ` +
        `FROM (SELECT t1."country_code" AS c1 FROM "city" AS t1 LEFT JOIN "country" AS t2 ON t2."code" = t1."country_code" AND t2."name" = ?1 ` +
        `ORDER BY t2."name" DESC, t1."id" LIMIT 1) AS r3 LEFT JOIN "country" AS t4 ON t4."code" = r3.c1 AND t4."name" = ?1`,
    );
  });

  test("a row is joined to seven others at most; further ones are looked up", () => {
    const show = (as: string) =>
      createOneItem({ as, relation: "country", access: always, where: always, select: createSelect([]) });
    const items = Array.from({ length: 9 }, (_, index) => show(`c${index}`));
    const text = compileRead(listCities({ output: { kind: "single", select: createSelect(items) }, order: [byId] }));
    expect(text.match(/LEFT JOIN "country"/g)).toHaveLength(7);
    expect(text).toContain(
      `,"c7":', coalesce((SELECT '{}' FROM "country" AS t10 WHERE t10."code" = r2.c1), 'null'), ',"c8":', coalesce((SELECT `,
    );
  });

  test.each<[string, PredicateNode, string]>([
    ["not", createNot(isEqual("name", text)), `(t1."name" = ?1) IS NOT TRUE`],
    [
      "in",
      createIn(createColumn("name"), createParam(1, { ...text, list: true })),
      `t1."name" IN (SELECT value FROM json_each(?1))`,
    ],
    [
      "startsWith",
      createCompare(createColumn("name"), "startsWith", createParam(1, text)),
      `(t1."name" >= ?1 AND t1."name" < ?1 || CAST(x'FF' AS TEXT))`,
    ],
    [
      "a decimal",
      createCompare(createColumn("price"), "gt", createParam(1, { kind: "decimal", list: false })),
      `footing_decimal_key(t1."price") > ?1`,
    ],
    [
      "exists",
      createExists("country", always, isEqual("code", text)),
      `EXISTS (SELECT 1 FROM "country" AS t2 WHERE t2."code" = t1."country_code" AND t2."code" = ?1)`,
    ],
  ])("the condition %s", (_, where, expected) => {
    expect(compileRead(createPlan({ kind: "count", model: "City", access: always, where }))).toBe(
      `SELECT count(*) FROM "city" AS t1 WHERE ${expected}`,
    );
  });

  test("a seek compares rows where it can, and looks at nulls where it must", () => {
    const seek = createSeek("after", [createParam(1, int), createParam(2, int)]);
    const plain = compileRead(listCities({ order: [createOrder([], createColumn("population"), false), byId], seek }));
    expect(plain).toContain(`WHERE (t1."population", t1."id") > (?1, ?2) ORDER BY t1."population", t1."id"`);
    const mixed = compileRead(listCities({ order: [createOrder([], createColumn("population"), true), byId], seek }));
    expect(mixed).toContain(
      `WHERE (t1."population" <= ?1 AND (t1."population" < ?1 OR (t1."population" = ?1 AND t1."id" > ?2)))`,
    );
    const nullable = compileRead(
      listCities({
        order: [createOrder([], createColumn("rank"), false), byId],
        seek: { ...seek, direction: "before" },
      }),
    );
    expect(nullable).toContain(
      `WHERE ((t1."rank" < ?1 OR (t1."rank" IS NULL AND ?1 IS NOT NULL)) OR (t1."rank" IS ?1 AND t1."id" < ?2)) ORDER BY t1."rank" DESC, t1."id" DESC`,
    );
  });

  test("a plan without an access decision is refused", () => {
    expect(() => compileRead(listCities({ access: null }))).toThrow("without an access decision");
  });
});

describe("writes", () => {
  const code = createAssignment(createColumn("code"), createParam(0, text));
  const name = createAssignment(createColumn("name"), createParam(1, text));
  const links = [createLink("borders", "set", createParam(2, { kind: "keys", parts: [text] }))];

  test("a create inserts, links, and looks at its rule", () => {
    const plan = createPlan({
      kind: "create",
      model: "Country",
      assignments: [code, name],
      links,
      references: [],
      check: isEqual("name", text),
      returning: null,
    });
    expect(compileSteps(plan)).toEqual([
      ["change", `INSERT INTO "country" ("code", "name") VALUES (?1, ?2)`],
      [
        "link",
        `INSERT INTO "country_borders" ("source_code", "target_code") SELECT DISTINCT t1."code", k2.value ->> 0 FROM "country" AS t1 CROSS JOIN json_each(?1) AS k2 WHERE t1."code" = ?2`,
      ],
      ["rule", `SELECT 1 FROM "country" AS t1 WHERE t1."code" = ?1 AND (t1."name" = ?2) IS NOT TRUE LIMIT 1`],
    ]);
  });

  test("a change of many rows without a rule is one statement", () => {
    const target = {
      kind: "target",
      where: isEqual("name", text),
      single: false,
      readable: always,
      allowed: always,
      expected: null,
      atMost: null,
    } as const;
    const plan = createPlan({
      kind: "update",
      bounds: [],
      model: "Country",
      target,
      assignments: [name],
      links: [],
      references: [],
      check: always,
      returning: null,
    });
    expect(compileSteps(plan)).toEqual([["change", `UPDATE "country" AS t1 SET "name" = ?1 WHERE t1."name" = ?1`]]);
    expect(compileSteps({ ...plan, check: isEqual("name", text) }).map(([kind]) => kind)).toEqual([
      "collect",
      "change",
      "rule",
    ]);
  });

  test("tables, keys, references, checks and indexes", () => {
    expect(compileCreateTables(tableWriter, describeTables(schema, dialect))).toEqual([
      `CREATE TABLE "country" (\n  "code" TEXT NOT NULL,\n  "name" TEXT NOT NULL,\n  PRIMARY KEY ("code")\n) STRICT`,
      `CREATE TABLE "city" (\n  "id" INTEGER NOT NULL,\n  "name" TEXT NOT NULL,\n  "population" INTEGER NOT NULL,\n  "rank" INTEGER,\n  "price" TEXT NOT NULL,\n  ` +
        `"country_code" TEXT NOT NULL,\n  PRIMARY KEY ("id"),\n  FOREIGN KEY ("country_code") REFERENCES "country" ("code"),\n  ` +
        `CONSTRAINT "city_sane_check" CHECK ((("rank" > 0 OR "name" = 'it''s')) IS TRUE)\n) STRICT`,
      `CREATE INDEX "city_country_code_id_index" ON "city" ("country_code", "id")`,
      `CREATE INDEX "city_country_code_population_index" ON "city" ("country_code", "population")`,
      `CREATE INDEX "city_price_index" ON "city" (footing_decimal_key("price"))`,
      `CREATE INDEX "city_name_index" ON "city" ("name")`,
      `CREATE INDEX "city_population_index" ON "city" ("population")`,
      `CREATE TABLE "country_borders" (\n  "source_code" TEXT NOT NULL,\n  "target_code" TEXT NOT NULL,\n  PRIMARY KEY ("source_code", "target_code"),\n  ` +
        `FOREIGN KEY ("source_code") REFERENCES "country" ("code") ON DELETE CASCADE,\n  FOREIGN KEY ("target_code") REFERENCES "country" ("code") ON DELETE CASCADE\n) STRICT, WITHOUT ROWID`,
      `CREATE INDEX "country_borders_target_index" ON "country_borders" ("target_code")`,
    ]);
  });
});

describe("the plans of SQLite", () => {
  const connection = new Connection(":memory:");

  beforeAll(() => {
    for (const statement of compileCreateTables(tableWriter, describeTables(schema, dialect)))
      connection.exec(statement);
    connection.exec(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99) INSERT INTO country SELECT 'C' || i, 'Country ' || i FROM n;
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)
      INSERT INTO city SELECT i, 'City ' || i, i * 7 % 1000, 1, i || '.00', 'C' || (i % 100) FROM n; ANALYZE`);
  });

  function explain(plan: Plan): readonly string[] {
    return connection.all(`EXPLAIN QUERY PLAN ${compileRead(plan)}`).map((row) => String(row["detail"]));
  }

  test.each<[string, Partial<RowsNode>, string]>([
    ["a list by key", {}, "SCAN t1"],
    ["one row by key", { where: isEqual("id", int) }, "SEARCH t1 USING INTEGER PRIMARY KEY (rowid=?)"],
    ["sorted", { order: downBy("population") }, "SCAN t1 USING INDEX city_population_index"],
    [
      "behind a cursor",
      { order: downBy("population"), seek: createSeek("after", [createParam(1, int), createParam(2, int)]) },
      "SEARCH t1 USING INDEX city_population_index (population<?)",
    ],
    [
      "filtered by a ref, sorted",
      { where: isEqual("country", text), order: downBy("population") },
      "SEARCH t1 USING INDEX city_country_code_population_index (country_code=?)",
    ],
    [
      "by the start of a text",
      { where: createCompare(createColumn("name"), "startsWith", createParam(1, text)) },
      "SEARCH t1 USING COVERING INDEX city_name_index (name>? AND name<?)",
    ],
    [
      "by members",
      { where: createIn(createColumn("name"), createParam(1, { ...text, list: true })) },
      "SEARCH t1 USING COVERING INDEX city_name_index (name=?)",
    ],
    [
      "a range of decimals",
      {
        where: createCompare(createColumn("price"), "lt", createParam(1, { kind: "decimal", list: false })),
        order: downBy("price"),
      },
      "SEARCH t1 USING INDEX city_price_index (<expr><?)",
    ],
    [
      "through a relation",
      { where: createExists("country", isEqual("code", text), always) },
      "SEARCH t1 USING INDEX city_country_code_id_index (country_code=?)",
    ],
  ])("%s", (_, rows, expected) => {
    expect(explain(listCities(rows))).toContain(expected);
  });

  test("nested rows are found by their foreign key", () => {
    const rows = createRows({
      ...emptyRows("City", downBy("population")),
      output: { kind: "array", select: idAndName },
    });
    const plan = createPlan({
      kind: "read",
      rows: createRows({
        ...emptyRows("Country", [byCode]),
        output: { kind: "array", select: createSelect([createManyItem("cities", "cities", rows)]) },
      }),
    });
    expect(explain(plan)).toContain("SEARCH t3 USING INDEX city_country_code_population_index (country_code=?)");
  });
});

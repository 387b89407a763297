/** The text of compiled plans, and that PostgreSQL answers it by its indexes. */
import { beforeAll, describe, expect, test } from "vitest";
import { createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import {
  byCode,
  byId,
  createCompiler,
  downBy,
  emptyRows,
  int,
  isEqual,
  listCities,
  text,
} from "../../../test/support/compiled-plans.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createHop, createOrder } from "../../plan/order-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { createPlan, type Plan, type TargetNode } from "../../plan/plan.ts";
import { always, createCompare, createExists, createIn, type PredicateNode } from "../../plan/predicate-node.ts";
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
import { describeTables } from "../sql/describe-tables.ts";
import { compileCreateTables } from "./alter.ts";
import { dialect } from "./compiler.ts";

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
      index: [["population"], ["name"], ["price"], ["rank"], ["country", "population"]],
      check: { sane: { any: [{ rank: { gt: 0 } }, { name: "it's" }] } },
    },
  ),
  Sample: model(
    {
      id: t.uuid(),
      f: t.float().optional(),
      b: t.bool(),
      big: t.bigint(),
      d: t.date(),
      at: t.datetime().optional(),
      raw: t.bytes(),
      tree: t.json().optional(),
    },
    { key: "id" },
  ),
});

const { compileRead, compileSteps } = createCompiler(schema, dialect);

/** Countries with their most populous cities, each city with its country. */
function listNested(): Plan {
  const country = createOneItem({
    as: "country",
    relation: "country",
    access: always,
    where: always,
    select: createSelect([createFieldItem("name", "name")]),
  });
  const cities = createRows({
    ...emptyRows("City", downBy("population")),
    limit: createParam(1, int),
    output: { kind: "array", select: createSelect([createFieldItem("id", "id"), country]) },
  });
  const select = createSelect([createFieldItem("code", "code"), createManyItem("cities", "cities", cities)]);
  return createPlan({
    kind: "read",
    rows: createRows({ ...emptyRows("Country", [byCode]), output: { kind: "array", select } }),
  });
}

describe("reads", () => {
  test("a list is one statement that reads one row more", () => {
    expect(compileRead(listCities({}))).toBe(
      `SELECT concat('[', string_agg(concat('{"id":', r2.c1, ',"title":', to_json(r2.c2), '}'), E',\\n'), ']'), ` +
        `count(*), string_agg(concat(r2.c1), E'\\n') FROM (SELECT t1."id" AS c1, t1."name" AS c2 FROM "city" AS t1 ORDER BY t1."id" LIMIT $1::bigint + 1) AS r2`,
    );
  });

  test("nested rows stand inside", () => {
    expect(compileRead(listNested())).toBe(
      `SELECT concat('[', string_agg(concat('{"code":', to_json(r2.c1), ',"cities":', (SELECT concat('[', string_agg(concat('{"id":', r4.c1, ` +
        `',"country":', CASE WHEN t5."code" IS NULL THEN 'null' ELSE concat('{"name":', to_json(t5."name"), '}') END, '}'), ',' ORDER BY r4.c3 DESC, r4.c1 DESC), ']') ` +
        `FROM (SELECT t3."id" AS c1, t3."country_code" AS c2, t3."population" AS c3 FROM "city" AS t3 WHERE t3."country_code" = r2.c1 ORDER BY t3."population" DESC, t3."id" DESC LIMIT $1::bigint + 0) AS r4 ` +
        `LEFT JOIN LATERAL (SELECT * FROM "country" AS t5 WHERE t5."code" = r4.c2 OFFSET 0) AS t5 ON true), '}'), E',\\n'), ']'), ` +
        `count(*), string_agg(concat(to_json(r2.c1)), E'\\n') FROM (SELECT t1."code" AS c1 FROM "country" AS t1 ORDER BY t1."code" LIMIT $2::bigint + 1) AS r2`,
    );
  });

  test("each type has its way into JSON", () => {
    const fields = ["id", "b", "big", "d", "at", "raw", "tree"].map((name) => createFieldItem(name, name));
    const plan = createPlan({
      kind: "read",
      rows: createRows({
        ...emptyRows("Sample", [byId]),
        limit: null,
        output: { kind: "single", select: createSelect(fields) },
      }),
    });
    expect(compileRead(plan).split(" FROM (")[0]).toBe(
      `SELECT concat('{"id":', '"' || r2.c1 || '"', ',"b":', r2.c2::text, ',"big":', '"' || r2.c3 || '"', ` +
        `',"d":', to_json(r2.c4), ',"at":', coalesce(to_char(r2.c5 AT TIME ZONE 'UTC', '"\\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\\""'), 'null'), ` +
        `',"raw":', '"' || replace(encode(r2.c6, 'base64'), E'\\n', '') || '"', ',"tree":', coalesce(r2.c7, 'null'), '}')`,
    );
  });

  test.each<[string, PredicateNode, string]>([
    ["in", createIn(createColumn("name"), createParam(1, { ...text, list: true })), `t1."name" = ANY ($1::text[])`],
    [
      "startsWith",
      createCompare(createColumn("name"), "startsWith", createParam(1, text)),
      `(t1."name" >= $1::text COLLATE "C" AND t1."name" < $1::text COLLATE "C" || repeat(chr(1114111), 64))`,
    ],
    [
      "contains",
      createCompare(createColumn("name"), "contains", createParam(1, text)),
      `strpos(t1."name", $1::text COLLATE "C") > 0`,
    ],
    [
      "a decimal",
      createCompare(createColumn("price"), "gt", createParam(1, { kind: "decimal", list: false })),
      `t1."price" > $1::numeric`,
    ],
    [
      "exists",
      createExists("country", always, isEqual("code", text)),
      `EXISTS (SELECT 1 FROM "country" AS t2 WHERE t2."code" = t1."country_code" AND t2."code" = $1::text COLLATE "C")`,
    ],
  ])("the condition %s", (_, where, expected) => {
    expect(compileRead(createPlan({ kind: "count", model: "City", access: always, where }))).toBe(
      `SELECT count(*) FROM "city" AS t1 WHERE ${expected}`,
    );
  });

  test("where null is possible, the order says that it is the smallest value", () => {
    const ascending = [createOrder([], createColumn("rank"), false), byId];
    expect(compileRead(listCities({ order: ascending }))).toContain(`ORDER BY t1."rank" NULLS FIRST, t1."id" LIMIT`);
    expect(compileRead(listCities({ order: downBy("rank") }))).toContain(
      `ORDER BY t1."rank" DESC NULLS LAST, t1."id" DESC LIMIT`,
    );
    const throughHop = [createOrder([createHop("country", isEqual("name", text))], createColumn("name"), false), byId];
    expect(compileRead(listCities({ order: throughHop }))).toContain(`ORDER BY t2."name" NULLS FIRST, t1."id" LIMIT`);
  });

  test("more than 100 parts of an object are joined in parts", () => {
    const fields = Array.from({ length: 60 }, (_, index) => createFieldItem(`f${index}`, "id"));
    const plan = listCities({ output: { kind: "single", select: createSelect(fields) }, limit: null });
    for (const call of compileRead(plan).split("concat(").slice(1)) expect(call.split(", ").length).toBeLessThan(101);
  });
});

describe("writes", () => {
  const code = createAssignment(createColumn("code"), createParam(0, text));
  const name = createAssignment(createColumn("name"), createParam(1, text));
  const links = [createLink("borders", "set", createParam(2, { kind: "keys", parts: [text] }))];

  test("a create or update that nothing follows answers its row by itself", () => {
    const select = createSelect([createFieldItem("name", "name")]);
    const plan = createPlan({
      kind: "create",
      model: "Country",
      assignments: [code, name],
      links: [],
      references: [],
      check: always,
      returning: { kind: "returning", access: always, select },
    });
    expect(compileSteps(plan)).toEqual([
      [
        "changeOne",
        `INSERT INTO "country" ("code", "name") VALUES ($1::text COLLATE "C", $2::text COLLATE "C") ` +
          `RETURNING concat('{"name":', to_json("name"), '}')`,
      ],
    ]);
    const target: TargetNode = {
      kind: "target",
      where: createCompare(createColumn("code"), "eq", createParam(0, text)),
      single: true,
      readable: always,
      allowed: always,
      expected: null,
      atMost: null,
    };
    expect(compileSteps(createPlan({ ...plan, kind: "update", bounds: [], target, assignments: [name] }))).toEqual([
      [
        "changeOne",
        `UPDATE "country" AS t1 SET "name" = $1::text COLLATE "C" WHERE t1."code" = $2::text COLLATE "C" ` +
          `RETURNING concat('{"name":', to_json(t1."name"), '}')`,
      ],
    ]);
    const judged = createPlan({ ...plan, returning: { kind: "returning", access: isEqual("name", text), select } });
    expect(compileSteps(judged).map(([kind]) => kind)).toEqual(["change", "return"]);
  });

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
      ["change", `INSERT INTO "country" ("code", "name") VALUES ($1::text COLLATE "C", $2::text COLLATE "C")`],
      [
        "link",
        `INSERT INTO "country_borders" ("source_code", "target_code") SELECT DISTINCT t1."code", (k2.key ->> 0)::text FROM "country" AS t1 ` +
          `CROSS JOIN json_array_elements($1::json) WITH ORDINALITY AS k2(key, place) WHERE t1."code" = $2::text COLLATE "C"`,
      ],
      [
        "rule",
        `SELECT 1 FROM "country" AS t1 WHERE t1."code" = $1::text COLLATE "C" AND (t1."name" = $2::text COLLATE "C") IS NOT TRUE LIMIT 1`,
      ],
    ]);
  });

  test("tables, keys, references, checks and indexes", () => {
    const tables = describeTables(schema, dialect).filter(({ name: table }) => table !== "sample");
    expect(compileCreateTables(tables)).toEqual([
      `CREATE TABLE "country" (\n  "code" text COLLATE "C" NOT NULL,\n  "name" text COLLATE "C" NOT NULL,\n  PRIMARY KEY ("code")\n)`,
      `CREATE TABLE "city" (\n  "id" bigint NOT NULL,\n  "name" text COLLATE "C" NOT NULL,\n  "population" bigint NOT NULL,\n  "rank" bigint,\n  "price" numeric(10,2) NOT NULL,\n  ` +
        `"country_code" text COLLATE "C" NOT NULL,\n  PRIMARY KEY ("id"),\n  ` +
        `CONSTRAINT "city_sane_check" CHECK ((("rank" > '0'::bigint OR "name" = 'it''s'::text COLLATE "C")) IS TRUE)\n)`,
      `COMMENT ON CONSTRAINT "city_sane_check" ON "city" IS 'footing: (("rank" > ''0''::bigint OR "name" = ''it''''s''::text COLLATE "C")) IS TRUE'`,
      `CREATE INDEX "city_population_index" ON "city" ("population")`,
      `CREATE INDEX "city_name_index" ON "city" ("name")`,
      `CREATE INDEX "city_price_index" ON "city" ("price")`,
      `CREATE INDEX "city_rank_index" ON "city" ("rank" NULLS FIRST)`,
      `CREATE INDEX "city_country_code_population_index" ON "city" ("country_code", "population")`,
      `CREATE INDEX "city_country_code_id_index" ON "city" ("country_code", "id")`,
      `CREATE TABLE "country_borders" (\n  "source_code" text COLLATE "C" NOT NULL,\n  "target_code" text COLLATE "C" NOT NULL,\n  PRIMARY KEY ("source_code", "target_code")\n)`,
      `CREATE INDEX "country_borders_target_index" ON "country_borders" ("target_code")`,
      `ALTER TABLE "city" ADD FOREIGN KEY ("country_code") REFERENCES "country" ("code")`,
      `ALTER TABLE "country_borders" ADD FOREIGN KEY ("source_code") REFERENCES "country" ("code") ON DELETE CASCADE`,
      `ALTER TABLE "country_borders" ADD FOREIGN KEY ("target_code") REFERENCES "country" ("code") ON DELETE CASCADE`,
    ]);
  });
});

describeWithServer("postgres", "the plans of PostgreSQL", () => {
  let url: string;

  beforeAll(async () => {
    url = await createPostgresSchema();
    await runPostgres(
      url,
      `${compileCreateTables(describeTables(schema, dialect)).join(";")};
       INSERT INTO country SELECT 'C' || i, 'Country ' || i FROM generate_series(0, 199) AS i;
       INSERT INTO city SELECT i, 'City ' || i, i * 7 % 1000, nullif(i % 50, 0) + 1, i, 'C' || (i % 200) FROM generate_series(1, 20000) AS i
         WHERE i % 50 > 0;
       ANALYZE`,
    );
  });

  /** The plan for values that the test names, one per placeholder. */
  async function explain(plan: Plan, values: readonly string[]): Promise<string> {
    const list = values.map((value) => `'${value}'`).join(", ");
    const rows = await runPostgres(
      url,
      `SET jit = off; PREPARE statement AS ${compileRead(plan)}; EXPLAIN (COSTS off) EXECUTE statement (${list})`,
    );
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  }

  test.each<[string, Partial<RowsNode>, readonly string[], string]>([
    ["a list by key", {}, ["20"], "Index Scan using city_pkey on city t1"],
    ["one row by key", { where: isEqual("id", int) }, ["5", "20"], "Index Scan using city_pkey on city t1"],
    ["sorted", { order: downBy("population") }, ["20"], "Index Scan Backward using city_population_index on city t1"],
    [
      "sorted by what may be null",
      { order: [createOrder([], createColumn("rank"), false), byId] },
      ["20"],
      "using city_rank_index on city t1",
    ],
    [
      "sorted down by what may be null",
      { order: downBy("rank") },
      ["20"],
      "Index Scan Backward using city_rank_index on city t1",
    ],
    [
      "behind a cursor",
      { order: downBy("population"), seek: createSeek("after", [createParam(1, int), createParam(2, int)]) },
      ["990", "5", "20"],
      "using city_population_index on city t1",
    ],
    [
      "filtered by a ref, sorted",
      { where: isEqual("country", text), order: downBy("population") },
      ["C7", "20"],
      "using city_country_code_population_index on city t1",
    ],
    [
      "by the start of a text",
      { where: createCompare(createColumn("name"), "startsWith", createParam(1, text)) },
      ["City 1999", "20"],
      "city_name_index",
    ],
    [
      "by members",
      { where: createIn(createColumn("name"), createParam(1, { ...text, list: true })) },
      ['{"City 7","City 9"}', "20"],
      "city_name_index",
    ],
    [
      "a range of decimals",
      {
        where: createCompare(createColumn("price"), "lt", createParam(1, { kind: "decimal", list: false })),
        order: downBy("price"),
      },
      ["100", "20"],
      "city_price_index",
    ],
    [
      "through a relation",
      { where: createExists("country", isEqual("name", text), always) },
      ["Country 7", "20"],
      "city_country_code",
    ],
  ])("%s", async (_, rows, values, expected) => {
    const plan = await explain(listCities(rows), values);
    expect(plan).toContain(expected);
    expect(plan).not.toContain("Seq Scan on city");
  });

  test("nested rows are found by their foreign key, and in their order", async () => {
    const plan = await explain(listNested(), ["5", "20"]);
    expect(plan).toContain("Index Scan Backward using city_country_code_population_index on city t3");
    expect(plan).toContain("Index Cond: (country_code = t1.code)");
    expect(plan).not.toContain("Seq Scan on city");
  });
});

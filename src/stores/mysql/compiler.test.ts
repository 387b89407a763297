/** The text of compiled plans for both engines, and that MariaDB answers it by its indexes. */
import { createConnection } from "mariadb";
import { beforeAll, describe, expect, test } from "vitest";
import { describeWithServer, useServer } from "../../../test/servers/shared-servers.ts";
import { systemActor } from "../../engine/actor.ts";
import { createEngine } from "../../engine/engine.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createOrder } from "../../plan/order-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { createPlan, type Plan, type TargetNode } from "../../plan/plan.ts";
import {
  always,
  createAnd,
  createCompare,
  createExists,
  createIn,
  createOr,
  type PredicateNode,
} from "../../plan/predicate-node.ts";
import {
  createFieldItem,
  createManyItem,
  createRows,
  createSeek,
  createSelect,
  type RowsNode,
} from "../../plan/rows-node.ts";
import { createAssignment } from "../../plan/write-nodes.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import { compileBulkWrite } from "../sql/compile-bulk-write.ts";
import { compilePlan } from "../sql/compile-plan.ts";
import { createDialect, mariadb, mysql } from "./compiler.ts";
import { bindValues } from "./session.ts";
import { createMysqlStore } from "./store.ts";

const { schema, rules } = createSchema({
  Country: model(
    { code: t.text().max(4), motto: t.text().max(90).optional().unique(), cities: t.many("City", "country") },
    { key: "code", access: {} },
  ),
  City: model(
    {
      id: t.int(),
      name: t.text().max(100),
      population: t.int(),
      country: t.ref("Country"),
      twin: t.ref("City").optional(),
    },
    { key: "id", index: [["population"], ["name"], ["country", "population"]], access: {} },
  ),
});

const text: ScalarType = { kind: "text", list: false };
const int: ScalarType = { kind: "int", list: false };
const idOnly = createSelect([createFieldItem("id", "id")]);
const byId = createOrder([], createColumn("id"), false);
const byPopulation = [createOrder([], createColumn("population"), true), createOrder([], createColumn("id"), true)];

function listRows(name: string, rows: Partial<RowsNode>): RowsNode {
  return createRows({
    model: name,
    access: always,
    where: always,
    order: [byId],
    limit: createParam(0, int),
    offset: null,
    seek: null,
    cursorTag: null,
    output: { kind: "array", select: idOnly },
    ...rows,
  });
}

function readCities(rows: Partial<RowsNode>): Plan {
  return createPlan({ kind: "read", rows: listRows("City", rows) });
}

const nested = createPlan({
  kind: "read",
  rows: listRows("Country", {
    order: [createOrder([], createColumn("code"), false)],
    output: {
      kind: "array",
      select: createSelect([
        createManyItem("cities", "cities", listRows("City", { order: byPopulation, limit: createParam(1, int) })),
      ]),
    },
  }),
});

function compileText(plan: Plan, flavour = mariadb): string {
  const compiled = compilePlan(schema, createDialect(flavour), plan);
  return compiled.kind === "write" ? "" : compiled.text.text;
}

function compileSteps(plan: Plan, flavour = mariadb): readonly string[] {
  const compiled = compilePlan(schema, createDialect(flavour), plan);
  if (compiled.kind !== "write") return [];
  return compiled.program.steps.map((step) => ("text" in step ? step.text.text : step.kind));
}

function createTarget(where: PredicateNode, single: boolean): TargetNode {
  return { kind: "target", where, single, readable: always, allowed: always, expected: null, atMost: null };
}

const isCity = createCompare(createColumn("id"), "eq", createParam(0, int));
const inPeru = createCompare(createColumn("country"), "eq", createParam(1, text));
const isLarge = createCompare(createColumn("population"), "gt", createParam(2, int));
const isNamed = createCompare(createColumn("name"), "eq", createParam(1, text));
const hasTwin = createExists("twin", always, always);

describe("reads", () => {
  test("a list comes row by row, its keys first, one row more than the limit", () => {
    expect(compileText(readCities({}))).toBe(
      "SELECT t1.`id` AS j0, CAST(COALESCE(CONCAT('{\"id\":', t1.`id`, '}'), '\\0') AS BINARY) AS j1 FROM `city` AS t1 ORDER BY t1.`id` LIMIT ?",
    );
  });

  test("a nested list finds keys first, each engine its own way", () => {
    const rows = "FROM `city` AS t2 WHERE t2.`country_code` = t1.`code`";
    expect(compileText(nested)).toContain(
      "CONCAT('[', (SELECT COALESCE(GROUP_CONCAT(COALESCE(CONCAT('{\"id\":', t2.`id`, '}'), '\\0') ORDER BY a3.n - 1 SEPARATOR ','), '') FROM " +
        "JSON_TABLE(COALESCE(CONCAT('[', COALESCE((SELECT GROUP_CONCAT(CONCAT('[', t2.`id`, ']') ORDER BY t2.`population` DESC, " +
        `t2.\`id\` DESC SEPARATOR ',' LIMIT ?) ${rows}), ''), ']'), '\\0'), '$[*]' COLUMNS (n FOR ORDINALITY, p0 BIGINT PATH '$[0]')) ` +
        "AS a3 JOIN `city` AS t2 ON t2.`id` = a3.p0), ']')",
    );
    expect(compileText(nested, mysql)).toContain(
      "CONCAT('[', (SELECT COALESCE(GROUP_CONCAT(COALESCE(CONCAT('{\"id\":', t2.`id`, '}'), '\\0') ORDER BY a3.n SEPARATOR ','), '') FROM " +
        "(SELECT t2.`id` AS p0, ROW_NUMBER() OVER (ORDER BY t2.`population` DESC, t2.`id` DESC) AS n " +
        `${rows} ORDER BY n LIMIT ?) AS a3 JOIN \`city\` AS t2 ON t2.\`id\` = a3.p0), ']')`,
    );
  });

  test("where an index has the rows in order, the first ones are looked up one by one", () => {
    const index =
      schema.models["City"]?.indexes.find(({ fields }) => fields.join() === "country,population")?.name ?? "";
    const compiled = compilePlan(schema, createDialect(mariadb, new Set([index])), nested);
    const text = compiled.kind === "read" ? compiled.text.text : "";
    const first = `IF(? > 0, (SELECT CONCAT('[', t2.\`id\`, ']') FROM \`city\` AS t2 FORCE INDEX (\`${index}\`)`;
    expect(text.includes(`IF(? <= 10, CONCAT_WS(',', ${first} WHERE`)).toBe(true);
  });

  test.each([
    ["one country by its people", { where: createAnd([inPeru, isLarge]), order: byPopulation }, "country,population"],
    [
      "one country, the other way about",
      { where: createAnd([isLarge, inPeru]), order: byPopulation },
      "country,population",
    ],
    ["one country by the key", { where: inPeru }, "country,id"],
    ["cities by their people", { order: byPopulation }, "population"],
    ["large cities by their people", { where: isLarge, order: byPopulation }, "population"],
    ["cities by the key", {}, null],
    ["large cities of a country by the key", { where: createAnd([inPeru, isLarge]) }, null],
    ["one country by name", { where: inPeru, order: [createOrder([], createColumn("name"), false), byId] }, null],
    ["cities named so, by their people", { where: isNamed, order: byPopulation }, null],
    ["one country or large ones", { where: createOr([inPeru, isLarge]), order: byPopulation }, null],
  ])("%s: read by an index where it holds just these rows in their order", (_, rows, fields) => {
    const indexes = schema.models["City"]?.indexes ?? [];
    const dialect = createDialect(mariadb, new Set(indexes.map(({ name }) => name)));
    const compiled = compilePlan(schema, dialect, readCities(rows));
    const [, name = null] = /FORCE INDEX \(`(\w+)`\)/.exec(compiled.kind === "read" ? compiled.text.text : "") ?? [];
    expect(indexes.find((index) => index.name === name)?.fields.join() ?? null).toBe(fields);
  });
});

describe("writes", () => {
  test("a create answers its row by itself where the engine can", () => {
    const select = createSelect([createFieldItem("id", "id")]);
    const plan = createPlan({
      kind: "create",
      model: "City",
      assignments: [createAssignment(createColumn("id"), createParam(0, int))],
      links: [],
      references: [],
      check: always,
      returning: { kind: "returning", access: always, select },
    });
    const insert = "INSERT INTO `city` (`id`) VALUES (?)";
    const json = "COALESCE(CONCAT('{\"id\":', `id`, '}'), '\\0') AS j0";
    expect(compileSteps(plan)).toEqual([`${insert} RETURNING ${json}`]);
    expect(compileSteps(plan, mysql)).toEqual([
      insert,
      `SELECT ${json.replace("`id`", "t1.`id`")} FROM \`city\` AS t1 WHERE t1.\`id\` = ?`,
    ]);
  });

  test("a change by key is one statement", () => {
    const steps = compileSteps(
      createPlan({
        kind: "update",
        bounds: [],
        model: "City",
        target: createTarget(isCity, true),
        assignments: [createAssignment(createColumn("population"), createParam(1, int))],
        links: [],
        references: [],
        check: always,
        returning: null,
      }),
    );
    expect(steps).toEqual(["UPDATE `city` AS t1 SET t1.`population` = ? WHERE t1.`id` = ?"]);
  });

  test("rows that would get a value of another row are locked by name on MySQL", () => {
    const plan = createPlan({
      kind: "update",
      model: "Country",
      target: createTarget(createCompare(createColumn("code"), "eq", createParam(0, text)), true),
      assignments: [createAssignment(createColumn("motto"), createParam(1, text))],
      links: [],
      references: [],
      bounds: [],
      check: always,
      returning: null,
    });
    const ends = [mariadb, mysql].map((flavour) => {
      const [taken] = compileBulkWrite(schema, createDialect(flavour), plan)?.steps ?? [];
      return taken?.text.text.split(" LIMIT 1")[1];
    });
    expect(ends).toEqual([" FOR UPDATE", " FOR UPDATE OF t1, t2"]);
  });

  test("rows that are judged by others of their table are locked and collected before they change", () => {
    const steps = compileSteps(
      createPlan({ kind: "delete", model: "City", target: createTarget(hasTwin, false), returning: null }),
    );
    expect(steps).toEqual([
      "SELECT count(*), CONCAT(' [', COALESCE(GROUP_CONCAT(CONCAT('[', t1.`id`, ']') SEPARATOR ','), ''), '] ') AS k0 FROM `city` AS t1 " +
        "WHERE EXISTS (SELECT 1 FROM `city` AS t2 WHERE t2.`id` = t1.`twin_id`) FOR UPDATE",
      "UPDATE `city` AS t1 JOIN JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY, p0 BIGINT PATH '$[0]')) AS k2 " +
        "ON t1.`id` = k2.p0 SET t1.`twin_id` = NULL",
      "DELETE t1 FROM `city` AS t1 WHERE t1.`id` IN (SELECT k2.p0 FROM JSON_TABLE(?, '$[*]' COLUMNS " +
        "(n FOR ORDINALITY, p0 BIGINT PATH '$[0]')) AS k2)",
    ]);
  });
});

describeWithServer("mariadb", "with 20,000 rows, an index serves", () => {
  let url = "";
  beforeAll(async () => {
    url = await (await useServer("mariadb")).createDatabase();
    const store = createMysqlStore({ url });
    await store.open(schema, { createTables: true });
    const engine = createEngine({ schema, rules, store });
    const countries = Array.from({ length: 200 }, (_, n) => ({ code: `c${n}` }));
    const cities = Array.from({ length: 20_000 }, (_, id) => {
      return { id, name: `n${(id * 7919) % 20_000}`, population: (id * 31_337) % 20_011, country: `c${id % 200}` };
    });
    await engine.createMany({ model: "Country", data: countries }, systemActor);
    await engine.createMany({ model: "City", data: cities }, systemActor);
    await store.close();
  }, 60_000);

  /** Rows that the server looked at: the tables it reads whole, and `filesort` where it sorts. */
  async function explain(plan: Plan, values: readonly unknown[]): Promise<readonly string[]> {
    const compiled = compilePlan(schema, createDialect(mariadb), plan);
    if (compiled.kind === "write") return [];
    const { hostname: host, port, username: user, password, pathname } = new URL(url);
    const login = { user, password: decodeURIComponent(password), database: pathname.slice(1) };
    const connection = await createConnection({ host, port: Number(port), ...login });
    try {
      await connection.query(`SET NAMES utf8mb4 COLLATE ${mariadb.collation}`);
      const rows: readonly { readonly table: string; readonly type: string; readonly Extra: string }[] =
        await connection.execute(`EXPLAIN ${compiled.text.text}`, bindValues(compiled.text, values, null));
      return rows.flatMap(({ table, type, Extra }) => [
        ...(type === "ALL" && /^t/.test(table) ? [`all of ${table}`] : []),
        ...(Extra.includes("filesort") ? [`filesort of ${table}`] : []),
      ]);
    } finally {
      await connection.end();
    }
  }

  const place = createSeek("after", [createParam(1, int), createParam(2, int)]);
  const startsWith = createCompare(createColumn("name"), "startsWith", createParam(1, text));
  const members = createIn(createColumn("id"), createParam(1, { kind: "int", list: true }));

  test.each([
    ["a list in the order of an index", readCities({ order: byPopulation }), [20]],
    ["the next page of it", readCities({ order: byPopulation, seek: place }), [20, 5000, 7]],
    [
      "the beginning of a text",
      readCities({ where: startsWith, order: [createOrder([], createColumn("name"), false), byId] }),
      [20, "n123"],
    ],
    ["the rows of some keys", readCities({ where: members }), [20, [1, 2, 3]]],
  ])("%s", async (_, plan, values) => {
    expect(
      (await explain(plan, values)).filter((found) => !/filesort/.test(found) || !values.some(Array.isArray)),
    ).toEqual([]);
  });

  test("the rows of a parent", async () => {
    expect(await explain(nested, [20, 5])).not.toContain("all of t2");
  });
});

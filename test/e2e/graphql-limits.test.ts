/** Documents made to exhaust a server: each gets a clear error in little time, and the next request is answered. */
import { getIntrospectionQuery } from "graphql";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createGraphqlApp, type GraphqlApp } from "../support/graphql-app.ts";

/** Three times what the slowest takes on an idle machine. */
const maxMilliseconds = 200;

let app: GraphqlApp;

beforeAll(async () => {
  app = await createGraphqlApp();
  // Warm code is what an attacker meets.
  for (let run = 0; run < 20; run++) await app.run(getIntrospectionQuery());
});

afterEach(async () => {
  expect((await app.run("{ city(id: 1) { name } }")).json).toEqual({ data: { city: { name: "Algiers" } } });
});

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(" ");
const nest = (count: number, open: string, inner: string, close: string): string =>
  open.repeat(count) + inner + close.repeat(count);

/** Fragments that each spread the next one twice, directly or below fields. */
const doubling = (count: number, spread: (name: string) => string): string =>
  `{ city(id: 1) { ...F0 } } ${many(count, (index) => `fragment F${index} on City { ${spread(`F${index + 1}`)} }`)} fragment F${count} on City { id }`;

const bombs: readonly (readonly [name: string, query: string, code: string, message: RegExp])[] = [
  [
    "a flood of root aliases",
    `{ ${many(200, (index) => `a${index}: city(id: 1) { id }`)} }`,
    "FTG_COST",
    /at most 20 root fields; this one has 200/,
  ],
  [
    "a flood of aliases",
    `{ city(id: 1) { ${many(900, (index) => `a${index}: name`)} } }`,
    "FTG_COST",
    /at most 500 fields .* has 901/,
  ],
  ["a flood of __typename", `{ ${many(1600, (index) => `a${index}: __typename`)} }`, "FTG_COST", /at most/],
  [
    "one field over and over",
    `{ city(id: 1) { ${"country { name } ".repeat(490)} } }`,
    "FTG_COST",
    /at most 500 fields/,
  ],
  [
    "a fragment cycle",
    "{ city(id: 1) { ...A } } fragment A on City { ...B } fragment B on City { country { cities { nodes { ...A } } } }",
    "FTG_QUERY",
    /Cannot spread fragment "A" within itself/,
  ],
  ["a fragment in itself", "{ city(id: 1) { ...A } } fragment A on City { ...A }", "FTG_QUERY", /within itself/],
  [
    "exponential fragments",
    doubling(100, (name) => `...${name} ...${name}`),
    "FTG_COST",
    /at most 500 fields .* far more/,
  ],
  [
    "exponential fragments below fields",
    doubling(
      60,
      (name) => `a: country { cities { nodes { ...${name} } } } b: country { cities { nodes { ...${name} } } }`,
    ),
    "FTG_COST",
    /at most 15 levels/,
  ],
  [
    "many fragments in one place",
    `{ city(id: 1) { ${many(400, (index) => `...F${index}`)} } } ${many(400, (index) => `fragment F${index} on City { name }`)}`,
    "FTG_COST",
    /at most 500 fields/,
  ],
  [
    "unused fragments",
    `{ city(id: 1) { id } } ${many(700, (index) => `fragment F${index} on City { name }`)}`,
    "FTG_QUERY",
    /never used/,
  ],
  [
    "deep fields",
    `{ ${nest(500, "cities { nodes { country { ", "name", "} } }")} }`,
    "FTG_COST",
    /at most 15 levels; this one has 1501/,
  ],
  ["deep inline fragments", `{ ${nest(1500, "... { ", "__typename", "}")} }`, "FTG_COST", /at most 15 levels/],
  [
    "deep lists",
    `{ cities(orderBy: ${nest(2400, "[", "", "]")}) { nodes { id } } }`,
    "FTG_COST",
    /nested too deeply|levels of lists/,
  ],
  [
    "deep filters",
    `{ cities(where: ${nest(100, "{ not: ", "{}", "}")}) { nodes { id } } }`,
    "FTG_COST",
    /at most 20 levels of lists and objects/,
  ],
  [
    "deep types",
    `query($a: ${nest(2400, "[", "Int", "]")}) { city(id: $a) { id } }`,
    "FTG_QUERY",
    /Variable "\$a"|too deeply/,
  ],
  [
    "a flood of directives",
    `{ city(id: 1) { id ${"@skip(if: false) ".repeat(600)} } }`,
    "FTG_COST",
    /at most 50 directives; this one has 600/,
  ],
  [
    "a flood of unknown directives",
    `{ city(id: 1) { id ${"@a ".repeat(2400)} } }`,
    "FTG_COST",
    /at most 50 directives; this one has 2400/,
  ],
  [
    "a flood of unknown names",
    `{ city(${many(1200, (index) => `nam${index}: 1`)}) { ${many(900, (index) => `nam${index}`)} } }`,
    "FTG_COST",
    /at most 500 fields/,
  ],
  [
    "a flood of unknown arguments",
    `{ city(${many(1200, (index) => `nam${index}: 1`)}) { id } }`,
    "FTG_QUERY",
    /Unknown argument "nam0"/,
  ],
  [
    "a huge list",
    `{ cities(where: { id: { in: [${"1,".repeat(40_000)}] } }) { nodes { id } } }`,
    "FTG_COST",
    /more than 5000 tokens/,
  ],
  [
    "a long text",
    `{ cities(where: { name: "${"x".repeat(120_000)}" }) { nodes { id } } }`,
    "FTG_COST",
    /more than 100000/,
  ],
  [
    "rows times rows",
    "{ cities(first: 100) { nodes { country { cities(first: 100) { nodes { country { cities(first: 100) { nodes { id } } } } } } } } }",
    "FTG_COST",
    /objects/,
  ],
  [
    "introspection in circles",
    "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
    "FTG_QUERY",
    /introspection depth/,
  ],
];

describe("a document", () => {
  test.each(bombs)("with %s", async (_name, query, code, message) => {
    const started = process.cpuUsage();
    const answer = await app.run(query);
    const spent = milliseconds(started);
    expect(answer.json.errors?.[0]?.extensions.code).toBe(code);
    expect(answer.json.errors?.[0]?.message).toMatch(message);
    expect(answer.json.errors?.length).toBeLessThanOrEqual(21);
    expect(spent).toBeLessThan(maxMilliseconds);
  });

  test("within the limits is validated in little time, at the worst", async () => {
    const started = process.cpuUsage();
    const conflicts = await app.run(
      `{ city(id: 1) { ${many(480, (index) => (index % 2 === 0 ? "a: name" : "a: id"))} } }`,
    );
    const fragments = await app.run(
      `{ city(id: 1) { ${many(200, (index) => `...F${index}`)} } } ${many(200, (index) => `fragment F${index} on City { name }`)}`,
    );
    const spent = milliseconds(started);
    expect(conflicts.json.errors?.[0]?.message).toMatch(/conflict/);
    expect(fragments.json).toEqual({ data: { city: { name: "Algiers" } } });
    expect(spent).toBeLessThan(2 * maxMilliseconds);
  });
});

describe("variables", () => {
  const query = "query($w: CityWhere) { cities(where: $w) { nodes { id } } }";

  test("that are very many", async () => {
    const answer = await app.run(query, {
      variables: { w: { id: { in: Array.from({ length: 100_000 }, (_, index) => index) } } },
    });
    expect(answer.json.errors?.[0]).toMatchObject({
      message: "The variables may hold at most 20000 values in all.",
      extensions: { code: "FTG_COST" },
    });
  });

  test.each([
    ["in one value", `cities(where: { name: { in: [${"$text ".repeat(40)}] } }) { nodes { id } }`],
    [
      "in fields",
      `${many(20, (index) => `f${index}: cities(where: { any: [{ name: { eq: $text } }, { name: { eq: $text } }] }) { nodes { id } }`)}`,
    ],
    ["in a fragment", `...A ...A ${many(18, (index) => `f${index}: city(id: ${index}) { ...C ...C }`)}`],
  ])("that are large and used over and over, %s", async (_name, fields) => {
    const fragments = fields.includes("...A")
      ? "fragment A on Query { cities(where: { name: { eq: $text } }) { nodes { id } } } fragment C on City { country { cities(where: { name: { eq: $text } }) { nodes { id } } } }"
      : "";
    const text = "x".repeat(500_000);
    const answer = await app.run(`query($text: String) { ${fields} } ${fragments}`, { variables: { text } });
    expect(answer.json.errors?.[0]).toMatchObject({
      message: "The variables come to more than 16777216 characters, each counted as often as it is used.",
      extensions: { code: "FTG_COST" },
    });
  });

  test("that are very deep", async () => {
    let w: object = {};
    for (let level = 0; level < 50_000; level++) w = { not: w };
    const answer = await app.run(query, { variables: { w } });
    expect(answer.json.errors?.[0]).toMatchObject({
      message: "The variables may be nested at most 20 levels deep.",
      extensions: { code: "FTG_COST" },
    });
  });
});

test("limits can be set", async () => {
  const small = await createGraphqlApp({ limits: { maxDepth: 3, maxRootFields: 1 } });
  expect((await small.run("{ city(id: 1) { country { name } } }")).json).toMatchObject({
    data: { city: { country: { name: "Algeria" } } },
  });
  expect((await small.run("{ cities { nodes { country { name } } } }")).json.errors?.[0]?.message).toBe(
    "A document may have at most 3 levels; this one has 4.",
  );
  expect((await small.run("{ a: __typename b: __typename }")).json.errors?.[0]?.message).toBe(
    "A document may have at most 1 root fields; this one has 2.",
  );
});

test("the introspection query of tools stays within the limits", async () => {
  const answer = await app.run(
    getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
  );
  expect(answer.json.errors).toBeUndefined();
});

test("the cache of documents is bounded", async () => {
  const small = await createGraphqlApp({ limits: { cachedDocuments: 2 } });
  for (const id of [1, 2, 3, 3, 1]) await small.run(`{ city(id: ${id}) { name } }`);
  expect(small.api.stats()).toEqual({ size: 2, hits: 1, misses: 4 });
});

/** Processor time since a mark; other programs on the machine do not count. */
function milliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** `@export` in GraphQL: what is wrong with it before anything runs, what may fail while it runs, and that no document of it breaks the server. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { createGraphqlApp, editor, type GraphqlApp } from "../support/graphql-app.ts";

let app: GraphqlApp;

beforeEach(async () => {
  app = await createGraphqlApp();
});

const country = (name: string, output: string): string =>
  `${name}: createCountry(data: { code: "XX", name: "X", continent: "None", area: 1 }) { ${output} }`;
const use = "b: updateCity(id: 1, data: { name: $x }) { name }";

async function refuse(query: string, variables?: unknown): Promise<unknown> {
  const answer = await app.run(query, { actor: editor, ...(variables !== undefined && { variables }) });
  expect(answer.json).not.toHaveProperty("data");
  expect(answer.json.errors?.every(({ extensions }) => extensions.fix !== "")).toBe(true);
  return answer.json.errors?.map(({ message }) => message);
}

describe("is refused before anything runs:", () => {
  const made = country("a", 'code @export(as: "x")');

  test.each([
    [
      "in a query",
      'query ($x: Int!) { city(id: 1) { id @export(as: "x") } b: city(id: $x) { id } }',
      /@export is for mutations/,
    ],
    [
      "in a query of its own",
      'query ($x: String) { city(id: 1) { name @export(as: "x") } b: cities(where: { name: { eq: $x } }) { totalCount } }',
      /@export is for mutations/,
    ],
    ["without a declaration", `mutation { ${made} ${use} }`, /Variable "\$x" is not defined/],
    ["into no variable", `mutation ($y: String) { ${made} ${use.replace("$x", "$y")} }`, /declares no variable \$x/],
    ["into a variable that nothing uses", `mutation ($x: String) { ${made} }`, /"\$x" is never used/],
    [
      "by a variable name in a variable",
      `mutation ($n: String!, $x: String) { ${made.replace('"x"', "$n")} ${use} }`,
      /name of a variable as text/,
    ],
    [
      "with a default",
      `mutation ($x: String = "d") { ${made} ${use} }`,
      /\$x is exported by a.code, so it cannot have a default/,
    ],
    [
      "of another type",
      `mutation ($x: Decimal) { ${made} b: updateCity(id: 1, data: { extra: { a: $x } }) { name } }`,
      /\$x: expected the type String of a.code, got Decimal/,
    ],
    [
      "of a list into one",
      `mutation ($x: String) { a: deleteCity(id: 3) { aliases @export(as: "x") } ${use} }`,
      /expected the type \[String!\] of a.aliases, got String\./,
    ],
    [
      "of a row",
      `mutation ($x: String) { ${country("a", "code").replace(" { code }", ' @export(as: "x") { code }')} ${use} }`,
      /a is an object/,
    ],
    [
      "of one of many",
      `mutation ($x: String) { ${country("a", 'cities { nodes { name @export(as: "x") } }')} ${use} }`,
      /a.cities.nodes.name is inside a list/,
    ],
    [
      "of two values",
      `mutation ($x: String) { ${country("a", 'code @export(as: "x") name @export(as: "x")')} ${use} }`,
      /\$x is exported by a.code already, and by a.name again/,
    ],
    ["of a value that comes later", `mutation ($x: String) { ${use} ${made} }`, /b uses \$x, which a exports later/],
    [
      "of a value to its own field",
      `mutation ($x: String) { b: updateCity(id: 1, data: { name: $x }) { name @export(as: "x") } }`,
      /b uses \$x, which it exports itself/,
    ],
    [
      "in a circle",
      `mutation ($x: String, $y: String) { a: updateCity(id: 1, data: { name: $x }) { name @export(as: "y") } b: updateCity(id: 1, data: { name: $y }) { name @export(as: "x") } }`,
      /a uses \$x, which b exports later/,
    ],
    [
      "for what is selected",
      `mutation ($x: Boolean!) { ${country("a", 'cities { pageInfo { hasNextPage @export(as: "x") } }')} b: deleteCity(id: 1) @skip(if: $x) { id } }`,
      /\$x is exported while the mutation runs, and what is selected is decided before/,
    ],
    [
      "twice in one place",
      `mutation ($x: String) { ${country("a", 'code @export(as: "x") @export(as: "x")')} ${use} }`,
      /directive "@export" can only be used once/,
    ],
    [
      "on a fragment",
      `mutation ($x: String) { ${country("a", '... @export(as: "x") { code }')} ${use} }`,
      /may not be used on INLINE_FRAGMENT/,
    ],
    [
      "without a name",
      `mutation ($x: String) { ${country("a", "code @export")} ${use} }`,
      /"@export\(as:\)" of type "String!" is required/,
    ],
  ])("%s", async (_what, query, message) => {
    expect(await refuse(query)).toContainEqual(expect.stringMatching(message));
    expect((await app.run('{ country(code: "XX") { name } }')).json).toEqual({ data: { country: null } });
  });

  test("with a value from outside", async () => {
    const query = `mutation ($x: String) { ${made} ${use} }`;
    const message = "$x gets its value from a.code, and came with the request too.";
    expect(await refuse(query, { x: "y" })).toEqual([message]);
    expect(await refuse(query, { x: null })).toEqual([message]);
  });
});

test("says where in the document it is wrong", async () => {
  const query = `mutation ($x: Decimal) { ${country("a", 'code @export(as: "x")')} b: updateCity(id: 1, data: { extra: { a: $x } }) { name } }`;
  const { json } = await app.run(query, { actor: editor });
  expect(json.errors).toEqual([
    {
      message: "$x: expected the type String of a.code, got Decimal.",
      locations: [
        { line: 1, column: query.indexOf("@export") + 1 },
        { line: 1, column: query.indexOf("$x") + 1 },
      ],
      extensions: { code: "FTG_QUERY", fix: "Declare it as String, or as String! when it must not be null." },
    },
  ]);
});

test("one value may go into several variables, and one variable to several places", async () => {
  const query = `mutation ($x: String!, $y: String, $code: String!) {
    ${country("a", 'code @export(as: "code") name @export(as: "x") ...A')}
    b: updateCountry(code: $code, data: { name: $y, continent: $x }) { name continent cities(where: { name: { eq: $x } }) { totalCount } }
    c: updateCity(id: 1, data: { name: $x, countryWith: { connect: $code } }) { name country { code } }
  } fragment A on Country { name @export(as: "y") }`;
  expect((await app.run(query, { actor: editor })).json).toEqual({
    data: {
      a: { code: "XX", name: "X" },
      b: { name: "X", continent: "X", cities: { totalCount: 0 } },
      c: { name: "X", country: { code: "XX" } },
    },
  });
});

test("a field that is left out exports nothing; the document is the same for all its ways", async () => {
  const query = `mutation ($skip: Boolean!, $part: Boolean!, $x: String) {
    a: updateCity(id: 1, data: { name: "A" }) @skip(if: $skip) { name @skip(if: $part) @export(as: "x") id }
    b: updateCity(id: 2, data: { name: $x }) { name } }`;
  const run = async (variables: unknown) => (await app.run(query, { actor: editor, variables })).json;
  expect(await run({ skip: true, part: false })).toMatchObject({
    data: { b: null },
    errors: [
      {
        message: "$x has no value: a, which exports it, did not run before.",
        path: ["b"],
        extensions: { code: "FTG_REFERENCE" },
      },
    ],
  });
  expect(await run({ skip: false, part: true })).toMatchObject({
    data: null,
    errors: [{ message: "a has no name; it is an object.", path: ["b"] }],
  });
  expect(await run({ skip: false, part: false })).toEqual({ data: { a: { name: "A", id: 1 }, b: { name: "A" } } });
  expect(app.api.stats()).toMatchObject({ size: 1, hits: 2 });
});

test("an exported value is held to what holds for given ones", async () => {
  const small = await createGraphqlApp({ limits: { maxVariableValues: 5 } });
  const query = `mutation ($x: JSON) {
    a: updateCity(id: 1, data: { extra: [1, 2, 3, 4, 5, 6] }) { extra @export(as: "x") }
    b: updateCity(id: 2, data: { extra: $x }) { extra } }`;
  expect((await small.run(query, { actor: editor })).json).toMatchObject({
    data: null,
    errors: [
      { message: "The variables may hold at most 5 values in all.", path: ["b"], extensions: { code: "FTG_COST" } },
    ],
  });
});

test("stands in the schema where there are mutations", async () => {
  expect(app.api.print()).toContain("directive @export(");
  const { json } = await app.run(
    "{ __schema { directives { name locations isRepeatable args { name type { kind } } } } }",
  );
  expect(json.data).toMatchObject({
    __schema: {
      directives: expect.arrayContaining([
        {
          name: "export",
          locations: ["FIELD"],
          isRepeatable: false,
          args: [{ name: "as", type: { kind: "NON_NULL" } }],
        },
      ]),
    },
  });
});

/** What a step exports, the type that a variable needs for it, and the data that takes it. */
const outputs = fc.constantFrom(
  { output: "name", type: "String", data: "name" },
  { output: "country { code", type: "String", data: "mayor" },
  { output: "kind", type: "CityKind", data: "kind" },
  { output: "aliases", type: "[String!]", data: "aliases" },
  { output: "extra", type: "JSON", data: "extra" },
  { output: "__typename", type: "String", data: "name" },
  { output: "country", type: "String", data: "name" },
  { output: "country { cities { nodes { id", type: "Int", data: "population" },
  { output: "...F", type: "String", data: "nope" },
);
/** Mostly the right thing, now and then another. */
const mostly = <T>(right: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: right, weight: 9 }, { arbitrary: other, weight: 1 });
const odd = fc.constantFrom("x", "__proto__", "constructor", "", "v0");
const step = fc.record({
  shape: outputs,
  required: fc.boolean(),
  name: mostly(fc.constant(null), odd),
  used: mostly(fc.constant(null), odd),
  type: mostly(fc.constant(null), fc.constantFrom("Int!", "JSON", "CityCreate!", "Nope", "Boolean!")),
  condition: mostly(fc.constant(""), fc.constantFrom("@skip(if: $v0)", "@include(if: true)", "@skip(if: true)")),
  alias: mostly(fc.constant(null), fc.constantFrom("f0", "f1", "__typename")),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A mutation whose field n exports v(n), which field n + 1 uses; and where a step is odd, not quite. */
function writeDocument(steps: readonly Step[], kind: string, ending: string): string {
  const declared = steps
    .slice(0, -1)
    .map(({ shape, type, required }, n) => `$v${n}: ${type ?? shape.type}${required ? "!" : ""}`);
  const fields = steps.map(({ shape, name, used, condition, alias }, n) => {
    const before = steps[n - 1];
    const data = before === undefined ? 'name: "n"' : `${before.shape.data}: $${used ?? `v${n - 1}`}`;
    const as = n === steps.length - 1 && name === null ? "" : `@export(as: ${JSON.stringify(name ?? `v${n}`)})`;
    const closing = " }".repeat(shape.output.split("{").length);
    return `${alias ?? `f${n}`}: updateCity(id: ${n + 1}, data: { ${data} }) ${condition} { ${shape.output} ${as}${closing}`;
  });
  return `${kind} ${declared.length === 0 ? "" : `(${declared.join(" ")})`} { ${fields.join(" ")} } ${ending}`;
}

test("no document of it is answered with anything but a clear error or data", async () => {
  const seen = new Map<string, number>();
  const endings = mostly(
    fc.constant(""),
    fc.constantFrom('fragment F on City { name @export(as: "v0") }', "fragment F on City { ...F }"),
  );
  const given = mostly<object>(fc.constant({}), fc.constantFrom({ v0: "DZ" }, { v0: null }, { x: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 5 }),
      mostly(fc.constant("mutation"), fc.constant("query")),
      endings,
      given,
      async (steps, kind, ending, variables) => {
        const { json, status } = await app.run(writeDocument(steps, kind, ending), { actor: editor, variables });
        expect(status).toBe(200);
        const codes = json.errors?.map(({ extensions }) => extensions.code) ?? ["data"];
        expect(codes).not.toContain("FTG_INTERNAL");
        for (const code of codes) seen.set(code, (seen.get(code) ?? 0) + 1);
      },
    ),
    { numRuns: 2000, seed: 1 },
  );
  expect(app.logged).toEqual([]);
  // The documents are near enough to right ones that all of it is reached.
  expect([...seen.keys()]).toEqual(expect.arrayContaining(["data", "FTG_QUERY", "FTG_VALUE", "FTG_REFERENCE"]));
});

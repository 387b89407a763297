import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  createStandardJsonSchema,
  isStandardSchema,
  parseStandard,
  type StandardSchema,
  validateStandard,
} from "./standard-schema.ts";

const libraries: readonly [name: string, schema: StandardSchema][] = [
  ["zod", z.object({ list: z.array(z.object({ n: z.number() })) })],
  ["valibot", v.object({ list: v.array(v.object({ n: v.number() })) })],
  ["arktype", type({ list: type({ n: "number" }).array() })],
];

describe.each(libraries)("a schema of %s", (_name, schema) => {
  test("is one, answers values, and says where they are wrong", async () => {
    expect(isStandardSchema(schema)).toBe(true);
    expect(await parseStandard(schema, { list: [{ n: 1 }] }, "It")).toEqual({ list: [{ n: 1 }] });
    await expect(parseStandard(schema, { list: [{ n: 1 }, { n: "x" }] }, "It")).rejects.toMatchObject({
      code: "FTG_INVALID",
      problems: [{ path: "/list/1/n" }],
    });
    await expect(parseStandard(schema, 5, "It")).rejects.toMatchObject({
      message: expect.stringMatching(/^It: /),
      problems: [{ path: "" }],
    });
  });
});

test.each([
  [null],
  [5],
  ["~standard"],
  [{}],
  [{ "~standard": { version: 2, validate: () => ({ value: 1 }) } }],
  [() => 1],
])("%o is no schema", (value) => expect(isStandardSchema(value)).toBe(false));

test("problems come at JSON Pointers, a hundred at most", async () => {
  const keys = { "~standard": { version: 1, vendor: "own", validate: async () => ({ issues }) } } as const;
  const issues = Array.from({ length: 150 }, (_, index) => ({ message: "no", path: ["a/b~c", { key: index }] }));
  const result = await validateStandard(keys, 1);
  expect("problems" in result && [result.problems.length, result.problems[7]]).toEqual([
    100,
    { path: "/a~1b~0c/7", detail: "no" },
  ]);
});

describe("its JSON Schema", () => {
  const Tree = z.object({
    name: z.string().transform((text) => text.length),
    get children() {
      return z.array(Tree);
    },
  });

  test("is of the side that is asked for, with its references led to its place", () => {
    const text = JSON.stringify(createStandardJsonSchema(Tree, "input", "#/components/x"));
    expect(text).toContain('"name":{"type":"string"}');
    expect(text).not.toContain("$schema");
    expect(text.match(/"\$ref":"([^"]*)"/)?.[1]).toMatch(/^#\/components\/x/);
  });

  test("is null where the library has none, and where JSON Schema cannot say it", () => {
    expect(createStandardJsonSchema(v.string(), "input", "#")).toBeNull();
    expect(createStandardJsonSchema(z.date(), "input", "#")).toBeNull();
    expect(createStandardJsonSchema(Tree, "output", "#")).toBeNull();
  });
});

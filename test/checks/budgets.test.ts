// Holds src/ to its budgets and to its comments. Every rule is proved able to fail on an invented file.

import { describe, expect, test } from "vitest";
import {
  ANY_BUDGETS,
  countCodeLines,
  findAny,
  findEscapes,
  findFunctionConstants,
  findLongFiles,
  findLongFunctions,
  findTooManyCasts,
  findUnexplainedCasts,
  findWideFunctions,
  LIMITS,
  listAny,
  measureFunctions,
  takePercentile,
} from "./budgets.ts";
import { findSilentModules, findUndocumentedExports } from "./comments.ts";
import { loadSourceFiles, parseSource } from "./source-files.ts";

const files = loadSourceFiles();

describe("src/", () => {
  test("keeps its functions short", () => {
    const sizes = measureFunctions(files).map(({ lines }) => lines);
    const longest = [...measureFunctions(files)].sort((a, b) => b.lines - a.lines).slice(0, 10);
    expect(takePercentile(sizes, 0.5)).toBeLessThanOrEqual(LIMITS.functionLines.median);
    expect(takePercentile(sizes, 0.9), `longest: ${JSON.stringify(longest)}`).toBeLessThanOrEqual(
      LIMITS.functionLines.p90,
    );
    expect(findLongFunctions(files)).toEqual([]);
  });
  test("keeps its parameter lists short", () => expect(findWideFunctions(files)).toEqual([]));
  test("keeps its files short", () => expect(findLongFiles(files)).toEqual([]));
  test("has no any in values, few in types", () => expect(findAny(files)).toEqual([]));
  test("explains its casts", () => expect(findUnexplainedCasts(files)).toEqual([]));
  test("casts rarely", () => expect(findTooManyCasts(files)).toEqual([]));
  test("goes round no check", () => expect(findEscapes(files)).toEqual([]));
  test("declares its functions", () => expect(findFunctionConstants(files)).toEqual([]));
  test("opens each module with its purpose", () => expect(findSilentModules(files)).toEqual([]));
  test("documents each exported symbol", () => expect(findUndocumentedExports(files)).toEqual([]));
  test("keeps no allowance for any that nobody needs", () => {
    const uses = new Map(files.map((file) => [file.path, listAny(file).length]));
    expect(ANY_BUDGETS.filter(({ file, max }) => (uses.get(file) ?? 0) < max)).toEqual([]);
  });
});

describe("the length rules", () => {
  test("measure what they say", () => {
    const file = parseSource(
      "plan/a.ts",
      "/** Doc.\n */\nfunction a() {\n  return [1].map((x) => x);\n}\n\n// b\nconst b = 1;\n",
    );
    expect(measureFunctions([file])).toEqual([{ at: "plan/a.ts:3", lines: 3 }]);
    expect(countCodeLines(file)).toBe(4);
    expect(countCodeLines(parseSource("plan/a.ts", "const a = `1\n2\n3`;"))).toBe(3);
    expect([0, 0.5, 0.9].map((share) => takePercentile([3, 1, 2, 10, 4], share))).toEqual([1, 3, 10]);
  });

  test("see what is too long", () => {
    const body = "  go();\n".repeat(LIMITS.functionLines.max);
    expect(findLongFunctions([parseSource("plan/a.ts", `function a() {\n${body}}`)])).toHaveLength(1);
    expect(findLongFunctions([parseSource("plan/a.ts", `const a = () => {\n${body}};`)])).toHaveLength(1);
    expect(findLongFiles([parseSource("plan/a.ts", "go();\n".repeat(LIMITS.fileCodeLines + 1))])).toHaveLength(1);
    expect(findLongFiles([parseSource("plan/a.ts", "// go\n\n".repeat(LIMITS.fileCodeLines + 1))])).toEqual([]);
  });

  test.each([
    ["function a(b: 1, c: 2, d: 3, e: 4) {}", 1],
    ["class A { constructor(b: 1, c: 2, d: 3, e: 4) {} }", 1],
    ["interface A { b(c: 1, d: 2, e: 3, f: 4): void }", 1],
    ["function a(this: A, b: 1, c: 2, d: 3) {}", 0],
  ])("count parameters of %s", (text, count) =>
    expect(findWideFunctions([parseSource("plan/a.ts", text)])).toHaveLength(count),
  );
});

describe("the type rules", () => {
  test.each([
    ["const a: any = 1;", 2],
    ["function a(b: any) {}", 2],
    ["function a(): any {}", 2],
    ["interface A { b: any }", 2],
    ["type A = Model<any>;", 1],
    ["type A = unknown;", 0],
  ])("count any in %s", (text, count) => expect(findAny([parseSource("plan/a.ts", text)])).toHaveLength(count));

  test("want every cast explained", () => {
    const judge = (text: string): number => findUnexplainedCasts([parseSource("plan/a.ts", text)]).length;
    expect(judge("const a = b as C;")).toBe(1);
    expect(judge("const a = <C>b;")).toBe(1);
    expect(judge("// c\n\nconst a = b as C;")).toBe(1);
    expect(judge("// The pass before this one made it a C.\nconst a = b as C;")).toBe(0);
    expect(judge("const a = b as C; // checked above")).toBe(0);
    expect(judge("const a = [1] as const;")).toBe(0);
  });

  test("limit casts by the size of the code", () => {
    expect(findTooManyCasts([parseSource("plan/a.ts", "const a = b as C;\nconst d = b as C;")])).toHaveLength(1);
    expect(
      findTooManyCasts([parseSource("plan/a.ts", `${"go();\n".repeat(200)}const a = b as C;\nconst d = b as C;`)]),
    ).toEqual([]);
  });

  test.each([
    "const a = b!;",
    "let a!: string;",
    "class A { b!: string }",
    "class A { private b = 1 }",
    "// @ts-ignore\ngo();",
    "/* biome-ignore lint: no */ go();",
  ])("see the escape in %s", (text) => expect(findEscapes([parseSource("plan/a.ts", text)])).toHaveLength(1));

  test("know a comment from a string and a negation from an assertion", () => {
    expect(
      findEscapes([parseSource("plan/a.ts", 'const a = !b; const c = "// @ts-ignore"; class A { #b = 1 }')]),
    ).toEqual([]);
  });

  test("want declarations", () => {
    expect(findFunctionConstants([parseSource("plan/a.ts", "export const a = () => 1;")])).toHaveLength(1);
    expect(findFunctionConstants([parseSource("plan/a.ts", "function a() { const b = () => 1; }")])).toEqual([]);
  });
});

describe("the comment rules", () => {
  test("want a purpose first", () => {
    const judge = (text: string): number => findSilentModules([parseSource("plan/a.ts", text)]).length;
    expect(judge('import a from "./a.ts";\n// late')).toBe(1);
    expect(judge("// What it is for.\nimport a;")).toBe(0);
    expect(judge("/** What it is for. */\nexport {};")).toBe(0);
  });

  test.each([
    ["/** Module. */\n\nimport b from 'b';\nexport const a = 1;", 1],
    ["/** Module and a. */\nexport const a = 1;", 0],
    ["/** Module. */\n\n/** The a. */\nexport const a = 1;", 0],
    ["// Module.\nexport interface A {}", 1],
    ["// Module.\n/** @internal */\nexport type A = 1;", 1],
    [
      "// Module.\n/** Makes. */\nexport function a(): void;\nexport function a(b: 1): void;\nexport function a() {}",
      0,
    ],
    ["// Module.\nconst a = 1;", 0],
  ])("want TSDoc on exports of %j", (text, count) =>
    expect(findUndocumentedExports([parseSource("plan/a.ts", text)])).toHaveLength(count),
  );
});

// Holds src/ to the house's floors: who may import whom, no circles, no engine named outside its room, no barrels.
// The tables are in checks/layers.ts; every rule is first proved able to fail on an invented file.

import { describe, expect, test } from "vitest";
import { findBarrels, findCycles, findLayerViolations, findStoreNames, listEdges } from "./checks/layers.ts";
import { loadSourceFiles, parseSource } from "./checks/source-files.ts";

const files = loadSourceFiles();

describe("src/", () => {
  test("has files to check", () => expect(files.length).toBeGreaterThan(0));
  test("imports only from lower floors", () => expect(findLayerViolations(files)).toEqual([]));
  test("has no import cycle, type imports included", () => expect(findCycles(listEdges(files))).toEqual([]));
  test("names no engine outside its room", () => expect(findStoreNames(files)).toEqual([]));
  test("re-exports only in entries", () => expect(findBarrels(files)).toEqual([]));
});

describe("the layer rule", () => {
  function judge(path: string, text: string): readonly string[] {
    return findLayerViolations([parseSource(path, text)]);
  }

  test.each([
    ["goes up", "plan/a.ts", 'import { b } from "../engine/b.ts";'],
    ["goes up for a type", "plan/a.ts", 'import type { B } from "../engine/b.ts";'],
    ["goes up in a type expression", "plan/a.ts", 'export type B = import("../engine/b.ts").B;'],
    ["goes up lazily", "plan/a.ts", 'const b = await import("../engine/b.ts");'],
    ["goes up in a re-export", "plan/a.ts", 'export { b } from "../engine/b.ts";'],
    ["goes sideways", "api/rest/a.ts", 'import { b } from "../graphql/b.ts";'],
    ["goes sideways between stores", "stores/memory/a.ts", 'import { b } from "../sqlite/b.ts";'],
    ["reaches for an entry", "cli/a.ts", 'import { b } from "../index.ts";'],
    ["goes from entry to entry", "index.ts", 'export { b } from "./sqlite.ts";'],
    ["leaves src", "plan/a.ts", 'import { b } from "../../scripts/b.ts";'],
    ["lives in an unknown room", "helpers/a.ts", ""],
    ["lives in an unknown store", "stores/oracle/a.ts", ""],
  ])("sees an import that %s", (_what, path, text) => expect(judge(path, text)).toHaveLength(1));

  test("allows lower floors and the own room", () => {
    const text = 'import { b } from "./b.ts"; import { c } from "../plan/c.ts"; import fs from "node:fs";';
    expect(judge("engine/a.ts", text)).toEqual([]);
    expect(judge("api/rest/openapi/a.ts", 'import { b } from "../b.ts";')).toEqual([]);
    expect(judge("sqlite.ts", 'export { b } from "./stores/sqlite/b.ts";')).toEqual([]);
  });
});

test("the cycle rule sees a circle through types", () => {
  const circle = [
    parseSource("plan/a.ts", 'import { b } from "./b.ts";'),
    parseSource("plan/b.ts", 'import type { C } from "./c.ts";'),
    parseSource("plan/c.ts", 'export type A = import("./a.ts").A;'),
    parseSource("plan/d.ts", 'import { a } from "./a.ts";'),
  ];
  expect(findCycles(listEdges(circle))).toEqual(["plan/a.ts <-> plan/b.ts <-> plan/c.ts"]);
  expect(findCycles(listEdges(circle.slice(0, 2)))).toEqual([]);
});

describe("the store name rule", () => {
  test.each([
    ["an identifier", "const useSqlite = true;"],
    ["a string", 'if (store.name === "postgres") go();'],
    ["a template", "const url = `redis://${host}`;"],
    ["a property", "const x = { mysqlMode: 1 };"],
    ["a pattern", "const x = /^mongodb:/;"],
    ["an import", 'import { x } from "node:sqlite";'],
  ])("sees %s", (_what, text) => expect(findStoreNames([parseSource("engine/a.ts", text)])).toHaveLength(1));

  test("leaves comments and the own room alone", () => {
    expect(findStoreNames([parseSource("engine/a.ts", "// unlike sqlite\nexport const a = 1;")])).toEqual([]);
    expect(findStoreNames([parseSource("stores/sqlite/a.ts", 'const a = "sqlite";')])).toEqual([]);
    expect(findStoreNames([parseSource("stores/sqlite/a.ts", 'const a = "postgres";')])).toHaveLength(1);
  });
});

test("the barrel rule sees both directions", () => {
  expect(findBarrels([parseSource("plan/a.ts", 'export { b } from "./b.ts";')])).toHaveLength(1);
  expect(findBarrels([parseSource("index.ts", "export const a = 1;")])).toHaveLength(1);
  expect(findBarrels([parseSource("index.ts", 'export { a } from "./app/a.ts";')])).toEqual([]);
});

/** Limits that stand in the text of a statement, and what is left to bind. */
import { expect, test } from "vitest";
import type { Binding, SqlText } from "../sql/sql-text.ts";
import { fixLimits } from "./fix-limits.ts";

function bind(index: number): Binding {
  return { kind: "param", index, type: { kind: "int", list: false }, form: "value" };
}

function write(text: string, ...indexes: readonly number[]): SqlText {
  return { text, bindings: indexes.map(bind) };
}

test("limits become numbers and the other places close up", () => {
  const text = write(
    `SELECT $1::text FROM (SELECT 1 LIMIT $2::bigint + 0) AS a WHERE $3::bigint > $1::text LIMIT $4::bigint + 1`,
    5,
    0,
    6,
    1,
  );
  const fixed = fixLimits(text, [20, 100, null, null, null, "a", 7]);
  expect(fixed.text).toBe(
    "SELECT $1::text FROM (SELECT 1 LIMIT 20 + 0) AS a WHERE $2::bigint > $1::text LIMIT 100 + 1",
  );
  expect(fixed.bindings).toEqual([bind(5), bind(6)]);
  expect(fixLimits(text, [20, 100, null, null, null, "b", 8])).toBe(fixed);
});

test("a limit that is also compared with stays bound there", () => {
  const fixed = fixLimits(write("SELECT (SELECT count(*) FROM p) > $1::bigint LIMIT $1::bigint + 1", 0), [20]);
  expect(fixed).toEqual(write("SELECT (SELECT count(*) FROM p) > $1::bigint LIMIT 20 + 1", 0));
});

test("what is quoted is left alone", () => {
  const text = write(`SELECT 'it''s LIMIT $1::bigint', "LIMIT $1::bigint" LIMIT $1::bigint`, 0);
  expect(fixLimits(text, [3]).text).toBe(`SELECT 'it''s LIMIT $1::bigint', "LIMIT $1::bigint" LIMIT 3`);
});

test("a statement has a few such texts at most, and none with a value that is no whole number", () => {
  const text = write("SELECT 1 LIMIT $1::bigint", 0);
  expect(fixLimits(text, ["1; DROP TABLE x"])).toBe(text);
  for (let limit = 1; limit <= 8; limit++) expect(fixLimits(text, [limit]).text).toBe(`SELECT 1 LIMIT ${limit}`);
  expect(fixLimits(text, [9])).toBe(text);
  const other = write("SELECT $1::text", 0);
  expect(fixLimits(other, ["a"])).toBe(other);
});

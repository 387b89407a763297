/** How values travel, and that the server prints floats exactly as JSON.stringify does. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import type { ScalarKind, ScalarType } from "../../schema/schema-model.ts";
import type { Binding, BindingForm } from "../sql/sql-text.ts";
import { createEncoder, quoteText } from "./codec.ts";
import { dialect } from "./compiler.ts";
import { FLOAT_DEFINITION } from "./functions.ts";

function bind(kind: ScalarKind, form: BindingForm = "value", list = false): Binding {
  return { kind: "param", index: 0, type: { kind, list }, form };
}

describe("values travel as text", () => {
  test.each<[string, Binding, unknown, string | null]>([
    ["a number", bind("int"), -5, "-5"],
    ["a boolean", bind("bool"), true, "true"],
    ["bytes", bind("bytes"), "/+8=", "\\xffef"],
    ["JSON", bind("json"), { a: "\u0000" }, '{"a":"\\u0000"}'],
    ["a list", bind("text", "value", true), ["a", 'b"'], '["a","b\\""]'],
    ["null", bind("json"), null, null],
    ["members", bind("text", "members", true), ["a", 'b"\\', "NULL", ""], '{"a","b\\"\\\\","NULL",""}'],
    ["members of bytes", bind("bytes", "members", true), ["/+8="], '{"\\\\xffef"}'],
    ["collected keys", { kind: "collected" }, "[[1]]", "[[1]]"],
  ])("%s", (_, binding, value, expected) => {
    expect(createEncoder(binding)(value)).toBe(expected);
  });

  test("keys are texts of their parts", () => {
    const parts: readonly ScalarType[] = [
      { kind: "bigint", list: false },
      { kind: "bytes", list: false },
    ];
    const encode = createEncoder({ kind: "param", index: 0, type: { kind: "keys", parts }, form: "value" });
    expect(encode([["9223372036854775807", "AA=="]])).toBe('[["9223372036854775807","\\\\x00"]]');
  });

  test("literals are quoted whatever the server makes of backslashes", () => {
    expect(quoteText("it's")).toBe("'it''s'");
    expect(quoteText("a\\'b")).toBe(" E'a\\\\''b'");
  });
});

describeWithServer("postgres", "PostgreSQL", () => {
  test("prints floats as JSON.stringify does, in every magnitude", async () => {
    const url = await createPostgresSchema();
    const edges = [
      1e-4, 9.99e-5, 1e-5, 1e-6, 9.99e-7, 1e-7, 1e14, 1e15, 999999999999999.9, 1e20, 1e21, 1e23, 18014398509482010,
      5e-324,
    ];
    const drawn = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 2000, seed: 7 });
    const shifted = drawn.map((value, index) => Number(`${(value % 1) + 0.1}e${(index % 60) - 30}`));
    const round = Array.from({ length: 2000 }, (_, index) => Number(`${(index % 200) + 1}e${14 + (index % 10)}`));
    const values = [...edges, ...round, ...edges.map((value) => -value), ...drawn, ...shifted].filter(Number.isFinite);
    const json = dialect.toJson("x", { kind: "float", list: false }, false);
    const list = values.map((value) => `'${value}'::float8`).join(",");
    const [row] = await runPostgres(
      url,
      `SET extra_float_digits = 1; ${FLOAT_DEFINITION}; SELECT string_agg(${json}, ' ' ORDER BY i) AS all FROM unnest(ARRAY[${list}]) WITH ORDINALITY AS v(x, i)`,
    );
    expect(String(row?.["all"]).split(" ")).toEqual(values.map((value) => JSON.stringify(value)));
  });
});

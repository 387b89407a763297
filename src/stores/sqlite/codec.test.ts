/** Values at their extremes come out byte for byte as JSON.stringify prints them, and sort as their order says. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareValues } from "../../schema/compare-values.ts";
import type { ScalarKind, ScalarType } from "../../schema/schema-model.ts";
import type { BindingForm, SqlText } from "../sql/sql-text.ts";
import { createDecimalKey } from "./codec.ts";
import { dialect } from "./compiler.ts";
import { Connection } from "./driver.ts";

const connection = new Connection(":memory:");

const samples: Readonly<Record<ScalarKind, fc.Arbitrary<unknown>>> = {
  text: fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && text.isWellFormed()),
  int: fc.maxSafeInteger().map((value) => (value === 0 ? 0 : value)),
  bigint: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
  float: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  decimal: fc.bigInt(-(10n ** 38n - 1n), 10n ** 38n - 1n).map(writeDecimal),
  bool: fc.boolean(),
  date: fc.constantFrom("0001-01-01", "9999-12-31", "2024-02-29"),
  datetime: fc.constantFrom("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"),
  uuid: fc.uuid(),
  bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64")),
  json: fc
    .jsonValue()
    .filter((value) => value !== null)
    .map((value) => JSON.parse(JSON.stringify(value))),
  enum: fc.constantFrom("a", 'quo"te', "naïve"),
};

describe("values", () => {
  test.each(Object.keys(samples) as ScalarKind[])("%s", (kind) => {
    const { store, load } = createTable(kind);
    fc.assert(
      fc.property(fc.option(samples[kind]), (value) => {
        store(value);
        expect(load()).toBe(JSON.stringify(value));
      }),
      { numRuns: 500 },
    );
  });

  test.each([2 ** 53 - 1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1 / 3, 123456789012345680000, 15])(
    "the float %d",
    (value) => {
      const { store, load } = createTable("float");
      store(value);
      expect(load()).toBe(JSON.stringify(value));
    },
  );

  test("every character is escaped as JSON.stringify does", () => {
    const { store, load } = createTable("text");
    for (let unit = 1; unit < 0xffff; unit++) {
      const text = `a${String.fromCharCode(unit)}`;
      if (!text.isWellFormed()) continue;
      store(text);
      if (load() !== JSON.stringify(text)) expect(load()).toBe(JSON.stringify(text));
    }
  });
});

describe("decimal keys", () => {
  test("sort as the decimals do", () => {
    const type: ScalarType = { kind: "decimal", list: false, precision: 38, scale: 4 };
    fc.assert(
      fc.property(samples.decimal, samples.decimal, (left, right) => {
        const [a, b] = [String(left), String(right)];
        const keys = [createDecimalKey(a), createDecimalKey(b)] as const;
        expect(Math.sign(compareValues(type, a, b))).toBe(keys[0] === keys[1] ? 0 : keys[0] < keys[1] ? -1 : 1);
      }),
    );
  });
});

describe("lists of members", () => {
  test.each([
    ["bigint", ["9223372036854775807", "-9223372036854775808"], "9223372036854775807"],
    ["int", [9007199254740991, 2], 2],
    ["float", [0.1 + 0.2, 1e300], 0.1 + 0.2],
    ["bool", [true], true],
    ["text", ['a"b', "ü"], "ü"],
  ] as const)("%s", (kind, list, member) => {
    const { table, type, store } = createTable(kind);
    store(member);
    const isMember = dialect.isMember("v", "?1", type);
    expect(connection.row(bindText(`SELECT ${isMember} FROM ${table}`, type, "members"), [list])).toEqual([1]);
    expect(connection.row(bindText(`SELECT ${isMember} FROM ${table}`, type, "members"), [[]])).toEqual([0]);
  });
});

let tables = 0;

/** A table with one value of the kind. */
function createTable(kind: ScalarKind) {
  const type: ScalarType = { kind, list: false, precision: 38, scale: 4 };
  const table = `v${++tables}`;
  connection.exec(`CREATE TABLE ${table} (v ${dialect.columnType(type)}) STRICT; INSERT INTO ${table} VALUES (NULL)`);
  const update = bindText(`UPDATE ${table} SET v = ?1`, type, "value");
  const read: SqlText = { text: `SELECT concat(${dialect.toJson("v", type, true)}) FROM ${table}`, bindings: [] };
  return {
    table,
    type,
    store: (value: unknown) => connection.change(update, [value]),
    load: () => connection.row(read, [])?.[0],
  };
}

function bindText(text: string, type: ScalarType, form: BindingForm): SqlText {
  return { text, bindings: [{ kind: "param", index: 0, type, form }] };
}

function writeDecimal(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(5, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** The value contract: one JSON form per type, the same bytes from every store, at the extremes too. */
import { describe, expect, test } from "vitest";
import { systemActor } from "../../src/engine/actor.ts";
import type { FieldBuilder } from "../../src/schema/declarations.ts";
import { model } from "../../src/schema/model.ts";
import type { JsonValue } from "../../src/schema/schema-model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { renderLines } from "./render-lines.ts";
import { type StoreKind, storeKinds } from "./stores.ts";

interface SortedType {
  readonly name: string;
  readonly field: FieldBuilder;
  /** Different values, in ascending order, in their canonical form. */
  readonly ascending: readonly JsonValue[];
}

interface UnsortedType {
  readonly name: string;
  readonly field: FieldBuilder;
  readonly values: readonly JsonValue[];
}

const nines = "9".repeat(38);
const zeros = "0".repeat(37);

const allSorted: readonly SortedType[] = [
  {
    name: "text",
    field: t.text().optional(),
    ascending: [
      "",
      "\u0001",
      "\b\t\n\f\r",
      "\u001f",
      " ",
      '"',
      "%",
      "10",
      "9",
      "A",
      "B",
      "\\",
      "_",
      "a",
      "ab",
      "e\u0301",
      "\u007f",
      "\u0080",
      "é",
      "\u2028",
      "\ufffd",
      "😀",
      "𝕏",
    ].toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
  },
  { name: "int", field: t.int().optional(), ascending: [-9007199254740991, -1, 0, 1, 2, 10, 9007199254740991] },
  {
    name: "bigint",
    field: t.bigint().optional(),
    ascending: [
      "-9223372036854775808",
      "-9007199254740993",
      "-10",
      "-9",
      "0",
      "9",
      "10",
      "9007199254740992",
      "9007199254740993",
      "9223372036854775807",
    ],
  },
  {
    name: "float",
    field: t.float().optional(),
    ascending: [
      -1.7976931348623157e308, -0.5, -1.2345678901234568e-15, -5e-324, 0, 5e-324, 2.2250738585072014e-308,
      1.2345678901234566e-13, 1e-7, 0.000001, 0.1, 0.3, 0.30000000000000004, 1, 1.5, 9007199254740992,
      18014398509482010, 100000000000000000000, 1e21, 1e23, 1.7976931348623157e308,
    ],
  },
  {
    name: "decimal(5, 2)",
    field: t.decimal(5, 2).optional(),
    ascending: ["-999.99", "-10.00", "-9.00", "-0.01", "0.00", "0.01", "0.10", "9.00", "10.00", "999.99"],
  },
  {
    name: "decimal(38, 0)",
    field: t.decimal(38, 0).optional(),
    ascending: [
      `-${nines}`,
      "-9007199254740993",
      "-2",
      "-1",
      "0",
      "9",
      "10",
      "9007199254740993",
      `1${zeros}`,
      `1${zeros.slice(1)}1`,
      nines,
    ],
  },
  {
    name: "decimal(38, 38)",
    field: t.decimal(38, 38).optional(),
    ascending: [
      `-0.${nines}`,
      `-0.${zeros}1`,
      `0.${zeros}0`,
      `0.${zeros}1`,
      `0.${zeros}2`,
      `0.1${zeros}`,
      `0.${nines}`,
    ],
  },
  { name: "bool", field: t.bool().optional(), ascending: [false, true] },
  {
    name: "date",
    field: t.date().optional(),
    ascending: ["0001-01-01", "1582-10-10", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"],
  },
  {
    name: "datetime",
    field: t.datetime().optional(),
    ascending: [
      "0001-01-01T00:00:00.000Z",
      "1969-12-31T23:59:59.999Z",
      "1970-01-01T00:00:00.000Z",
      "2024-02-29T12:00:00.001Z",
      "9999-12-31T23:59:59.999Z",
    ],
  },
  {
    name: "uuid",
    field: t.uuid().optional(),
    ascending: [
      "00000000-0000-0000-0000-000000000000",
      "018f4a1c-0000-7000-8000-000000000001",
      "7fffffff-ffff-4fff-bfff-ffffffffffff",
      "80000000-0000-4000-8000-000000000000",
      "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ],
  },
  { name: "enum", field: t.enum("low", "high", "Über", "Mid").optional(), ascending: ["Mid", "high", "low", "Über"] },
];

const unsortedTypes: readonly UnsortedType[] = [
  { name: "bytes", field: t.bytes().optional(), values: ["", "AA==", "AAE=", "/+/+", "AQIDBA=="] },
  {
    name: "json",
    field: t.json().optional(),
    values: [
      0,
      -1.5,
      1e21,
      1e-7,
      9007199254740994,
      true,
      false,
      "",
      "null",
      '"',
      "😀\u0001\u007f\u2028",
      [],
      {},
      [null, [[]], { a: null }],
      { b: 1, a: 2 },
      { "": 0, constructor: 1, toString: 2 },
      { "2": "x", "10": "y", a: "z" },
    ],
  },
  {
    name: "list of text",
    field: t.list(t.text()).optional(),
    values: [[], [""], ["a", "a", 'b"\\'], ["😀", "\u0001"]],
  },
  { name: "list of int", field: t.list(t.int()).optional(), values: [[], [0], [9007199254740991, -9007199254740991]] },
  { name: "list of bigint", field: t.list(t.bigint()).optional(), values: [["9223372036854775807", "-1"]] },
  { name: "list of float", field: t.list(t.float()).optional(), values: [[0.1, 1e21, 1, -0.5]] },
  { name: "list of decimal", field: t.list(t.decimal(38, 2)).optional(), values: [["0.10", `${"9".repeat(36)}.99`]] },
  { name: "list of bool", field: t.list(t.bool()).optional(), values: [[true, false]] },
  { name: "list of datetime", field: t.list(t.datetime()).optional(), values: [["0001-01-01T00:00:00.000Z"]] },
  { name: "list of bytes", field: t.list(t.bytes()).optional(), values: [["", "/+/+"]] },
  { name: "list of json", field: t.list(t.json()).optional(), values: [[{ a: [1] }, "x", false]] },
  { name: "list of enum", field: t.list(t.enum("low", "high")).optional(), values: [["high", "low", "high"]] },
];

describe.each(storeKinds)("$name", (kind) => {
  const { decimalScale = 38 } = kind;
  const sortedTypes = allSorted.filter(({ name }) => name !== "decimal(38, 38)" || decimalScale === 38);

  test("keeps as many digits behind the point as it says, and refuses a schema with more", async () => {
    const open = (scale: number) => openValues(kind, t.decimal(38, scale).optional(), []);
    expect((await open(decimalScale)).store.capabilities.decimalScale).toBe(decimalScale);
    if (decimalScale === 38) return;
    await expect(open(decimalScale + 1)).rejects.toMatchObject({
      code: "FTG_SCHEMA",
      problems: [expect.objectContaining({ path: "Value.value" })],
    });
  });

  test.each(sortedTypes)("$name sorts, compares and comes back to the byte", async ({ field, ascending }) => {
    const app = await openValues(kind, field, ascending);
    expect(await readValues(app, { orderBy: ["value"] })).toBe(rowsOf([null, ...ascending]));
    expect(await readValues(app, { orderBy: ["-value"] })).toBe(rowsOf([...ascending.toReversed(), null]));
    for (const [index, value] of ascending.entries()) {
      expect(await readValues(app, { where: { value }, orderBy: ["value"] })).toBe(rowsOf([value]));
      expect(await readValues(app, { where: { value: { in: [value] } }, orderBy: ["value"] })).toBe(rowsOf([value]));
      const others = [null, ...ascending.toSpliced(index, 1)];
      expect(await readValues(app, { where: { value: { not: value } }, orderBy: ["value"] })).toBe(rowsOf(others));
    }
  });

  test.each(sortedTypes.filter(({ name }) => name !== "bool" && name !== "enum"))(
    "$name has ranges, which leave null out",
    async ({ field, ascending }) => {
      const app = await openValues(kind, field, ascending);
      for (const [index, value] of ascending.entries()) {
        expect(await readValues(app, { where: { value: { lt: value } }, orderBy: ["value"] })).toBe(
          rowsOf(ascending.slice(0, index)),
        );
        expect(await readValues(app, { where: { value: { lte: value } }, orderBy: ["value"] })).toBe(
          rowsOf(ascending.slice(0, index + 1)),
        );
        expect(await readValues(app, { where: { value: { gt: value } }, orderBy: ["value"] })).toBe(
          rowsOf(ascending.slice(index + 1)),
        );
        expect(await readValues(app, { where: { value: { gte: value } }, orderBy: ["value"] })).toBe(
          rowsOf(ascending.slice(index)),
        );
      }
    },
  );

  test.each(sortedTypes)("$name carries a cursor from page to page, both ways", async ({ field, ascending }) => {
    const app = await openValues(kind, field, ascending);
    for (const { orderBy, expected } of [
      { orderBy: ["value"], expected: [null, ...ascending] },
      { orderBy: ["-value"], expected: [...ascending.toReversed(), null] },
    ]) {
      expect(await followPages(app, orderBy, "after")).toEqual(expected);
      expect(await followPages(app, orderBy, "before")).toEqual(expected.slice(0, -1));
    }
  });

  test.each(unsortedTypes)("$name comes back to the byte", async ({ field, values }) => {
    const app = await openValues(kind, field, values);
    expect(await readValues(app, { orderBy: ["n"] })).toBe(rowsOf([null, ...values]));
    expect(await readValues(app, { where: { value: { isNull: true } } })).toBe(rowsOf([null]));
    expect(await readValues(app, { where: { value: { isNull: false } } })).toBe(rowsOf(values));
  });

  test.each(["a\0", "\ud800", { "\0": 1 }, { a: [{ "b\udc00": 1 }] }])(
    "json with the text %j is refused, so that all rows can be searched",
    async (value) => {
      const app = await openValues(kind, t.json().optional(), [{ a: "x" }]);
      const create = app.engine.create({ model: "Value", data: { n: 9, value } }, systemActor);
      await expect(create).rejects.toMatchObject({ code: "FTG_VALUE" });
      const where = { value: { path: ["a"], eq: "x" } };
      expect(await app.engine.count({ model: "Value", where }, systemActor)).toBe(1);
    },
  );

  test("a value changes to each other value and to null", async () => {
    for (const { field, ascending } of sortedTypes) {
      const app = await openValues(kind, field, ascending.slice(0, 1));
      for (const value of [...ascending, null]) {
        const json = await app.engine.update(
          { model: "Value", key: { n: 0 }, data: { value }, select: { value: true } },
          systemActor,
        );
        expect(json).toBe(JSON.stringify({ value }));
      }
    }
  });
});

/** One row without a value, then one for each value, with numbers in that order. */
async function openValues(kind: StoreKind, field: FieldBuilder, values: readonly JsonValue[]): Promise<OpenApp> {
  const Value = model({ n: t.int(), value: field }, { key: "n", access: {} });
  const app = closeWithTest(await openApp(kind, { Value }));
  // Stored out of order, so that an order that comes back was made.
  const rows = [null, ...values]
    .map((value, n) => ({ n, value }))
    .toSorted((left, right) => ((left.n * 7) % 11) - ((right.n * 7) % 11));
  await app.create("Value", ...rows);
  return app;
}

function readValues(app: OpenApp, query: object): Promise<unknown> {
  return app.engine
    .read({ model: "Value", select: { value: true }, limit: 100, ...query }, systemActor)
    .then(({ json }) => json);
}

/** The JSON text of rows with these values. */
function rowsOf(values: readonly JsonValue[]): string {
  return renderLines(values.map((value) => ({ value })));
}

/** The values of all pages from the first row on, or from the last row back (without it). */
async function followPages(
  app: OpenApp,
  orderBy: readonly string[],
  direction: "after" | "before",
): Promise<readonly unknown[]> {
  const whole = { model: "Value", orderBy, limit: 100, page: { end: { info: "endCursor" as const } } };
  let cursor: string | null =
    direction === "after" ? null : JSON.parse((await app.engine.read(whole, systemActor)).json).end;
  const pages: unknown[][] = [];
  do {
    const query = {
      model: "Value",
      select: { value: true as const },
      orderBy,
      limit: 2,
      ...(cursor !== null && { [direction]: cursor }),
    };
    const page = await app.engine.read(query, systemActor);
    const values = JSON.parse(page.json).map((row: { readonly value: unknown }) => row.value);
    if (direction === "after") pages.push(values);
    else pages.unshift(values);
    cursor = page.cursor;
  } while (cursor !== null);
  return pages.flat();
}

/** Aggregates: groups, what is calculated over them, conditions and order, the same bytes from every store. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, anonymousActor, systemActor } from "../../src/engine/actor.ts";
import type { AggregateQuery, ReadQuery, SelectQuery, WhereQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { openFilledLibrary } from "./library.ts";
import { type OpenApp, openApp } from "./open-app.ts";
import { renderLines } from "./render-lines.ts";
import { storeKinds } from "./stores.ts";

const open = { read: true, create: true, update: true, delete: true };

const Sale = model(
  {
    n: t.int(),
    whole: t.int().optional(),
    big: t.bigint().optional(),
    price: t.decimal(10, 2).optional(),
    long: t.decimal(38, 10).optional(),
    size: t.float().optional(),
    paid: t.bool().optional(),
    kind: t.enum("b", "a", "c").optional(),
    name: t.text().optional(),
    code: t.uuid().optional(),
    day: t.date().optional(),
    at: t.datetime().optional(),
    secret: t.int().hidden().default(7),
    place: t.ref("Place").optional(),
  },
  { key: "n", access: { ...open, read: () => ({ n: { lt: 100 } }) } },
);

const Place = model(
  {
    country: t.text(),
    city: t.text(),
    shown: t.bool().default(true),
    size: t.int().optional(),
    sales: t.many("Sale", "place"),
  },
  { key: ["country", "city"], access: { ...open, read: () => ({ shown: true }) } },
);

describe.each(storeKinds)("$name", (kind) => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openApp(kind, { Sale, Place });
    await app.create(
      "Place",
      { country: "DE", city: "Köln", size: 3 },
      { country: "DE", city: "Bonn", size: 1 },
      { country: "FR", city: "Metz", shown: false },
    );
    await app.create(
      "Sale",
      {
        n: 1,
        whole: 9007199254740991,
        big: "9223372036854775807",
        price: "0.10",
        long: "9999999999999999999999999999.9999999999",
        size: 0.5,
        paid: true,
        kind: "a",
        name: "b",
        code: "00000000-0000-7000-8000-000000000001",
        day: "2024-02-29",
        at: "2024-02-29T23:30:00.000Z",
        place: { country: "DE", city: "Köln" },
      },
      {
        n: 2,
        whole: 9007199254740991,
        big: "9223372036854775807",
        price: "0.20",
        long: "9999999999999999999999999999.9999999999",
        size: 0.25,
        paid: false,
        kind: "b",
        name: "é",
        code: "ffffffff-0000-7000-8000-000000000001",
        day: "2024-03-01",
        at: "2024-03-31T01:30:00.000Z",
        place: { country: "DE", city: "Bonn" },
      },
      {
        n: 3,
        whole: -5,
        big: "-9223372036854775808",
        price: "-1234567.89",
        long: "-0.0000000001",
        size: -2,
        paid: true,
        kind: "c",
        name: "b",
        day: "2024-12-30",
        at: "2024-10-27T00:30:00.000Z",
        place: { country: "FR", city: "Metz" },
      },
      { n: 4, at: "2024-10-27T01:30:00.123Z", day: "2025-01-05" },
      { n: 5, name: "😀", at: "0001-01-01T00:00:00.000Z", day: "0001-01-01" },
      { n: 6, name: "", at: "9999-12-31T23:59:59.999Z", day: "9999-12-31" },
      { n: 200, whole: 1000, name: "unseen", price: "5.00", place: { country: "DE", city: "Köln" } },
    );
  });
  afterAll(() => app.store.close());

  async function aggregate(query: Omit<AggregateQuery, "model"> & { model?: string }, actor: Actor = systemActor) {
    const { json } = await app.engine.aggregate({ model: "Sale", ...query }, actor);
    return json.toString();
  }

  test("all rows are one group: counts, exact sums, means and ends of every type", async () => {
    const where = { n: { lt: 100 } };
    const fields = ["whole", "big", "price", "long", "size"];
    const ordered = [...fields, "paid", "kind", "name", "code", "day", "at"];
    expect(await aggregate({ where, count: true, countDistinct: ordered })).toBe(
      '[{"count":6,"countDistinct":{"whole":2,"big":2,"price":3,"long":2,"size":3,"paid":2,"kind":3,"name":4,"code":2,"day":6,"at":6}}]',
    );
    expect(await aggregate({ where, sum: fields, avg: fields })).toBe(
      renderLines([
        {
          sum: {
            whole: "18014398509481977",
            big: "9223372036854775806",
            price: "-1234567.59",
            long: "19999999999999999999999999999.9999999997",
            size: -1.25,
          },
          avg: {
            whole: 18014398509481976 / 3,
            big: 2 ** 63 / 3,
            price: -1234567.59 / 3,
            long: 2e28 / 3,
            size: -1.25 / 3,
          },
        },
      ]),
    );
    expect(await aggregate({ where, min: ordered, max: ordered })).toBe(
      renderLines([
        {
          min: {
            whole: -5,
            big: "-9223372036854775808",
            price: "-1234567.89",
            long: "-0.0000000001",
            size: -2,
            paid: false,
            kind: "a",
            name: "",
            code: "00000000-0000-7000-8000-000000000001",
            day: "0001-01-01",
            at: "0001-01-01T00:00:00.000Z",
          },
          max: {
            whole: 9007199254740991,
            big: "9223372036854775807",
            price: "0.20",
            long: "9999999999999999999999999999.9999999999",
            size: 0.5,
            paid: true,
            kind: "c",
            name: "😀",
            code: "ffffffff-0000-7000-8000-000000000001",
            day: "9999-12-31",
            at: "9999-12-31T23:59:59.999Z",
          },
        },
      ]),
    );
  });

  test("of no rows, and of nulls only, counts are 0 and everything else is null", async () => {
    const asked = {
      count: true,
      countDistinct: ["whole"],
      sum: ["whole", "price", "size"],
      avg: ["long", "size"],
      min: ["price"],
      max: ["paid"],
    };
    const empty =
      '"sum":{"whole":null,"price":null,"size":null},"avg":{"long":null,"size":null},"min":{"price":null},"max":{"paid":null}}]';
    expect(await aggregate({ where: { n: 999 }, ...asked })).toBe(`[{"count":0,"countDistinct":{"whole":0},${empty}`);
    expect(await aggregate({ where: { n: 4 }, ...asked })).toBe(`[{"count":1,"countDistinct":{"whole":0},${empty}`);
    expect(await aggregate({ where: { n: 999 }, groupBy: ["name"], count: true })).toBe("[]");
    expect(await aggregate({ where: { n: 999 }, count: true, having: { count: { gt: 0 } } })).toBe("[]");
  });

  test("sums of floats are as good as floats, and refused beyond their range", async () => {
    const floats = await openApp(kind, {
      Point: model({ n: t.int(), x: t.float() }, { key: "n", access: { read: true } }),
    });
    const values = [0.1, 0.2, 0.3, 1e16, -1e16, 1 / 3];
    await floats.create("Point", ...values.map((x, n) => ({ n, x })));
    const ask = async (where: WhereQuery) => {
      const query = { model: "Point", where, sum: ["x"], avg: ["x"], having: { sum: { x: { not: 7 } } } };
      return JSON.parse((await floats.engine.aggregate(query, systemActor)).json.toString())[0];
    };
    const small = await ask({ n: { lt: 3 } });
    expect(small.sum.x).toBeCloseTo(0.6, 12);
    expect(small.avg.x).toBeCloseTo(0.2, 12);
    expect(Math.abs((await ask({})).sum.x)).toBeLessThan(4);
    await floats.create("Point", { n: 10, x: 1.7e308 }, { n: 11, x: 1.7e308 }, { n: 12, x: Number.MAX_VALUE });
    expect((await ask({ n: 10 })).sum.x).toBe(1.7e308);
    expect((await ask({ n: 12 })).sum.x).toBe(Number.MAX_VALUE);
    await expect(ask({ n: { gte: 10 } })).rejects.toMatchObject({
      code: "FTG_VALUE",
      message: "A sum of floats is larger than a float can be.",
    });
    const mean = floats.engine.aggregate({ model: "Point", where: { n: { gte: 10 } }, avg: ["x"] }, systemActor);
    await expect(mean).rejects.toMatchObject({ code: "FTG_VALUE" });
    await floats.store.close();
  });

  test("groups by fields, null among them, in the order of the keys", async () => {
    expect(await aggregate({ groupBy: ["name"], count: true })).toBe(
      '[{"key":{"name":null},"count":1},\n{"key":{"name":""},"count":1},\n{"key":{"name":"b"},"count":2},\n{"key":{"name":"unseen"},"count":1},\n{"key":{"name":"é"},"count":1},\n{"key":{"name":"😀"},"count":1}]',
    );
    expect(await aggregate({ groupBy: ["paid", "kind"] })).toBe(
      '[{"key":{"paid":null,"kind":null}},\n{"key":{"paid":false,"kind":"b"}},\n{"key":{"paid":true,"kind":"a"}},\n{"key":{"paid":true,"kind":"c"}}]',
    );
    expect(await aggregate({ groupBy: ["price", "size", "big"], where: { n: { lt: 4 } } })).toBe(
      '[{"key":{"price":"-1234567.89","size":-2,"big":"-9223372036854775808"}},\n{"key":{"price":"0.10","size":0.5,"big":"9223372036854775807"}},\n{"key":{"price":"0.20","size":0.25,"big":"9223372036854775807"}}]',
    );
  });

  test("groups by a reference, and by fields behind it that the caller may read", async () => {
    expect(await aggregate({ groupBy: ["place"], count: true })).toBe(
      '[{"key":{"place":null},"count":3},\n{"key":{"place":{"country":"DE","city":"Bonn"}},"count":1},\n{"key":{"place":{"country":"DE","city":"Köln"}},"count":2},\n{"key":{"place":{"country":"FR","city":"Metz"}},"count":1}]',
    );
    const groupBy = ["place.country", "paid", "place.size"];
    expect(await aggregate({ groupBy, count: true })).toBe(
      '[{"key":{"place":{"country":null,"size":null},"paid":null},"count":3},\n{"key":{"place":{"country":"DE","size":3},"paid":null},"count":1},\n{"key":{"place":{"country":"DE","size":1},"paid":false},"count":1},\n{"key":{"place":{"country":"DE","size":3},"paid":true},"count":1},\n{"key":{"place":{"country":"FR","size":null},"paid":true},"count":1}]',
    );
    expect(await aggregate({ groupBy, count: true }, anonymousActor)).toBe(
      '[{"key":{"place":{"country":null,"size":null},"paid":null},"count":3},\n{"key":{"place":{"country":null,"size":null},"paid":true},"count":1},\n{"key":{"place":{"country":"DE","size":1},"paid":false},"count":1},\n{"key":{"place":{"country":"DE","size":3},"paid":true},"count":1}]',
    );
    expect(await aggregate({ groupBy: ["place"], orderBy: ["-key.place"], limit: 2, count: true })).toBe(
      '[{"key":{"place":{"country":"FR","city":"Metz"}},"count":1},\n{"key":{"place":{"country":"DE","city":"Köln"}},"count":2}]',
    );
  });

  test("rows that the caller may not read are in no group", async () => {
    expect(await aggregate({ count: true, sum: ["price"] }, anonymousActor)).toBe(
      '[{"count":6,"sum":{"price":"-1234567.59"}}]',
    );
    expect(await aggregate({ model: "Place", count: true, max: ["size"] }, anonymousActor)).toBe(
      '[{"count":2,"max":{"size":3}}]',
    );
  });

  test("having compares what is calculated, shown or not", async () => {
    const groupBy = ["name"];
    const names = async (having: AggregateQuery["having"]) =>
      JSON.parse(await aggregate({ groupBy, ...(having && { having }) })).map(
        (row: { key: { name: string | null } }) => row.key.name,
      );
    expect(await names({ count: { gte: 2 } })).toEqual(["b"]);
    expect(await names({ count: 1, sum: { whole: { gt: 5 } } })).toEqual(["unseen", "é"]);
    expect(await names({ sum: { whole: 9007199254740991 } })).toEqual(["é"]);
    expect(await names({ sum: { whole: { in: ["1000", 9007199254740986] } } })).toEqual(["b", "unseen"]);
    expect(await names({ sum: { big: { gt: "-2" }, price: { lt: "0.00" } } })).toEqual(["b"]);
    expect(await names({ sum: { price: { not: "0.20" } } })).toEqual([null, "", "b", "unseen", "😀"]);
    expect(await names({ max: { kind: { isNull: false }, at: { lt: "2024-05-01T00:00:00.000Z" } } })).toEqual(["é"]);
    expect(await names({ min: { price: { lte: "0.20" } } })).toEqual(["b", "é"]);
    expect(await names({ avg: { size: { lt: 0.25 } } })).toEqual(["b"]);
    expect(await names({ countDistinct: { kind: { gt: 1 } } })).toEqual(["b"]);
    expect(await names({ max: { price: null } })).toEqual([null, "", "😀"]);
    expect(await names({ max: { price: { notIn: ["0.20", "5.00"] } } })).toEqual([null, "", "b", "😀"]);
  });

  test("orders by what is calculated and by keys, with offset and limit", async () => {
    const groupBy = ["name"];
    const pages = async (query: object) => {
      const { json, hasMore } = await app.engine.aggregate({ model: "Sale", groupBy, ...query }, systemActor);
      return [JSON.parse(json.toString()).map((row: { key: { name: string | null } }) => row.key.name), hasMore];
    };
    expect(await pages({ orderBy: ["-count", "-key.name"], limit: 3 })).toEqual([["b", "😀", "é"], true]);
    expect(await pages({ orderBy: ["-count", "-key.name"], limit: 3, offset: 3 })).toEqual([
      ["unseen", "", null],
      false,
    ]);
    expect(await pages({ orderBy: ["-sum.price"], limit: 3 })).toEqual([["unseen", "é", "b"], true]);
    expect(await pages({ orderBy: ["sum.price"], limit: 4 })).toEqual([[null, "", "😀", "b"], true]);
    expect(await pages({ orderBy: ["-sum.big", "min.at"] })).toEqual([["é", "b", "unseen", "😀", null, ""], false]);
    expect(await pages({ offset: 6 })).toEqual([[], false]);
  });

  test("nulls of keys and of what is calculated stand where the order puts them", async () => {
    const names = async (orderBy: AggregateQuery["orderBy"], query: object = {}) => {
      const json = await aggregate({ groupBy: ["name"], ...(orderBy && { orderBy }), ...query });
      return JSON.parse(json).map((row: { key: { name: string | null } }) => row.key.name);
    };
    expect(await names(["key.name:nullsLast"])).toEqual(["", "b", "unseen", "é", "😀", null]);
    expect(await names(["-key.name:nullsFirst"], { limit: 3 })).toEqual([null, "😀", "é"]);
    expect(await names(["-key.name:nullsLast"])).toEqual(["😀", "é", "unseen", "b", "", null]);
    expect(await names([{ field: "key.name", direction: "desc", nulls: "first" }], { limit: 1 })).toEqual([null]);
    expect(await names(["sum.price:nullsLast"])).toEqual(["b", "é", "unseen", null, "", "😀"]);
    expect(await names(["-sum.price:nullsFirst"])).toEqual([null, "", "😀", "unseen", "é", "b"]);
    expect(await names([{ field: "sum.price", nulls: "last" }, "-key.name"], { offset: 3 })).toEqual(["😀", "", null]);
    expect(await names(["-sum.price:nullsFirst"], { having: { count: 1 }, limit: 3 })).toEqual([null, "", "😀"]);
    const places = await aggregate({ groupBy: ["place"], orderBy: ["key.place:nullsLast"], count: true });
    expect(JSON.parse(places).map((row: { count: number }) => row.count)).toEqual([1, 2, 1, 3]);
  });

  test("buckets of dates and of datetimes in UTC", async () => {
    const keys = async (field: string, bucket: string, timeZone?: string) =>
      JSON.parse(
        await aggregate({
          groupBy: [{ field, bucket, ...(timeZone !== undefined && { timeZone }) } as never],
          where: { [field]: { isNull: false } },
        }),
      ).map((row: { key: Record<string, string> }) => row.key[field]);
    expect(await keys("day", "week")).toEqual(["0001-01-01", "2024-02-26", "2024-12-30", "9999-12-27"]);
    expect(await keys("day", "month")).toEqual([
      "0001-01-01",
      "2024-02-01",
      "2024-03-01",
      "2024-12-01",
      "2025-01-01",
      "9999-12-01",
    ]);
    expect(await keys("day", "quarter")).toEqual([
      "0001-01-01",
      "2024-01-01",
      "2024-10-01",
      "2025-01-01",
      "9999-10-01",
    ]);
    expect(await keys("day", "year")).toEqual(["0001-01-01", "2024-01-01", "2025-01-01", "9999-01-01"]);
    expect(await keys("at", "hour")).toEqual([
      "0001-01-01T00:00:00.000Z",
      "2024-02-29T23:00:00.000Z",
      "2024-03-31T01:00:00.000Z",
      "2024-10-27T00:00:00.000Z",
      "2024-10-27T01:00:00.000Z",
      "9999-12-31T23:00:00.000Z",
    ]);
    expect(await keys("at", "day")).toEqual([
      "0001-01-01T00:00:00.000Z",
      "2024-02-29T00:00:00.000Z",
      "2024-03-31T00:00:00.000Z",
      "2024-10-27T00:00:00.000Z",
      "9999-12-31T00:00:00.000Z",
    ]);
    expect(await keys("at", "week")).toEqual([
      "0001-01-01T00:00:00.000Z",
      "2024-02-26T00:00:00.000Z",
      "2024-03-25T00:00:00.000Z",
      "2024-10-21T00:00:00.000Z",
      "9999-12-27T00:00:00.000Z",
    ]);
    expect(await keys("at", "quarter")).toEqual([
      "0001-01-01T00:00:00.000Z",
      "2024-01-01T00:00:00.000Z",
      "2024-10-01T00:00:00.000Z",
      "9999-10-01T00:00:00.000Z",
    ]);
    expect(await keys("at", "month", "Europe/Berlin")).toEqual([
      "0001-01-01T00:00:00.000Z",
      "2024-02-29T23:00:00.000Z",
      "2024-09-30T22:00:00.000Z",
      "9999-12-01T00:00:00.000Z",
    ]);
    expect(await keys("at", "day", "America/New_York")).toEqual([
      "0001-01-01T00:00:00.000Z",
      "2024-02-29T05:00:00.000Z",
      "2024-03-30T04:00:00.000Z",
      "2024-10-26T04:00:00.000Z",
      "9999-12-31T00:00:00.000Z",
    ]);
    expect(await keys("at", "hour", "Europe/Berlin")).toEqual([
      "0001-01-01T00:00:00.000Z",
      "2024-02-29T23:00:00.000Z",
      "2024-03-31T01:00:00.000Z",
      "2024-10-27T00:00:00.000Z",
      "2024-10-27T01:00:00.000Z",
      "9999-12-31T23:00:00.000Z",
    ]);
    expect(await keys("at", "hour", "Asia/Kathmandu")).toContain("2024-10-27T01:15:00.000Z");
  });

  test("an output of the caller's own names", async () => {
    const output = {
      'a "b"': { key: { field: "place.country" } },
      total: { measure: "count" },
      inner: { object: { sum: { measure: "sum", field: "price" }, kind: { constant: "Group" } } },
      month: { key: { field: "at", bucket: "month" } },
      year: { key: { field: "at", bucket: "year" } },
    } as const;
    expect(await aggregate({ output, where: { n: { lt: 3 } }, orderBy: ["-month"] })).toBe(
      '[{"a \\"b\\"":"DE","total":1,"inner":{"sum":"0.20","kind":"Group"},"month":"2024-03-01T00:00:00.000Z","year":"2024-01-01T00:00:00.000Z"},\n{"a \\"b\\"":"DE","total":1,"inner":{"sum":"0.10","kind":"Group"},"month":"2024-02-01T00:00:00.000Z","year":"2024-01-01T00:00:00.000Z"}]',
    );
  });

  test.each<[object, string]>([
    [{}, "query: expected groupBy or at least one of count, countDistinct, sum, avg, min, max, got neither."],
    [
      { groupBy: [] },
      "query: expected groupBy or at least one of count, countDistinct, sum, avg, min, max, got neither.",
    ],
    [{ groupBy: "name" }, 'groupBy: expected a list of fields, got "name".'],
    [{ groupBy: ["nam"] }, 'Sale has no field "nam".'],
    [{ groupBy: ["secret"] }, 'Sale has no field "secret".'],
    [{ sum: ["secret"] }, 'Sale has no field "secret".'],
    [{ count: true, having: { max: { secret: 1 } } }, 'Sale has no field "secret".'],
    [{ count: true, orderBy: ["min.secret"] }, 'Sale has no field "secret".'],
    [
      { groupBy: ["name", "name"] },
      "groupBy[1]: expected each field once, and either a relation or fields behind it, got name.",
    ],
    [
      { groupBy: ["place", "place.size"] },
      "groupBy[1]: expected each field once, and either a relation or fields behind it, got place.size.",
    ],
    [
      { groupBy: ["place.sales.n"] },
      "groupBy[0]: expected a path through relations to one row, got Place.sales, which is no such relation.",
    ],
    [
      { groupBy: [{ field: "day", bucket: "hour" }] },
      'groupBy[0].bucket: expected week, month, quarter, year, got "hour".',
    ],
    [
      { groupBy: [{ field: "n", bucket: "year" }] },
      'groupBy[0].bucket: expected nothing, because n is no date or datetime, got "year".',
    ],
    [
      { groupBy: [{ field: "at", bucket: "year", timeZone: "Mars" }] },
      'groupBy[0].timeZone: expected the name of a time zone, like Europe/Berlin, got "Mars".',
    ],
    [
      { groupBy: [{ field: "at", timeZone: "UTC" }] },
      'groupBy[0].timeZone: expected nothing without a bucket, got "UTC".',
    ],
    [
      { groupBy: [{ field: "day", bucket: "year", timeZone: "UTC" }] },
      'groupBy[0].timeZone: expected nothing, because a date has no zone, got "UTC".',
    ],
    [{ sum: ["name"] }, "sum[0]: expected a field that sum can be taken of, got Sale.name."],
    [{ sum: ["place"] }, "sum[0]: expected a field that sum can be taken of, got Sale.place."],
    [{ min: ["place"] }, "min[0]: expected a field that min can be taken of, got Sale.place."],
    [{ sum: [] }, "sum: expected a list of fields, got an empty one."],
    [{ count: 1 }, "count: expected true, got 1."],
    [
      { count: true, having: {} },
      "having: expected at least one of count, countDistinct, sum, avg, min, max, got an empty object.",
    ],
    [
      { count: true, having: { count: { contains: 1 } } },
      'having.count: expected eq, not, in, notIn, isNull, lt, lte, gt, gte, got "contains".',
    ],
    [
      { count: true, having: { count: { gt: "x" } } },
      'having.count.gt: expected an integer from -9007199254740991 to 9007199254740991, got "x".',
    ],
    [
      { count: true, orderBy: ["key.name"] },
      'orderBy[0]: expected count, a function with a field (sum.x), or a key of the output (key.x), got "key.name".',
    ],
    [{ count: true, limit: 0 }, "limit: expected a whole number from 1 to 100, got 0."],
    [
      { count: true, select: {} },
      'query: expected model, where, search, deleted, groupBy, count, countDistinct, sum, avg, min, max, output, having, orderBy, limit, offset, got "select".',
    ],
  ])("refuses %j", async (query, message) => {
    await expect(app.engine.aggregate({ model: "Sale", ...query }, anonymousActor)).rejects.toThrow(message);
  });

  test("rows with what is calculated over related rows, sorted by it, and how many there are", async () => {
    const library = await openFilledLibrary(kind);
    const read = async (query: ReadQuery, actor: Actor = systemActor) => {
      const { json, cursor } = await library.engine.read(query, actor);
      return { json, cursor };
    };
    const select: SelectQuery = {
      code: true,
      books: { aggregate: { count: true, max: ["year"], sum: ["year"] } },
      old: { field: "books", where: { year: { lt: 1990 } }, aggregate: { output: { n: { measure: "count" } } } },
    };
    const authors: ReadQuery = { model: "Author", select, orderBy: ["-books.count", "books.min.title"] };
    expect((await read({ ...authors, limit: 2 })).json).toBe(
      '[{"code":"eco","books":{"count":3,"sum":{"year":"5974"},"max":{"year":2000}},"old":{"n":1}},\n{"code":"anon","books":{"count":1,"sum":{"year":null},"max":{"year":null}},"old":{"n":0}}]',
    );
    const codes: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const { json, cursor } = await read(
        { ...authors, select: { code: true }, limit: 1, ...(after !== undefined && { after }) },
        anonymousActor,
      );
      codes.push(JSON.parse(json)[0].code);
      after = cursor;
    }
    expect(codes).toEqual(["eco", "lem", "zed"]);
    const tags: ReadQuery = {
      model: "Tag",
      orderBy: ["-books.count", "near.count"],
      select: { name: true, books: { aggregate: { count: true } } },
    };
    expect((await read(tags)).json).toBe(
      '[{"name":"sea","books":{"count":3}},\n{"name":"space","books":{"count":2}},\n{"name":"secret","books":{"count":1}}]',
    );
    expect((await read(tags, anonymousActor)).json).toBe(
      '[{"name":"sea","books":{"count":3}},\n{"name":"space","books":{"count":1}}]',
    );
    const byAuthor: ReadQuery = { model: "Book", orderBy: ["author.books.count"], select: { n: true } };
    expect((await read(byAuthor, anonymousActor)).json).toBe('[{"n":4},\n{"n":6},\n{"n":2},\n{"n":1},\n{"n":3}]');
    const page: ReadQuery = {
      model: "Author",
      limit: 1,
      page: {
        total: { total: true },
        rows: {
          rows: {
            code: true,
            books: { page: { of: { object: { n: { total: true } } } }, limit: 1, where: { n: { gt: 1 } } },
          },
        },
      },
    };
    expect(
      (await read({ ...page, after: (await read({ ...page, page: { e: { info: "endCursor" } } })).json.slice(6, -2) }))
        .json,
    ).toBe('{"total":4,"rows":[{"code":"eco","books":{"of":{"n":2}}}]}');
    expect((await read({ ...page, offset: 9 }, anonymousActor)).json).toBe('{"total":3,"rows":[]}');
    await library.store.close();
  });

  test.each<[object, string]>([
    [{ orderBy: ["books.sum.title"] }, "orderBy[0]: expected a field that sum can be taken of, got Book.title."],
    [
      { orderBy: ["books.count.n"] },
      "orderBy[0]: expected a path through relations to one row, got Author.books, which is no such relation.",
    ],
    [{ orderBy: ["books.max.nme"] }, 'Book has no field "nme".'],
    [
      { select: { books: { aggregate: {} } } },
      "select.books.aggregate: expected at least one of count, countDistinct, sum, avg, min, max, got none.",
    ],
    [
      { select: { books: { aggregate: { groupBy: ["n"] } } } },
      'select.books.aggregate: expected count, countDistinct, sum, avg, min, max, output, got "groupBy".',
    ],
    [
      { select: { books: { aggregate: { output: { n: { key: { field: "n" } } } } } } },
      "select.books.aggregate: expected no key",
    ],
    [
      { select: { mentor: { aggregate: { count: true } } } },
      "select.mentor: expected a relation to many rows, got Author.mentor, which is none.",
    ],
    [
      { select: { books: { aggregate: { count: true }, limit: 1 } } },
      'select.books: expected field, where, search, aggregate, got "limit".',
    ],
  ])("refuses the rows %j", async (query, message) => {
    const library = await openFilledLibrary(kind);
    await expect(library.engine.read({ model: "Author", ...query }, systemActor)).rejects.toThrow(message);
    await library.store.close();
  });

  test("groups through every kind of to-one relation", async () => {
    const library = await openFilledLibrary(kind);
    const ask = async (query: AggregateQuery, actor: Actor) =>
      JSON.parse((await library.engine.aggregate(query, actor)).json.toString());
    const byCity: AggregateQuery = { model: "Book", groupBy: ["author.address.city", "author.mentor"], count: true };
    expect(await ask(byCity, anonymousActor)).toEqual([
      { key: { author: { address: { city: null }, mentor: null } }, count: 2 },
      { key: { author: { address: { city: null }, mentor: "eco" } }, count: 1 },
      { key: { author: { address: { city: "Milan" }, mentor: null } }, count: 2 },
    ]);
    await library.store.close();
  });
});

/** Computed fields: read, filtered, sorted, paged, grouped and aggregated like stored ones, the same bytes from every store. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anonymousActor, systemActor } from "../../src/engine/actor.ts";
import type { ReadAnswer } from "../../src/engine/executor.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { foldCase, raiseCase } from "../../src/util/fold-case.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const City = model(
  {
    code: t.int(),
    name: t.text(),
    state: t.text().optional(),
    people: t.int().optional(),
    area: t.float().optional(),
    tax: t.decimal(10, 2).optional(),
    serial: t.bigint().optional(),
    level: t.enum("low", "high").optional(),
    founded: t.date().optional(),
    seen: t.datetime().optional(),
    open: t.bool().default(true),
    tag: t.uuid().optional(),
    country: t.ref("Country").optional(),
  },
  {
    key: "code",
    access: { read: true, create: true, update: true },
    computed: ({ field, concat, length, lower, upper, add, subtract, multiply, divide, coalesce, when, matches }) => {
      const perSquare = divide(field("people"), field("area"));
      return {
        label: concat(field("name"), ", ", coalesce(field("state"), "?")),
        numbered: concat(field("name"), " #", field("code"), "/", field("serial")),
        size: length(field("name")),
        small: lower(field("name")),
        large: upper(concat(field("name"), coalesce(field("level"), "ß"))),
        density: perSquare,
        dense: coalesce(perSquare, 0),
        next: add(field("people"), 1),
        minus: subtract(0, field("people")),
        square: multiply(field("people"), field("people")),
        bigger: add(field("serial"), field("people")),
        double: multiply(field("serial"), 2),
        gross: multiply(field("tax"), "1.190"),
        total: add(field("tax"), field("people")),
        less: subtract(field("tax"), "0.005"),
        half: divide(field("tax"), 2),
        wide: multiply(field("area"), field("area")),
        kind: when({ people: { gte: 1000 } }, "city's", "town ü😀"),
        grade: coalesce(field("level"), "none"),
        isOld: matches({ any: [{ founded: { lt: "1900-01-01" } }, { not: { open: true } }] }),
        since: coalesce(field("founded"), "2000-01-01"),
        last: coalesce(field("seen"), "2000-01-01T00:00:00.000Z"),
        mark: coalesce(field("tag"), "00000000-0000-0000-0000-000000000000"),
        flag: when({ state: null }, field("open")),
        scaled: coalesce(field("tax"), field("people")),
        exact: coalesce(field("area"), field("people")),
      };
    },
  },
);

const Country = model(
  { code: t.text().max(2), name: t.text(), cities: t.many("City", "country") },
  {
    key: "code",
    access: { read: true },
    computed: ({ field, concat }) => ({ shown: concat(field("code"), ": ", field("name")) }),
  },
);

const Letter = model(
  { n: t.int(), text: t.text() },
  {
    key: "n",
    access: { read: true },
    computed: ({ field, lower, upper }) => ({ small: lower(field("text")), large: upper(field("text")) }),
  },
);

async function readAll({ engine }: OpenApp): Promise<readonly unknown[]> {
  const select = { text: true, small: true, large: true } as const;
  const rows: unknown[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const { json, hasMore }: ReadAnswer = await engine.read(
      { model: "Letter", select, limit: 100, offset },
      systemActor,
    );
    rows.push(...JSON.parse(json));
    offset = hasMore ? rows.length : null;
  }
  return rows;
}

const computed = [
  "label numbered size density dense next minus square bigger double gross total less half wide kind grade isOld",
  "since last mark flag scaled exact small large",
].flatMap((names) => names.split(" "));

describe.each(storeKinds)("$name", (kind) => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openApp(kind, { City, Country });
    await app.create("Country", { code: "PE", name: "Perú" }, { code: "FR", name: "France" });
    await app.create(
      "City",
      {
        code: 1,
        name: "Lima 😀",
        state: "LI'\\?",
        people: 1000,
        area: 2.5,
        tax: "10.01",
        serial: "9223372036854775807",
        level: "high",
        founded: "1535-01-18",
        seen: "2024-02-29T12:00:00.001Z",
        open: false,
        tag: "018f4a1c-0000-7000-8000-000000000001",
        country: "PE",
      },
      {
        code: 2,
        name: "",
        people: 9007199254740991,
        area: 0,
        tax: "-0.01",
        serial: "-9223372036854775808",
        country: "FR",
      },
      { code: 3, name: "Nul", people: -94906266, area: 1e21, tax: "99999999.99", serial: "-3037000500", country: "FR" },
      { code: 4, name: "Ω", people: 0, area: -3, tax: "0.00", serial: "0", level: "low", open: false },
      { code: 5, name: "z" },
    );
  });
  afterAll(() => app.store.close());

  const find = (query: object) => app.find({ model: "City", ...query });
  const select = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, true as const]));

  test("the case of letters of every script is the same everywhere", async () => {
    const scripts = [
      [0x41, 0x530],
      [0x531, 0x590],
      [0x13a0, 0x13f6],
      [0x1e00, 0x2000],
      [0x2c00, 0x2d30],
      [0xfb00, 0xfb18],
      [0xff21, 0xff5b],
      [0x10400, 0x10450],
    ] as const;
    const points = scripts.flatMap(([first, end]) => Array.from({ length: end - first }, (_, index) => first + index));
    // Of these two, the capitals are younger than some databases.
    const letters = points.map((point) => String.fromCodePoint(point)).filter((letter) => /[^\P{L}ƛɤ]/u.test(letter));
    const own = closeWithTest(await openApp(kind, { Letter }));
    const data = ["Straße ΟΔΟΣ ᾳß", ...letters].map((text, n) => ({ n, text }));
    await own.engine.createMany({ model: "Letter", data }, systemActor);
    const rows = await readAll(own);
    expect(rows.slice(0, 1)).toEqual([{ text: "Straße ΟΔΟΣ ᾳß", small: "straße οδοσ ᾳß", large: "STRAßE ΟΔΟΣ ᾼß" }]);
    expect(rows).toEqual(data.map(({ text }) => ({ text, small: foldCase(text), large: raiseCase(text) })));
    expect(await own.find({ model: "Letter", where: { large: "ᾼ" }, select: { text: true } })).toEqual([
      { text: "ᾳ" },
      { text: "ᾼ" },
    ]);
  });

  test("they are computed by one definition", async () => {
    expect(await find({ select: select("code", ...computed) })).toEqual([
      {
        code: 1,
        label: "Lima 😀, LI'\\?",
        numbered: "Lima 😀 #1/9223372036854775807",
        size: 6,
        density: 400,
        dense: 400,
        next: 1001,
        minus: -1000,
        square: 1000000,
        bigger: null,
        double: null,
        gross: "11.91190",
        total: "1010.01",
        less: "10.005",
        half: 5.005,
        wide: 6.25,
        kind: "city's",
        grade: "high",
        isOld: true,
        since: "1535-01-18",
        last: "2024-02-29T12:00:00.001Z",
        mark: "018f4a1c-0000-7000-8000-000000000001",
        flag: null,
        scaled: "10.01",
        exact: 2.5,
        small: "lima 😀",
        large: "LIMA 😀HIGH",
      },
      {
        code: 2,
        label: ", ?",
        numbered: " #2/-9223372036854775808",
        size: 0,
        density: null,
        dense: 0,
        next: null,
        minus: -9007199254740991,
        square: null,
        bigger: "-9214364837600034817",
        double: null,
        gross: "-0.01190",
        total: "9007199254740990.99",
        less: "-0.015",
        half: -0.005,
        wide: 0,
        kind: "city's",
        grade: "none",
        isOld: false,
        since: "2000-01-01",
        last: "2000-01-01T00:00:00.000Z",
        mark: "00000000-0000-0000-0000-000000000000",
        flag: true,
        scaled: "-0.01",
        exact: 0,
        small: "",
        large: "ß",
      },
      {
        code: 3,
        label: "Nul, ?",
        numbered: "Nul #3/-3037000500",
        size: 3,
        // Beyond the floats that are calculated with.
        density: null,
        dense: 0,
        next: -94906265,
        minus: 94906266,
        square: null,
        bigger: "-3131906766",
        double: "-6074001000",
        gross: "118999999.98810",
        total: "5093733.99",
        less: "99999999.985",
        half: 49999999.995,
        wide: null,
        kind: "town ü😀",
        grade: "none",
        isOld: false,
        since: "2000-01-01",
        last: "2000-01-01T00:00:00.000Z",
        mark: "00000000-0000-0000-0000-000000000000",
        flag: true,
        scaled: "99999999.99",
        exact: 1e21,
        small: "nul",
        large: "NULß",
      },
      {
        code: 4,
        label: "Ω, ?",
        numbered: "Ω #4/0",
        size: 1,
        density: 0,
        dense: 0,
        next: 1,
        minus: 0,
        square: 0,
        bigger: "0",
        double: "0",
        gross: "0.00000",
        total: "0.00",
        less: "-0.005",
        half: 0,
        wide: 9,
        kind: "town ü😀",
        grade: "low",
        isOld: true,
        since: "2000-01-01",
        last: "2000-01-01T00:00:00.000Z",
        mark: "00000000-0000-0000-0000-000000000000",
        flag: false,
        scaled: "0.00",
        exact: -3,
        small: "ω",
        large: "ΩLOW",
      },
      {
        ...Object.fromEntries(computed.map((name) => [name, null])),
        code: 5,
        label: "z, ?",
        size: 1,
        small: "z",
        large: "Zß",
        dense: 0,
        kind: "town ü😀",
        grade: "none",
        isOld: false,
        since: "2000-01-01",
        last: "2000-01-01T00:00:00.000Z",
        mark: "00000000-0000-0000-0000-000000000000",
        flag: true,
      },
    ]);
  });

  test("a row shows them without being asked", async () => {
    const [row] = (await find({ limit: 1 })) as readonly object[];
    expect(Object.keys(row ?? {})).toEqual(expect.arrayContaining(computed));
  });

  test.each<[object, readonly number[]]>([
    [{ label: "z, ?" }, [5]],
    [{ label: { startsWith: "Lima", contains: "LI'\\" } }, [1]],
    [{ density: null }, [2, 3, 5]],
    [{ density: { isNull: false } }, [1, 4]],
    [{ density: { gte: 399.5 } }, [1]],
    [{ not: { density: { gt: 0 } } }, [2, 3, 4, 5]],
    [{ gross: { gt: "0.001" } }, [1, 3]],
    [{ gross: "-0.01190" }, [2]],
    [{ bigger: { in: ["0", "-3131906766"] } }, [3, 4]],
    [{ next: { notIn: [1, 1001] } }, [2, 3, 5]],
    [{ isOld: true }, [1, 4]],
    [{ last: { gt: "2024-01-01T00:00:00Z" } }, [1]],
    [{ since: { in: ["1535-01-18"] } }, [1]],
    [{ mark: { lt: "00000000-0000-0000-0000-000000000001" } }, [2, 3, 4, 5]],
    [{ country: { shown: { contains: "Per" } } }, [1]],
    [{ country: { cities: { some: { kind: "city's", size: 0 } } } }, [2, 3]],
  ])("where %j", async (where, codes) => {
    expect(await find({ where, select: { code: true } })).toEqual(codes.map((code) => ({ code })));
  });

  test.each<[string, readonly number[]]>([
    ["label", [2, 1, 3, 5, 4]],
    ["-label", [4, 5, 3, 1, 2]],
    ["density", [2, 3, 5, 4, 1]],
    ["-gross", [3, 1, 4, 2, 5]],
    ["bigger", [1, 5, 2, 3, 4]],
    ["-isOld", [4, 1, 5, 3, 2]],
    ["country.shown", [4, 5, 2, 3, 1]],
  ])("sorted by %s, in one list and in pages", async (key, codes) => {
    const expected = codes.map((code) => ({ code }));
    expect(await find({ orderBy: [key], select: { code: true } })).toEqual(expected);
    const paged: unknown[] = [];
    let after: string | undefined;
    for (;;) {
      const query = {
        model: "City",
        orderBy: [key],
        select: { code: true as const },
        limit: 2,
        ...(after && { after }),
      };
      const page = await app.engine.read(query, systemActor);
      paged.push(...(JSON.parse(String(page.json)) as unknown[]));
      if (page.cursor === null) break;
      after = page.cursor;
    }
    expect(paged).toEqual(expected);
  });

  test("they are grouped by, measured and compared in groups", async () => {
    const { json } = await app.engine.aggregate(
      {
        model: "City",
        groupBy: ["kind", "country.shown"],
        count: true,
        countDistinct: ["label"],
        sum: ["next", "gross", "bigger", "density"],
        avg: ["half"],
        min: ["label", "gross", "isOld"],
        max: ["label", "bigger"],
        having: { min: { label: { gt: "" } } },
        orderBy: ["-sum.gross"],
      },
      systemActor,
    );
    expect(JSON.parse(String(json))).toEqual([
      {
        key: { kind: "town ü😀", country: { shown: "FR: France" } },
        count: 1,
        countDistinct: { label: 1 },
        sum: { next: "-94906265", gross: "118999999.98810", bigger: "-3131906766", density: null },
        avg: { half: 49999999.995 },
        min: { label: "Nul, ?", gross: "118999999.98810", isOld: false },
        max: { label: "Nul, ?", bigger: "-3131906766" },
      },
      {
        key: { kind: "city's", country: { shown: "PE: Perú" } },
        count: 1,
        countDistinct: { label: 1 },
        sum: { next: "1001", gross: "11.91190", bigger: null, density: 400 },
        avg: { half: 5.005 },
        min: { label: "Lima 😀, LI'\\?", gross: "11.91190", isOld: true },
        max: { label: "Lima 😀, LI'\\?", bigger: null },
      },
      {
        key: { kind: "town ü😀", country: { shown: null } },
        count: 2,
        countDistinct: { label: 2 },
        sum: { next: "1", gross: "0.00000", bigger: "0", density: 0 },
        avg: { half: 0 },
        min: { label: "z, ?", gross: "0.00000", isOld: false },
        max: { label: "Ω, ?", bigger: "0" },
      },
      {
        key: { kind: "city's", country: { shown: "FR: France" } },
        count: 1,
        countDistinct: { label: 1 },
        sum: { next: null, gross: "-0.01190", bigger: "-9214364837600034817", density: null },
        avg: { half: -0.005 },
        min: { label: ", ?", gross: "-0.01190", isOld: false },
        max: { label: ", ?", bigger: "-9214364837600034817" },
      },
    ]);
  });

  test("they are calculated over related rows", async () => {
    const cities = { aggregate: { max: ["label"], sum: ["square"] } };
    const query = { model: "Country", select: { shown: true, cities }, orderBy: ["-cities.max.label"] } as const;
    expect(await app.find(query)).toEqual([
      { shown: "FR: France", cities: { sum: { square: null }, max: { label: "Nul, ?" } } },
      { shown: "PE: Perú", cities: { sum: { square: "1000000" }, max: { label: "Lima 😀, LI'\\?" } } },
    ]);
  });

  test("a write answers them and does not take them", async () => {
    const data = { code: 9, name: "New", people: 5, area: 2 };
    const returned = await app.engine.create(
      { model: "City", data, select: { density: true, label: true } },
      anonymousActor,
    );
    expect(returned).toBe('{"density":2.5,"label":"New, ?"}');
    const changed = { model: "City", key: { code: 9 }, data: { area: 4 }, select: { density: true } } as const;
    expect(await app.engine.update(changed, anonymousActor)).toBe('{"density":1.25}');
    for (const actor of [anonymousActor, systemActor]) {
      await expect(
        app.engine.create({ model: "City", data: { ...data, code: 10, label: "x" } }, actor),
      ).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/label", detail: "cannot be written: it is computed from other fields." }],
      });
      const update = { model: "City", key: { code: 9 }, data: { density: { increment: 1 } } };
      await expect(app.engine.update(update, actor)).rejects.toMatchObject({
        code: "FTG_INVALID",
        problems: [{ path: "/density" }],
      });
    }
    const ended = await app.engine.delete({ model: "City", key: { code: 9 }, select: { label: true } }, systemActor);
    expect(ended).toBe('{"label":"New, ?"}');
  });
});

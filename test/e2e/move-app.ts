// An app with everything that a move must bring over: every kind of value, keys of several fields, refs in circles and
// to the own model, links to the own model, hidden fields. Its rows are in fill() below; the command loads it as it is.

import { systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { defineApp, model, t } from "../../src/index.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import type { DeclaredSchema } from "../../src/schema/create-schema.ts";
import type { Store } from "../../src/stores/contract/store.ts";

const Sample = model(
  {
    id: t.int(),
    text: t.text().optional(),
    int: t.int().optional(),
    bigint: t.bigint().optional(),
    float: t.float().optional(),
    decimal: t.decimal(38, 10).optional(),
    bool: t.bool().optional(),
    date: t.date().optional(),
    datetime: t.datetime().optional(),
    uuid: t.uuid().optional(),
    bytes: t.bytes().optional(),
    json: t.json().optional(),
    enum: t.enum("no", "yes", "maybe").optional(),
    texts: t.list(t.text()).optional(),
    bigints: t.list(t.bigint()).optional(),
    secret: t.text().hidden().optional(),
    stamp: t.datetime().default("now"),
  },
  { key: "id" },
);

const Country = model(
  {
    code: t.text().max(20),
    capital: t.ref("City").optional(),
    cities: t.many("City", "country"),
    capitalOf: t.many("City", "home"),
    neighbours: t.manyToMany("Country"),
  },
  { key: "code" },
);

const City = model(
  {
    country: t.ref("Country"),
    number: t.bigint(),
    home: t.ref("Country").optional(),
    twin: t.ref("City").optional(),
    capitals: t.many("Country", "capital"),
    twins: t.many("City", "twin"),
    visitors: t.manyToMany("Person", "visited"),
  },
  { key: ["country", "number"] },
);

const Person = model({
  name: t.text().max(100).unique(),
  boss: t.ref("Person"),
  mentor: t.ref("Person").optional(),
  team: t.many("Person", "boss"),
  pupils: t.many("Person", "mentor"),
  visited: t.manyToMany("City"),
  friends: t.manyToMany("Person"),
  passport: t.one("Passport", "person"),
});

const Passport = model({ person: t.ref("Person").unique(), number: t.decimal(12, 2) }, { key: "person" });

/** Enough rows that a move of them can be stopped on the way, each of which refers to one that comes later. */
const Step = model({ id: t.int(), next: t.ref("Step").optional(), before: t.many("Step", "next") }, { key: "id" });

const app: DeclaredSchema = defineApp({ models: { Passport, Person, City, Country, Sample, Step } });
export default app;

const nines = "9".repeat(28);

const samples: readonly DataQuery[] = [
  { id: 0 },
  {
    id: Number.MIN_SAFE_INTEGER,
    text: "",
    int: Number.MIN_SAFE_INTEGER,
    bigint: "-9223372036854775808",
    float: -1.7976931348623157e308,
    decimal: `-${nines}.9999999999`,
    bool: false,
    date: "0001-01-01",
    datetime: "0001-01-01T00:00:00.000Z",
    uuid: "00000000-0000-0000-0000-000000000000",
    bytes: "",
    json: [],
    enum: "no",
    texts: [],
    bigints: [],
    secret: "first",
    stamp: "0001-01-01T00:00:00.001Z",
  },
  {
    id: Number.MAX_SAFE_INTEGER,
    text: "\u0001\b\t\n\f\r\u001f\"\\/' \u007f\u2028 é e\u0301 \ufffd 😀𝕏",
    int: Number.MAX_SAFE_INTEGER,
    bigint: "9223372036854775807",
    float: 5e-324,
    decimal: `${nines}.9999999999`,
    bool: true,
    date: "9999-12-31",
    datetime: "9999-12-31T23:59:59.999Z",
    uuid: "ffffffff-ffff-ffff-ffff-ffffffffffff",
    bytes: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("base64"),
    json: { b: [null, 1e-7, "😀\n"], a: { "": true }, "10": 1, "9": 2 },
    enum: "maybe",
    texts: ["", "\n", "😀", "a,b", '"'],
    bigints: ["9223372036854775807", "-9223372036854775808"],
    secret: "last",
  },
  { id: 1, float: 0.30000000000000004, text: "x".repeat(100_000), json: "text", stamp: "2024-02-29T12:00:00.000Z" },
];

/** Creates the rows in an open, empty store. `steps` of them are of Step. */
export async function fill(store: Store, steps: number): Promise<void> {
  const engine = createEngine({ schema: app.schema, rules: app.rules, store, limits: {} });
  const create = (name: string, data: Iterable<DataQuery>) => engine.createMany({ model: name, data }, systemActor);
  await create("Sample", samples);
  await create("Country", [
    { code: "PE" },
    { code: "😀" },
    { code: "pe" },
    { code: "\ufffd", neighbours: ["PE", "pe", "\ufffd"] },
  ]);
  await create("City", listCities());
  for (const [code, number] of [
    ["PE", "9"],
    ["😀", "-1"],
  ] as const)
    await engine.update({ model: "Country", key: { code }, data: { capital: { country: code, number } } }, systemActor);
  await engine.update(
    { model: "City", key: { country: "PE", number: "9" }, data: { twin: { country: "😀", number: "-1" }, home: "pe" } },
    systemActor,
  );
  await fillPeople(engine);
  await create("Step", listSteps(steps));
  await engine.updateMany({ model: "Step", where: { id: { lt: 100 } }, data: { next: steps } }, systemActor);
}

async function fillPeople(engine: Executor): Promise<void> {
  await engine.createMany({ model: "Person", data: listPeople() }, systemActor);
  // Two who are each other's boss: no order of writing could bring them over.
  await engine.update({ model: "Person", key: { id: id(1) }, data: { boss: id(9) } }, systemActor);
  const passports = [
    { person: id(3), number: "-9.50" },
    { person: id(1), number: "9999999999.99" },
  ];
  await engine.createMany({ model: "Passport", data: passports }, systemActor);
}

function listCities(): readonly DataQuery[] {
  return ["PE", "😀"].flatMap((country) =>
    ["-1", "10", "9", "9007199254740993"].map((number) => ({ country, number })),
  );
}

function id(number: number): string {
  return `01890000-0000-7000-8000-00000000000${number}`;
}

function listPeople(): readonly DataQuery[] {
  const city = { country: "PE", number: "9007199254740993" };
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => ({
    id: id(number),
    name: `Person ${number}`,
    boss: id(number === 1 ? 1 : Math.max(1, number - 1)),
    mentor: number % 2 === 0 ? null : id(1),
    visited: number % 3 === 0 ? [city, { ...city, number: "9" }] : [],
    friends: number > 5 ? [id(1), id(number)] : [],
  }));
}

function* listSteps(count: number): Generator<DataQuery> {
  for (let number = 1; number <= count; number++) yield { id: number, next: number === 1 ? null : number - 1 };
}

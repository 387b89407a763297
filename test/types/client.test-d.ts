// The typed client: the shape and the results of `db`, and errors where it is used wrongly. Compiled, never run.
import { expectTypeOf } from "vitest";
import type { Db } from "../../src/api/local/db-types.ts";
import { type Client, type ClientError, createClient } from "../../src/client.ts";
import { defineApp, model, t } from "../../src/index.ts";
import type { StandardSchema } from "../../src/schema/standard-schema.ts";

const Country = model(
  { code: t.text().length(2), name: t.text(), cities: t.many("City", "country") },
  { key: "code", access: { read: true } },
);
const City = model(
  {
    id: t.int(),
    name: t.text(),
    population: t.bigint().optional(),
    secret: t.text().optional().hidden(),
    country: t.ref("Country"),
  },
  { key: "id", access: { read: true } },
);
const Draft = model({ text: t.text() }, { access: { read: ({ user }) => ({ id: user?.id }) } });

declare const renaming: StandardSchema<{ id: number; name: string }>;

const app = defineApp({
  models: { Country, City, Draft },
  actions: (action) => ({
    rename: action({ input: renaming, access: true, run: ({ input, db }) => db.City.update(input.id, input) }),
    now: action({ access: true, run: () => ({ at: new Date(), zones: ["UTC"] }) }),
    touch: action({ access: true, run: async () => {} }),
  }),
});
type Models = (typeof app)["models"];

const client = createClient<typeof app>("http://localhost:4000");

// Each model is the very type that `db` has.
expectTypeOf<Client<typeof app>["City"]>().toEqualTypeOf<Db<Models>["City"]>();
expectTypeOf<Client<typeof app>["Draft"]>().toEqualTypeOf<Db<Models>["Draft"]>();

export async function read(): Promise<void> {
  const rows = await client.City.find({
    select: { name: true, country: { select: { name: true } } },
    where: { country: { name: { startsWith: "P" } }, population: { gt: 5n } },
    orderBy: ["-population", "country.name"],
  });
  expectTypeOf(rows).toEqualTypeOf<{ name: string; country: { name: string } }[]>();
  const city = await client.with({ signal: new AbortController().signal }).City.get(5);
  expectTypeOf(city).toEqualTypeOf<{ id: number; name: string; population: string | null; country: string } | null>();

  // The deliberate errors: a misspelt field, a hidden one, an unknown operator, a wrong key, what no client has.
  // @ts-expect-error
  await client.City.find({ select: { nam: true } });
  // @ts-expect-error
  await client.City.find({ where: { secret: "x" } });
  // @ts-expect-error
  await client.City.find({ where: { name: { like: "x" } } });
  // @ts-expect-error
  await client.City.get("5");
  // @ts-expect-error
  await client.Town.find();
  // @ts-expect-error
  client.asSystem();
  // @ts-expect-error
  await client.City.deleteMany({});
  // @ts-expect-error
  createClient<typeof app>("", { retry: 5 });
  // @ts-expect-error: a key is of one write, not of a client
  createClient<typeof app>("", { idempotency: true, idempotencyKey: "x" });
}

export async function write(): Promise<void> {
  const once = createClient<typeof app>("", { idempotency: true }).with({ idempotencyKey: "x" });
  expectTypeOf(once).toEqualTypeOf<typeof client>();
  const made = await client.transaction(async (tx) => {
    const country = tx.Country.create({ code: "PE", name: "Peru" });
    expectTypeOf(tx.ref(country, "code")).toEqualTypeOf<string>();
    const city = tx.City.create({ id: 1, name: "Lima", country: tx.ref(country, "code") }, { select: { id: true } });
    expectTypeOf(tx.ref(city, "id")).toEqualTypeOf<number>();
    // A row that its writer may not read may be null; its fields can be referred to all the same.
    expectTypeOf(tx.ref(tx.Draft.create({ text: "x" }), "id")).toEqualTypeOf<string>();
    // @ts-expect-error
    tx.ref(city, "name");
    // @ts-expect-error
    tx.ref(tx.City.find(), "length");
    // @ts-expect-error
    tx.City.create({ id: 1, name: "Lima", country: tx.ref(city, "id") });
    return Promise.all([country, city]);
  });
  expectTypeOf(made).toEqualTypeOf<[{ code: string; name: string }, { id: number }]>();
}

export async function act(): Promise<void> {
  const city = await client.actions.rename({ id: 1, name: "Lima" });
  expectTypeOf(city).toEqualTypeOf<{ id: number; name: string; population: string | null; country: string }>();
  expectTypeOf(await client.actions.now()).toEqualTypeOf<{ at: string; zones: string[] }>();
  expectTypeOf(await client.with({ timeout: 5 }).actions.touch()).toEqualTypeOf<null>();
  // @ts-expect-error
  await client.actions.rename({ id: "1", name: "Lima" });
  // @ts-expect-error
  await client.actions.rename();
  // @ts-expect-error
  await client.actions.remame({ id: 1, name: "Lima" });
  // @ts-expect-error
  await createClient<{ readonly models: Models }>("").actions.now();
}

export function explain(error: ClientError): string {
  if (error.code === "FTG_CONFLICT") return error.message;
  // @ts-expect-error
  return error.code === "FTG_CONFLCT" ? "" : error.problems.map(({ path }) => path).join();
}

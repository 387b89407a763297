/** Opening a database whose tables are not what the schema needs: every difference is named, with what to do. */
import { beforeEach, expect, test } from "vitest";
import { createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import type { FootingError } from "../../errors/footing-error.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { Schema } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import { createPostgresStore } from "./store.ts";

function declareCity(smallest: number) {
  const fields = {
    id: t.int(),
    name: t.text(),
    price: t.decimal(9, 2).optional(),
    seen: t.datetime().optional(),
    country: t.ref("Country"),
    twins: t.manyToMany("City"),
  };
  return model(fields, {
    key: "id",
    index: [["name"], ["price"]],
    check: { positive: { id: { gt: smallest } } },
  });
}

const Country = model({ code: t.text(), name: t.text().unique() }, { key: "code" });
const { schema } = createSchema({ Country, City: declareCity(0) });

let url: string;

async function open(declared: Schema = schema, createTables = true, address = url): Promise<void> {
  const store = createPostgresStore({ url: address });
  await store.open(declared, { createTables });
  await store.close();
}

async function readProblems(declared: Schema = schema, address = url): Promise<readonly string[]> {
  const error: FootingError = await open(declared, true, address).then(
    () => expect.unreachable(),
    (reason) => reason,
  );
  expect(error).toMatchObject({ code: "FTG_DATABASE_MISMATCH" });
  for (const problem of error.problems) expect(problem.fix).toBeTruthy();
  return error.problems.map((problem) => `${problem.path}: ${problem.detail}`);
}

describeWithServer("postgres", "PostgreSQL", () => {
  beforeEach(async () => {
    url = await createPostgresSchema();
  });

  test("tables that fit are taken as they are, with what nobody declared", async () => {
    await open();
    await runPostgres(
      url,
      "CREATE TABLE other (x int); ALTER TABLE city ADD COLUMN note text; CREATE INDEX extra ON city (note)",
    );
    await open();
    await open(schema, false);
  });

  test("an empty database without leave to create tables lacks all of them", async () => {
    await expect(open(schema, false)).rejects.toMatchObject({
      code: "FTG_DATABASE_MISMATCH",
      message: expect.stringMatching(/^The database 127\.0\.0\.1:\d+\/\w+ differs from the schema in 3 points\.$/),
    });
  });

  test("every difference is named at once", async () => {
    await runPostgres(
      url,
      `CREATE TABLE country (code text COLLATE "C" NOT NULL PRIMARY KEY, name bigint, note text NOT NULL);
       CREATE TABLE city (id bigint NOT NULL, name text NOT NULL UNIQUE, price numeric(9,3), seen timestamp, country_code text COLLATE "C" NOT NULL)`,
    );
    expect(await readProblems()).toEqual([
      'Country: The column country.name should be text COLLATE "C" NOT NULL, but it is bigint NULL.',
      "Country: The column country.note is not declared and must not be null, so no row could be created.",
      "Country: country has no unique index on (name).",
      'City: The column city.name should be text COLLATE "C" NOT NULL, but it is text NOT NULL.',
      "City: The column city.price should be numeric(9,2) NULL, but it is numeric(9,3) NULL.",
      "City: The column city.seen should be timestamp(3) with time zone NULL, but it is timestamp without time zone NULL.",
      "City: The primary key of city should be (id), but there is none.",
      "City: city has no index on (country_code, id).",
      "City: city has no index on (price).",
      "City: city has the unique index city_name_key on (name), which is not declared.",
      "City: city has no foreign key (country_code) to country (code).",
      'City: The check "city_positive_check" of city is missing or says something else.',
      "City.twins: The table city_twins is missing.",
    ]);
  });

  test("the fix of a missing index is the statement that creates it", async () => {
    await open();
    await runPostgres(url, "DROP INDEX city_name_index; DROP INDEX city_price_index");
    expect(await readProblems()).toHaveLength(2);
    await runPostgres(url, 'CREATE INDEX "another_name" ON "city" ("name")');
    expect(await readProblems()).toEqual(["City: city has no index on (price)."]);
  });

  test("a missing full-text index is a difference; the fix is the statement that creates it", async () => {
    const fields = { id: t.int(), title: t.text(), body: t.text().optional() };
    const searched = createSchema({ Post: model(fields, { key: "id", search: ["title", "body"] }) }).schema;
    await open(searched);
    await runPostgres(url, "DROP INDEX post_search");
    expect(await readProblems(searched)).toEqual(["Post: post has no full-text index on (title_words, body_words)."]);
    const error: FootingError = await open(searched).catch((thrown) => thrown);
    await runPostgres(url, error.problems[0]?.fix?.replace("Create it: ", "") ?? "");
    await open(searched);
  });

  test("a check that changed is a difference, in the schema or in the database", async () => {
    await open();
    const changed = ['City: The check "city_positive_check" of city is missing or says something else.'];
    expect(await readProblems(createSchema({ Country, City: declareCity(1) }).schema)).toEqual(changed);
    await runPostgres(
      url,
      "ALTER TABLE city DROP CONSTRAINT city_positive_check; ALTER TABLE city ADD CONSTRAINT city_positive_check CHECK (id > 5)",
    );
    expect(await readProblems()).toEqual(changed);
  });

  test("a foreign key that does something else when rows go is a difference", async () => {
    const declare = (behaviour: "restrict" | "cascade" | "setNull") =>
      createSchema({
        Country: model({ code: t.text() }, { key: "code" }),
        City: model({ id: t.int(), country: t.ref("Country").optional().onDelete(behaviour) }, { key: "id" }),
      }).schema;
    await open(declare("setNull"));
    await open(declare("setNull"));
    const name = "(country_code) to country (code)";
    expect(await readProblems(declare("cascade"))).toEqual([
      `City: city has no foreign key ${name} with ON DELETE CASCADE.`,
    ]);
    expect(await readProblems(declare("restrict"))).toEqual([`City: city has no foreign key ${name}.`]);
  });

  test("tables of another user need grants", async () => {
    await open();
    const schemaName = new URL(url).searchParams.get("search_path");
    const user = `u_${schemaName}`;
    await runPostgres(url, `CREATE ROLE ${user} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA ${schemaName} TO ${user}`);
    const login = Object.assign(new URL(url), { username: user, password: "x" }).href;
    expect(await readProblems(schema, login)).toEqual([
      `Country: The user ${user} may not read and change the table country.`,
      `City: The user ${user} may not read and change the table city.`,
      `City.twins: The user ${user} may not read and change the table city_twins.`,
    ]);
    await runPostgres(url, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schemaName} TO ${user}`);
    await open(schema, false, login);
    const empty = await createPostgresSchema();
    const emptyName = new URL(empty).searchParams.get("search_path");
    await runPostgres(empty, `GRANT USAGE ON SCHEMA ${emptyName} TO ${user}`);
    const stranger = Object.assign(new URL(empty), { username: user, password: "x" }).href;
    await expect(open(schema, true, stranger)).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: expect.stringContaining(`refuses the user ${user}: permission denied for schema`),
    });
  });
});

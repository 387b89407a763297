/** Opening a database whose tables are not what the schema needs: every difference is named, with what to do. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FootingError } from "../../errors/footing-error.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { Schema } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import { createSqliteStore } from "./store.ts";

const { schema } = createSchema({
  Country: model({ code: t.text(), name: t.text().unique() }, { key: "code" }),
  City: model(
    {
      id: t.int(),
      name: t.text(),
      price: t.decimal(9, 2).optional(),
      country: t.ref("Country"),
      twins: t.manyToMany("City"),
    },
    { key: "id", index: [["name"], ["price"]], check: { positive: { id: { gt: 0 } } } },
  ),
});

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "footing-introspector-"));
  path = join(folder, "test.db");
});

afterEach(() => rmSync(folder, { recursive: true }));

async function open(declared: Schema = schema, createTables = true): Promise<void> {
  const store = createSqliteStore({ path });
  await store.open(declared, { createTables });
  await store.close();
}

function change(sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

async function readProblems(declared: Schema = schema): Promise<readonly string[]> {
  const error: FootingError = await open(declared).then(
    () => expect.unreachable(),
    (reason) => reason,
  );
  expect(error).toMatchObject({ code: "FTG_DATABASE_MISMATCH" });
  for (const problem of error.problems) expect(problem.fix).toBeTruthy();
  return error.problems.map((problem) => `${problem.path}: ${problem.detail}`);
}

test("tables that fit are taken as they are, with what nobody declared", async () => {
  await open();
  change(`CREATE TABLE other (x); ALTER TABLE city ADD COLUMN note TEXT; CREATE INDEX extra ON city (note)`);
  await open();
  await open(schema, false);
});

test("an empty database without leave to create tables lacks all of them", async () => {
  writeFileSync(path, "");
  await expect(open(schema, false)).rejects.toMatchObject({
    code: "FTG_DATABASE_MISMATCH",
    message: `The database ${path} differs from the schema in 3 points.`,
  });
});

test("every difference is named at once", async () => {
  change(`
    CREATE TABLE country (code TEXT NOT NULL PRIMARY KEY, name INTEGER, note TEXT NOT NULL);
    CREATE TABLE city (id INTEGER NOT NULL, name TEXT NOT NULL UNIQUE, price TEXT, country_code TEXT NOT NULL);
  `);
  expect(await readProblems()).toEqual([
    "Country: The column country.name should be TEXT NOT NULL, but it is INTEGER NULL.",
    "Country: The column country.note is not declared and must not be null, so no row could be created.",
    "Country: country has no unique index on (name).",
    "City: The primary key of city should be (id), but there is none.",
    "City: city has no index on (country_code, id).",
    "City: city has no index on (price).",
    "City: city has the unique index sqlite_autoindex_city_1 on (name), which is not declared.",
    "City: city has no foreign key (country_code) to country (code).",
    'City: The check "city_positive_check" of city is missing or says something else.',
    "City.twins: The table city_twins is missing.",
  ]);
});

test("the fix of a missing index is the statement that creates it", async () => {
  await open();
  change("DROP INDEX city_name_index; DROP INDEX city_price_index");
  expect(await readProblems()).toHaveLength(2);
  change('CREATE INDEX "another_name" ON "city" ("name")');
  expect(await readProblems()).toEqual(["City: city has no index on (price)."]);
});

test("a full-text index without one of its triggers is a difference", async () => {
  const fields = { id: t.int(), title: t.text(), body: t.text() };
  const declare = (search: readonly ("title" | "body")[]) =>
    createSchema({ Post: model(fields, { key: "id", search }) }).schema;
  await open(declare(["title"]));
  await open(declare(["title"]));
  change("DROP TRIGGER post_search_delete");
  expect(await readProblems(declare(["title"]))).toEqual(["Post: post has no full-text index on (title_words)."]);
  expect(await readProblems(declare(["title", "body"]))).toEqual([
    "Post: The column post.body_words (TEXT NULL) is missing.",
    "Post: post has no full-text index on (title_words, body_words).",
  ]);
});

test("a check that changed is a difference", async () => {
  await open();
  const City = model(
    {
      id: t.int(),
      name: t.text(),
      price: t.decimal(9, 2).optional(),
      country: t.ref("Country"),
      twins: t.manyToMany("City"),
    },
    { key: "id", index: [["name"], ["price"]], check: { positive: { id: { gt: 1 } } } },
  );
  const Country = model({ code: t.text(), name: t.text().unique() }, { key: "code" });
  expect(await readProblems(createSchema({ Country, City }).schema)).toEqual([
    'City: The check "city_positive_check" of city is missing or says something else.',
  ]);
});

test("a foreign key that does something else when rows go is a difference", async () => {
  const declare = (behaviour: "restrict" | "cascade" | "setNull") =>
    createSchema({
      Country: model({ code: t.text() }, { key: "code" }),
      City: model({ id: t.int(), country: t.ref("Country").optional().onDelete(behaviour) }, { key: "id" }),
    }).schema;
  await open(declare("cascade"));
  await open(declare("cascade"));
  const name = "(country_code) to country (code)";
  expect(await readProblems(declare("setNull"))).toEqual([
    `City: city has no foreign key ${name} with ON DELETE SET NULL.`,
  ]);
  expect(await readProblems(declare("restrict"))).toEqual([`City: city has no foreign key ${name}.`]);
});

// The tables of `db.sql`: their names, columns and values as the database has them. Compiled, never run.
import { expectTypeOf } from "vitest";
import type { Db } from "../../src/api/local/db-types.ts";
import { model } from "../../src/schema/model.ts";
import type { JsonValue } from "../../src/schema/schema-model.ts";
import type { SnakeCase, SqlTables } from "../../src/schema/sql-types.ts";
import { t } from "../../src/schema/t.ts";

const models = {
  Country: model(
    { code: t.text(), languages: t.manyToMany("Language"), cities: t.many("City", "country") },
    { key: "code" },
  ),
  Language: model({ name: t.text(), countries: t.manyToMany("Country", "languages") }, { key: "name" }),
  City: model(
    {
      country: t.ref("Country"),
      number: t.int(),
      foundedAt: t.datetime().optional(),
      seal: t.bytes(),
      twin: t.ref("City").optional(),
    },
    { key: ["country", "number"], computed: ({ field, add }) => ({ next: add(field("number"), 1) }) },
  ),
  HTMLPage: model(
    { body: t.text().hidden(), size: t.bigint(), meta: t.json(), tags: t.list(t.text()), city: t.ref("City") },
    { table: "pages" },
  ),
};
type Tables = SqlTables<typeof models>;

expectTypeOf<keyof Tables>().toEqualTypeOf<"country" | "language" | "city" | "pages" | "country_languages">();
expectTypeOf<Tables["city"]>().toEqualTypeOf<{
  country_code: string;
  number: number;
  founded_at: Date | null;
  seal: Uint8Array;
  twin_country: string | null;
  twin_number: number | null;
}>();
expectTypeOf<Tables["country_languages"]>().toEqualTypeOf<{ source_code: string; target_name: string }>();
expectTypeOf<keyof Tables["pages"]>().toEqualTypeOf<
  "id" | "body" | "size" | "meta" | "tags" | "city_country" | "city_number"
>();
expectTypeOf<Tables["pages"]["size"]>().toEqualTypeOf<bigint>();

expectTypeOf<
  [SnakeCase<"officialName">, SnakeCase<"HTMLPage">, SnakeCase<"code3">, SnakeCase<"aBCd3E">]
>().toEqualTypeOf<["official_name", "html_page", "code3", "a_b_cd3_e"]>();

async function use(db: Db<typeof models>): Promise<void> {
  const { sql } = db.asSystem();
  const rows = await sql
    .selectFrom("city as c")
    .select(["c.number", "c.founded_at"])
    .where("c.country_code", "=", "PE")
    .execute();
  expectTypeOf(rows).toEqualTypeOf<{ number: number; founded_at: Date | null }[]>();
  const pages = await sql.selectFrom("pages").select("meta").execute();
  expectTypeOf(pages).toEqualTypeOf<{ meta: JsonValue }[]>();
  await db.asSystem().transaction((tx) => tx.sql.deleteFrom("pages").where("size", ">", 5n).execute());
  // @ts-expect-error a column as the database has it
  await sql.selectFrom("city").select("foundedAt").execute();
  // @ts-expect-error no such table
  await sql.selectFrom("City").selectAll().execute();
  // @ts-expect-error only the app itself has it
  await db.sql.selectFrom("city").selectAll().execute();
}
void use;

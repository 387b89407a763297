// What is inferred of fields that the server keeps, and of writes that are bound to a version or a number of rows. Compiled, never run.
import { expectTypeOf } from "vitest";
import type { Db } from "../../src/api/local/db-types.ts";
import type { Client } from "../../src/client/client-types.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import type { CreateInput, UpdateInput } from "../../src/schema/input-types.ts";
import { model } from "../../src/schema/model.ts";
import type { Row } from "../../src/schema/select-types.ts";
import { t } from "../../src/schema/t.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;
const Note = model(
  { id: t.int(), text: t.text(), made: t.createdAt(), changed: t.updatedAt().describe("When."), tag: t.ref("Tag") },
  { key: "id", version: true, access: everyone },
);
const Tag = model({ name: t.text(), notes: t.many("Note", "tag") }, { key: "name", access: everyone });
const Odd = model({ at: t.updatedAt().hidden(), version: t.text() }, { access: everyone, version: false });
const models = { Note, Tag, Odd };
createSchema(models);
type M = typeof models;

expectTypeOf<Row<M, "Note">>().toEqualTypeOf<{
  id: number;
  text: string;
  made: string;
  changed: string;
  tag: string;
  version: number;
}>();
expectTypeOf<Row<M, "Odd">>().toEqualTypeOf<{ id: string; version: string }>();
expectTypeOf<Row<M, "Odd", true>>().toEqualTypeOf<{ id: string; at: string; version: string }>();
expectTypeOf<keyof CreateInput<M, "Note">>().toEqualTypeOf<"id" | "text" | "tag">();
expectTypeOf<keyof UpdateInput<M, "Note">>().toEqualTypeOf<"text" | "tag">();
expectTypeOf<keyof UpdateInput<M, "Note", true>>().toEqualTypeOf<"text" | "tag">();
expectTypeOf<keyof CreateInput<M, "Odd", true>>().toEqualTypeOf<"id" | "version">();

// @ts-expect-error the server sets it, so there is no default
t.createdAt().default("now");
// @ts-expect-error and it is never null
t.updatedAt().optional();
// @ts-expect-error true or false
model({ text: t.text() }, { version: 1 });

async function write(db: Db<M>, client: Client<{ models: M }>): Promise<void> {
  const note = await db.Note.update(1, { text: "x" }, { ifVersion: 3, select: { version: true } });
  expectTypeOf(note).toEqualTypeOf<{ version: number }>();
  await db.Note.update(1, {}, { ifVersion: [3, 4] });
  await db.Note.delete(1, { ifVersion: 3 });
  await client.Note.update(1, {}, { ifVersion: 3 });
  await db.asSystem().Note.find({ where: { version: { gt: 1 }, made: { lt: new Date() } }, orderBy: ["-changed"] });
  await db.Note.updateMany({ where: { version: 1 }, data: { text: "x" }, atMost: 5 });
  await client.Note.deleteMany({ all: true, atMost: 5 });
  expectTypeOf(await db.dryRun((tx) => tx.Note.count())).toEqualTypeOf<number>();
  expectTypeOf(await client.dryRun((tx) => tx.Note.get(1, { select: { id: true } }))).toEqualTypeOf<{
    id: number;
  } | null>();
  // @ts-expect-error the server sets it
  await db.Note.update(1, { version: 4 });
  // @ts-expect-error nobody writes it
  await db.asSystem().Note.create({ id: 1, text: "", tag: "t", made: new Date() });
  // @ts-expect-error no field to calculate with
  await db.Note.update(1, { version: { increment: 1 } });
  // @ts-expect-error a version is a number
  await db.Note.update(1, {}, { ifVersion: "3" });
  // @ts-expect-error the rows of Tag have no versions
  await db.Tag.update("t", {}, { ifVersion: 1 });
  // @ts-expect-error a field of that name is none
  await db.Odd.delete("x", { ifVersion: 1 });
  // @ts-expect-error a number of rows
  await db.Note.updateMany({ all: true, data: {}, atMost: "5" });
}
void write;

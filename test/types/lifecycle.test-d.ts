// What types know of deleted rows and of previews.
import { expectTypeOf } from "vitest";
import type { Db } from "../../src/api/local/db-types.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";

const open = { read: true, create: true, update: true, delete: true } as const;
const User = model({ name: t.text() }, { softDelete: true, access: open });
const Post = model({ title: t.text(), author: t.ref("User") }, { key: "title", access: open });
declare const db: Db<{ User: typeof User; Post: typeof Post }>;

export async function use(): Promise<void> {
  const user = await db.User.first({ deleted: "include" });
  expectTypeOf(user).toEqualTypeOf<{ id: string; name: string; deletedAt: string | null } | null>();
  await db.User.find({
    deleted: "only",
    where: { deletedAt: { gt: "2026-01-01T00:00:00Z" } },
    orderBy: ["-deletedAt"],
  });
  await db.User.findPage({ deleted: "only" });
  await db.User.get("x", { deleted: "include" });
  await db.User.count({ deleted: "only" });
  await db.User.aggregate({ deleted: "include", count: true });
  expectTypeOf(await db.User.restore("x", { select: { name: true } })).toEqualTypeOf<{ name: string }>();
  await db.User.delete("x", { permanently: true });
  await db.User.deleteMany({ all: true, permanently: true });
  const preview = await db.Post.previewDelete("x");
  expectTypeOf(preview.deletes.User).toEqualTypeOf<number | undefined>();
  await db.User.previewDelete("x", { permanently: true });
  // A required ref may lead to a deleted row.
  const post = await db.Post.first({ select: { author: { select: { name: true } } } });
  expectTypeOf(post).toEqualTypeOf<{ author: { name: string } | null } | null>();

  // @ts-expect-error no such word
  await db.User.find({ deleted: "yes" });
  // @ts-expect-error the model keeps no deleted rows
  await db.Post.find({ deleted: "only" });
  // @ts-expect-error the model keeps no deleted rows
  await db.Post.get("x", { deleted: "only" });
  // @ts-expect-error the model keeps no deleted rows
  await db.Post.count({ deleted: "only" });
  // @ts-expect-error the model keeps no deleted rows
  await db.Post.aggregate({ deleted: "only", count: true });
  // @ts-expect-error the model keeps no deleted rows
  await db.Post.restore("x");
  // @ts-expect-error the model keeps no deleted rows
  await db.Post.delete("x", { permanently: true });
  // @ts-expect-error nobody writes it
  await db.User.create({ name: "x", deletedAt: null });
  // @ts-expect-error nobody writes it
  await db.User.update("x", { deletedAt: null });
  // @ts-expect-error no such model
  preview.deletes.Nobody;
}

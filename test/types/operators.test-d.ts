/** What filters, sort keys and updates take beyond plain comparisons, and what they refuse. Compiled, never called. */
import { expectTypeOf } from "vitest";
import type { Db } from "../../src/api/local/db-types.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import type { OrderInput, WhereInput } from "../../src/schema/where-types.ts";

const Shop = model({
  name: t.text(),
  opened: t.date().optional(),
  secret: t.text().hidden().optional(),
  items: t.many("Item", "shop"),
});
const Item = model({
  name: t.text(),
  tags: t.list(t.text()),
  sizes: t.list(t.int()).optional(),
  meta: t.json(),
  price: t.decimal(8, 2),
  cost: t.decimal(8, 2).optional(),
  shop: t.ref("Shop"),
});
const models = { Shop, Item };
type Models = typeof models;

declare const db: Db<Models>;

export async function taken(): Promise<void> {
  await db.Item.find({ where: { name: { icontains: "a", istartsWith: "B", ieq: "c", iendsWith: "d" } } });
  await db.Item.find({ where: { tags: { has: "a", hasAny: ["b"], hasEvery: [], isEmpty: false }, sizes: { has: 5 } } });
  await db.Item.find({ where: { meta: { path: ["a", 0], gte: 5, exists: true } } });
  await db.Item.find({ where: { meta: { path: ["a"], in: ["x"], icontains: "y", not: null } } });
  await db.Shop.find({ select: { items: { where: { name: { icontains: "a" }, tags: { has: "a" } } } } });
  await db.Shop.find({ select: { items: { where: { meta: { path: ["a"], gte: 5, exists: true } } } } });
  await db.Item.find({ where: { price: { gt: { field: "cost" } }, name: { eq: { field: "shop.name" } } } });
  await db.Item.find({ where: { shop: { name: { not: { field: "id" } } } } });
  await db.Item.find({ orderBy: ["-cost:nullsLast", { field: "shop.opened", direction: "desc", nulls: "first" }] });
  await db.Item.update("id", { tags: { append: ["a"] }, sizes: { remove: [1] }, meta: { merge: { a: null } } });
  await db.Item.update("id", { tags: ["a"], sizes: null, meta: { merge: 5 } });
  await db.asSystem().Shop.find({ where: { name: { eq: { field: "secret" } } }, orderBy: ["secret:nullsLast"] });
}

export async function refused(): Promise<void> {
  // @ts-expect-error only texts have a case
  await db.Item.find({ where: { price: { ieq: "5" } } });
  // @ts-expect-error a misspelt operator inside a selection
  await db.Shop.find({ select: { items: { where: { name: { icontain: "a" } } } } });
  // @ts-expect-error the items are texts
  await db.Item.find({ where: { tags: { has: 5 } } });
  // @ts-expect-error one value is no list
  await db.Item.find({ where: { sizes: { hasAny: 5 } } });
  // @ts-expect-error no operator without a path
  await db.Item.find({ where: { meta: { gte: 5 } } });
  // @ts-expect-error a step is a name or a number
  await db.Item.find({ where: { meta: { path: [true], gte: 5 } } });
  // @ts-expect-error a boolean has no order
  await db.Item.find({ where: { meta: { path: ["a"], gte: true } } });
  // @ts-expect-error a misspelt field
  await db.Item.find({ where: { price: { gt: { field: "csot" } } } });
  // @ts-expect-error a hidden field
  await db.Shop.find({ where: { name: { eq: { field: "secret" } } } });
  // @ts-expect-error a misspelt field behind a relation
  await db.Item.find({ where: { name: { eq: { field: "shop.nam" } } } });
  // @ts-expect-error nulls stand first or last
  await db.Item.find({ orderBy: ["cost:nullsMiddle"] });
  // @ts-expect-error a misspelt field
  await db.Item.find({ orderBy: [{ field: "csot" }] });
  // @ts-expect-error up is asc
  await db.Item.find({ orderBy: [{ field: "cost", direction: "up" }] });
  // @ts-expect-error the items are texts
  await db.Item.update("id", { tags: { append: [5] } });
  // @ts-expect-error one at a time
  await db.Item.update("id", { price: { append: ["5"] } });
  // @ts-expect-error a new row has nothing to append to
  await db.Item.create({ name: "a", tags: { append: ["a"] }, meta: 1, price: "1.00", shop: "x" });
}

expectTypeOf<"-cost:nullsLast">().toExtend<OrderInput<Models, "Item">>();
expectTypeOf<{ name: { ieq: string } }>().toExtend<WhereInput<Models, "Item">>();

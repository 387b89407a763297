/** A small schema with every kind of relation, and rows for it: shared by the conformance tests of reads and writes. */
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { type OpenApp, openApp } from "./open-app.ts";
import type { StoreKind } from "./stores.ts";

/** Only rows with `open: true` may be read by a principal. */
const openOnly = { read: () => ({ open: true }), create: true, update: true, delete: true };

const Author = model(
  {
    code: t.text(),
    name: t.text().optional(),
    open: t.bool().default(true),
    mentor: t.ref("Author").optional(),
    books: t.many("Book", "author"),
    pupils: t.many("Author", "mentor"),
    address: t.one("Address", "author"),
  },
  { key: "code", access: openOnly },
);

const Book = model(
  {
    n: t.int(),
    title: t.text(),
    year: t.int().optional(),
    open: t.bool().default(true),
    author: t.ref("Author").optional(),
    tags: t.manyToMany("Tag"),
    editions: t.many("Edition", "book"),
  },
  { key: "n", access: openOnly },
);

const Tag = model(
  { name: t.text(), open: t.bool().default(true), books: t.manyToMany("Book", "tags"), near: t.manyToMany("Tag") },
  { key: "name", access: openOnly },
);

const Edition = model(
  {
    book: t.ref("Book"),
    number: t.int(),
    isbn: t.text().unique().optional(),
    pages: t.int().optional(),
    notes: t.many("Note", "edition"),
  },
  {
    key: ["book", "number"],
    check: { pages: { any: [{ pages: { gt: 0 } }, { pages: null }] } },
    access: { read: true, create: true, update: true, delete: true },
  },
);

const Note = model(
  { n: t.int(), edition: t.ref("Edition").optional(), text: t.text() },
  { key: "n", access: { read: true, create: true, update: true, delete: true } },
);

const Address = model(
  { n: t.int(), author: t.ref("Author").unique(), city: t.text(), open: t.bool().default(true) },
  { key: "n", access: openOnly },
);

/** The models on a new store, without rows. */
export function openLibrary(kind: StoreKind): Promise<OpenApp> {
  return openApp(kind, { Author, Book, Tag, Edition, Note, Address });
}

/** The models on a new store, with rows. */
export async function openFilledLibrary(kind: StoreKind): Promise<OpenApp> {
  const app = await openLibrary(kind);
  await app.create(
    "Author",
    { code: "eco", name: "Eco" },
    { code: "lem", name: "Lem", mentor: "eco" },
    { code: "anon", open: false },
    { code: "zed", mentor: "anon" },
  );
  await app.create(
    "Tag",
    { name: "sea" },
    { name: "space", near: ["sea"] },
    { name: "secret", open: false, near: ["sea", "space"] },
  );
  await app.create(
    "Book",
    { n: 1, title: "Rose", year: 1980, author: "eco", tags: ["sea"] },
    { n: 2, title: "Solaris", year: 1961, author: "lem", tags: ["space", "sea"] },
    { n: 3, title: "Island", year: 1994, author: "eco", tags: ["sea", "secret"] },
    { n: 4, title: "Unsigned", tags: [] },
    { n: 5, title: "Draft", year: 2000, author: "eco", open: false, tags: ["space"] },
    { n: 6, title: "Ghost", author: "anon" },
  );
  await app.create(
    "Edition",
    { book: 1, number: 1, isbn: "a", pages: 500 },
    { book: 1, number: 2, isbn: "b" },
    { book: 2, number: 1 },
    { book: 5, number: 1, isbn: "c" },
  );
  await app.create("Note", { n: 1, edition: { book: 1, number: 2 }, text: "second" }, { n: 2, text: "loose" });
  await app.create(
    "Address",
    { n: 1, author: "eco", city: "Milan" },
    { n: 2, author: "anon", city: "Nowhere" },
    { n: 3, author: "lem", city: "Lviv", open: false },
  );
  return app;
}

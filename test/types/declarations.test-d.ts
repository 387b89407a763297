// A misspelling in a declaration is an error at the call.
import { expectTypeOf } from "vitest";
import type { CheckedModels, Models } from "../../src/schema/check-types.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import type { Row, SelectResult } from "../../src/schema/select-types.ts";
import { t } from "../../src/schema/t.ts";

const User = model({ name: t.text(), posts: t.many("Post", "author"), profile: t.one("Profile", "user") });
const Profile = model({ user: t.ref("User").unique() });
const Post = model({ title: t.text(), author: t.ref("User"), tags: t.manyToMany("Tag") });
const Tag = model({ name: t.text(), posts: t.manyToMany("Post", "tags") });
createSchema({ User, Profile, Post, Tag });

// Where a model is written makes no difference to its types.
function keep<M extends Models>(models: M & CheckedModels<M>): M {
  return models;
}
const inline = keep({
  A: model({ name: t.text(), b: t.ref("B").optional() }),
  B: model({ code: t.int() }, { key: "code", access: { read: true } }),
});
expectTypeOf<Row<typeof inline, "A">>().toEqualTypeOf<{ id: string; name: string; b: number | null }>();
expectTypeOf<SelectResult<typeof inline, "B", { code: true }>>().toEqualTypeOf<{ code: number }>();

// @ts-expect-error Tag.posts names a model that is not there
createSchema({ Tag });
// @ts-expect-error no model is called Usr
createSchema({ User, Profile, Tag, Post: model({ title: t.text(), author: t.ref("Usr"), tags: t.manyToMany("Tag") }) });
// @ts-expect-error Post has no field writer
createSchema({ Profile, Post, Tag, User: model({ posts: t.many("Post", "writer") }) });
// @ts-expect-error Post.title is no ref
createSchema({ Profile, Post, Tag, User: model({ posts: t.many("Post", "title") }) });
// @ts-expect-error Post.author is not unique, so it is a many
createSchema({ User: model({ posts: t.one("Post", "author") }), Profile, Post, Tag });
// @ts-expect-error Profile.user is unique, so it is a one
createSchema({ User: model({ profile: t.many("Profile", "user") }), Profile, Post, Tag });
// @ts-expect-error Post.author refers to User and not to Tag
createSchema({ User, Profile, Post, Tag: model({ posts: t.many("Post", "author") }) });
// @ts-expect-error Post has no field labels
createSchema({ User, Profile, Post, Tag: model({ posts: t.manyToMany("Post", "labels") }) });
// @ts-expect-error Post.author is no manyToMany
createSchema({ User, Profile, Post, Tag: model({ posts: t.manyToMany("Post", "author") }) });

// @ts-expect-error no such key field
model({ code: t.text() }, { key: "cod" });
// @ts-expect-error no such key field in a list
model({ a: t.text(), b: t.text() }, { key: ["a", "c"] });
// @ts-expect-error no such field
model({ title: t.text() }, { index: [["titel"]] });
// @ts-expect-error no such field
model({ title: t.text() }, { unique: [["title", "autor"]] });
// @ts-expect-error no such field
model({ price: t.int() }, { check: { positive: { prise: { gt: 0 } } } });
// @ts-expect-error no such option
model({ title: t.text() }, { indexes: [["title"]] });
// @ts-expect-error no such operation
model({ title: t.text() }, { access: { reed: true } });
// @ts-expect-error the rule names no field
model({ title: t.text() }, { access: { read: () => ({ titel: "x" }) } });
// @ts-expect-error the rule names no field, two levels down
model({ title: t.text() }, { access: { update: () => ({ any: [{ title: "x" }, { not: { autor: "x" } }] }) } });
// @ts-expect-error the rule names no field in one of its answers
model({ title: t.text() }, { access: { create: ({ user }) => user !== null && { author: user.id } } });
// @ts-expect-error a rule answers true, false or a where
model({ title: t.text() }, { access: { read: () => "yes" } });
model(
  { title: t.text(), author: t.ref("User") },
  {
    access: {
      read: ({ user }) => ({ any: [{ title: "x" }, { author: user?.id }] }),
      create: ({ user }) => user?.role === "editor",
    },
  },
);

t.ref("User").onDelete("cascade");
t.ref("User").optional().unique().onDelete("setNull");
// @ts-expect-error a required ref cannot be set to null
t.ref("User").onDelete("setNull");
// @ts-expect-error no such behaviour
t.ref("User").onDelete("delete");
// @ts-expect-error a list is emptied by its other side
t.many("Post", "author").onDelete("cascade");

// @ts-expect-error numbers have no pattern
t.int().pattern(/x/);
// @ts-expect-error booleans have no limits
t.bool().max(5);
// @ts-expect-error the default is a number
t.int().default("0");
// @ts-expect-error now is for dates
t.int().default("now");
// @ts-expect-error not one of the values
t.enum("a", "b").default("c");
// @ts-expect-error a list is no item
t.list(t.list(t.text()));
// @ts-expect-error an item has no modifiers
t.list(t.text().optional());
// @ts-expect-error a ref is no item
t.list(t.ref("User"));
// @ts-expect-error scale is missing
t.decimal(5);

// What editors show of an answer are its fields, and not the name of a type with all models of the app behind it.
import { expect, test } from "vitest";
import { makeWorkFolder, runCompiler, writeWorkFile } from "../checks/compiler.ts";

const DECLARATIONS = `
import type { Db } from "../../src/api/local/db-types.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";

const access = { read: true } as const;
const User = model({ name: t.text(), posts: t.many("Post", "author") }, { access });
const Post = model(
  { title: t.text(), due: t.date().optional(), n: t.int(), author: t.ref("User"), tags: t.manyToMany("Tag") },
  { access },
);
const Tag = model({ name: t.text() }, { key: "name", access });
declare const db: Db<{ User: typeof User; Post: typeof Post; Tag: typeof Tag }>;
`;

// A type is printed by what can be assigned to nothing.
test.each([
  ["db.Post.find()", "{ author: string; due: string | null; id: string; n: number; title: string; }[]"],
  [
    "db.Post.find({ select: { due: true, author: { select: { name: true } }, tags: true } })",
    "{ author: { name: string; }; due: string | null; tags: { name: string; }[]; }[]",
  ],
  ['db.Post.findPage({ select: { author: true, n: true }, count: "exact" })', "Page<{ author: string; n: number; }>"],
  [
    'db.Post.aggregate({ groupBy: ["due", "author.name"], count: true, sum: ["n"], min: ["due"] })',
    "{ count: number; key: { author: { name: string; }; due: string | null; }; min: { due: string | null; }; sum: { n: string | null; }; }[]",
  ],
  [
    'db.User.find({ select: { posts: { aggregate: { count: true, max: ["n"] } } } })',
    "{ posts: { count: number; max: { n: number | null; }; }; }[]",
  ],
])(
  "%s",
  (call, shown) => {
    const folder = makeWorkFolder("shown-types");
    writeWorkFile(`${folder}app.ts`, `${DECLARATIONS}export const shown: never = await ${call};\n`);
    const config = { extends: "../../tsconfig.apps.json", include: [], files: ["app.ts"] };
    writeWorkFile(`${folder}tsconfig.json`, JSON.stringify(config));
    expect(runCompiler(["-p", folder, "--noErrorTruncation"]).join("\n")).toContain(
      `Type '${shown}' is not assignable`,
    );
  },
  60_000,
);

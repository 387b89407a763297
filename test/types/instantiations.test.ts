// Type-checking stays fast: the work TypeScript does for a schema grows with its size, within a recorded budget.
import { expect, test } from "vitest";
import { makeWorkFolder, runCompiler, writeWorkFile } from "../checks/compiler.ts";

/** Type instantiations for 100 models with three queries each, beyond those of one model. Measured: 480,051. */
const BUDGET = 500_000;

test("a schema of 100 models and 300 queries stays within the budget", () => {
  const empty = countInstantiations(1);
  const half = countInstantiations(50) - empty;
  const whole = countInstantiations(100) - empty;
  expect(whole).toBeLessThan(BUDGET);
  // Twice the models cost about twice the work.
  expect(whole / half).toBeLessThan(2.2);
}, 120_000);

/** Each model refers to the two before it and lists those that refer to it. */
function generateApp(models: number): string {
  const numbers = Array.from({ length: models }, (_, index) => index);
  return [
    'import type { Db } from "../../src/api/local/db-types.ts";',
    'import { createSchema } from "../../src/schema/create-schema.ts";',
    'import { model } from "../../src/schema/model.ts";',
    'import { t } from "../../src/schema/t.ts";',
    ...numbers.map((number) => generateModel(number, models)),
    `const models = { ${numbers.map((number) => `Model${number}`).join(", ")} };`,
    "createSchema(models);",
    "declare const db: Db<typeof models>;",
    ...numbers.map(generateQueries),
  ].join("\n");
}

function generateModel(number: number, models: number): string {
  const before = (number + models - 1) % models;
  const after = (number + 1) % models;
  return `const Model${number} = model({
    title: t.text().max(200), body: t.text().optional(), count: t.int().default(0), price: t.decimal(10, 2).optional(),
    state: t.enum("draft", "public").default("draft"), createdAt: t.datetime().default("now"), secret: t.text().hidden().optional(),
    parent: t.ref("Model${before}"), owner: t.ref("Model${number}").optional(), children: t.many("Model${after}", "parent"),
    friends: t.manyToMany("Model${after}"),
  }, {
    access: { read: ({ user }) => ({ any: [{ state: "public" }, { owner: user?.id }] }), create: ({ user }) => user !== null && { owner: user.id } },
    index: [["parent", "createdAt"]],
  });`;
}

function generateQueries(number: number): string {
  return `async function use${number}() {
    const rows = await db.Model${number}.find({
      select: { title: true, price: true, parent: { select: { title: true, state: true } }, children: { select: { id: true, title: true }, limit: 3 } },
      where: { state: "public", parent: { title: { startsWith: "A" } }, children: { some: { count: { gt: 5 } } } },
      orderBy: ["-createdAt", "parent.title"],
    });
    const title: string | undefined = rows[0]?.children[0]?.title;
    const row = await db.Model${number}.create({ title: title ?? "", parent: "x" });
    return await db.Model${number}.update(row?.id ?? "", { count: 5 }, { select: { count: true } });
  }
  void use${number};`;
}

function countInstantiations(models: number): number {
  const folder = makeWorkFolder(`instantiations-${models}`);
  writeWorkFile(`${folder}app.ts`, generateApp(models));
  writeWorkFile(
    `${folder}tsconfig.json`,
    JSON.stringify({ extends: "../../tsconfig.apps.json", include: [], files: ["app.ts"] }),
  );
  const report = runCompiler(["-p", folder, "--extendedDiagnostics"]);
  expect(report.filter((line) => line.includes("error TS"))).toEqual([]);
  return Number(/Instantiations:\s+(\d+)/.exec(report.join("\n"))?.[1]);
}

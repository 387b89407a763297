/** GraphQL is loaded when it is first asked; what is wrong with a schema for it is said at the start all the same. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { createGraphqlSchema } from "../../src/api/graphql/create-graphql-schema.ts";
import { mayBeRefused } from "../../src/api/graphql/lazy-graphql-api.ts";
import { openApp } from "../../src/app/open-app.ts";
import { defineApp, model, t } from "../../src/index.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { Random } from "../property/random.ts";
import { drawModels } from "../property/random-schema.ts";

const rows = { defaultLimit: 20, maxLimit: 100 };
const access = { read: true, create: true } as const;
const open = { database: "sqlite::memory:", title: "Test" } as const;

const PROGRAM = `
  import { registerHooks } from "node:module";
  let loaded = 0;
  registerHooks({ resolve: (specifier, context, next) => {
    if (specifier === "graphql") loaded += 1;
    return next(specifier, context);
  } });
  const { defineApp, model, startApp, t } = await import("./src/index.ts");
  const app = defineApp({ models: { Note: model({ text: t.text() }, { access: { read: true } }) } });
  const mode = process.argv[1];
  const server = await startApp(app, { database: "sqlite::memory:", port: 0, host: "127.0.0.1", mode, title: "x" });
  await fetch(server.url + "/api/notes");
  const before = loaded > 0;
  const ask = () => fetch(server.url + "/graphql?query={notes{nodes{id}}}").then((answer) => answer.text());
  const answers = await Promise.all([ask(), ask()]);
  console.log(JSON.stringify({ before, after: loaded > 0, answers }));
  await server.close();
`;

test.each([
  ["production", false],
  ["development", true],
])("under %s graphql-js is there before the first request to GraphQL: %s", async (mode, before) => {
  const { stdout } = await promisify(execFile)("node", ["--input-type=module", "-e", PROGRAM, mode]);
  const answer = '{"data":{"notes":{"nodes":[]}}}';
  expect(JSON.parse(stdout)).toEqual({ before, after: true, answers: [answer, answer] });
});

describe("in production a start fails for", () => {
  test("names that are taken", async () => {
    const app = defineApp({ models: { Query: model({ text: t.text() }, { access }) } });
    await expect(openApp(app, { ...open, mode: "production" })).rejects.toMatchObject({ code: "FTG_SCHEMA" });
  });

  test("an action with the name of a field, and not for one with the name of a field that is not there", async () => {
    const serve = (name: string) => {
      const app = defineApp({
        models: { Note: model({ text: t.text() }, { access }) },
        actions: (action) => ({ [name]: action({ access: true, run: () => undefined }) }),
      });
      return openApp(app, { ...open, mode: "production" });
    };
    await expect(serve("createNote")).rejects.toMatchObject({ code: "FTG_SCHEMA" });
    await (await serve("deleteNote")).close();
  });

  test("a model that shows nothing", async () => {
    const Secret = model({ id: t.int() }, { key: "id" });
    const Mark = model({ secret: t.ref("Secret") }, { key: "secret", access });
    const app = defineApp({ models: { Secret, Mark } });
    await expect(openApp(app, { ...open, mode: "production" })).rejects.toMatchObject({ code: "FTG_SCHEMA" });
  });
});

test("a schema of which nothing speaks against it can be derived", () => {
  let derived = 0;
  for (let seed = 0; seed < 60; seed++) {
    const models = Object.entries(drawModels(new Random(seed))).map(([name, { fields, options }]) => [
      name,
      model(fields, { ...options, access: { read: true } }),
    ]);
    const { schema } = createSchema(Object.fromEntries(models));
    // Some have a model called Date, like a type of GraphQL's.
    if (mayBeRefused({ schema })) continue;
    createGraphqlSchema(schema, rows);
    derived += 1;
  }
  expect(derived).toBeGreaterThan(10);
});

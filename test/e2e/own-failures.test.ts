// Where the API document says that code of the app may fail in ways of its own: where there is such code.
import { expect, test } from "vitest";
import { openApp } from "../../src/app/open-app.ts";
import { type App, defineApp, model, t } from "../../src/index.ts";

const access = { read: true, create: true, update: true, delete: true } as const;
const models = { Note: model({ text: t.text() }, { access }) };

/** The operations with a default response, by their ids. */
async function listOwn(app: App<typeof models>): Promise<readonly string[]> {
  const opened = await openApp(app, { database: "sqlite::memory:", mode: "production", title: "own" });
  const { paths } = Object(opened.documents.openapi());
  await opened.close();
  const operations = Object.values(paths).flatMap((item) => Object.values(Object(item)));
  return operations.flatMap((operation) => {
    const { operationId, responses } = Object(operation);
    return responses !== undefined && "default" in responses ? [String(operationId)] : [];
  });
}

const writes = ["createNote", "updateNote", "deleteNote", "batch"];

test("nowhere in an app without code of its own, or with code that runs when all is done", async () => {
  expect(await listOwn(defineApp({ models }))).toEqual([]);
  expect(await listOwn(defineApp({ models, hooks: { Note: { afterCommit: () => undefined } } }))).toEqual([]);
});

test("in what writes where hooks run with it", async () => {
  expect(await listOwn(defineApp({ models, hooks: { Note: { afterDelete: () => undefined } } }))).toEqual(writes);
});

test("in an action", async () => {
  const app = defineApp({ models, actions: (action) => ({ act: action({ access: true, run: () => 1 }) }) });
  expect(await listOwn(app)).toEqual(["act"]);
});

test("in everything where the app finds out who asks", async () => {
  const own = await listOwn(defineApp({ models, authenticate: () => null }));
  expect(own).toEqual(expect.arrayContaining([...writes, "listNote", "headNote", "exportNote"]));
  expect(own.filter((id) => id.includes("Options"))).toEqual([]);
});

// footing generate as a user meets it: two files that other programs read, and a check that they are still true.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema } from "graphql";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFolder, type Ended, NOTES_APP, removeFolder, run, start, stop } from "./cli-harness.ts";

let folder: string;

beforeEach(() => {
  folder = createFolder({ "app.ts": NOTES_APP });
});

afterEach(() => removeFolder(folder));

function read(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

function expectFailure({ code, errors }: Ended, ...parts: readonly (string | RegExp)[]): void {
  expect(code).toBe(1);
  for (const part of parts) expect(errors).toMatch(part);
  expect(errors).not.toMatch(/^\s+at .+:\d+:\d+/m);
}

test("writes what the server serves, the same each time and everywhere", async () => {
  const abroad = { TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8" };
  const { code, output } = await run(folder, ["generate", "--out", "api/generated"], abroad);
  expect(code).toBe(0);
  expect(output).toMatch(/api\/generated\/openapi\.json {2}[\d,]+ bytes\napi\/generated\/schema\.graphql/);
  const [openapi, graphql] = [read("api/generated/openapi.json"), read("api/generated/schema.graphql")];
  expect(openapi.endsWith("}\n")).toBe(true);
  expect(Object.keys(buildSchema(graphql).getQueryType()?.getFields() ?? {})).toEqual(
    expect.arrayContaining(["note", "notes"]),
  );
  await run(folder, ["generate"]);
  expect([read("openapi.json"), read("schema.graphql")]).toEqual([openapi, graphql]);
  const server = start(folder, ["start"]);
  const served: unknown = await (await fetch(`${await server.address()}/openapi.json`)).json();
  await stop(server);
  expect(JSON.parse(openapi)).toEqual(served);
});

test("--check is content with true files and writes nothing", async () => {
  await run(folder, ["generate"]);
  const { code, output } = await run(folder, ["generate", "--check"]);
  expect({ code, output }).toEqual({ code: 0, output: "ok  openapi.json, schema.graphql\n" });
});

test("--check fails for files that are missing or no longer true", async () => {
  expectFailure(await run(folder, ["generate", "--check"]), "FTG_OUTDATED", /openapi\.json +It is missing/, "2 files");
  await run(folder, ["generate"]);
  writeFileSync(join(folder, "app.ts"), NOTES_APP.replace("text: t.text()", "title: t.text()"));
  const before = read("schema.graphql");
  const changed = await run(folder, ["generate", "--check"]);
  expectFailure(changed, "FTG_OUTDATED", /schema\.graphql +It differs from line \d+ on/, "Run footing generate");
  expect(read("schema.graphql")).toBe(before);
  await run(folder, ["generate"]);
  writeFileSync(join(folder, "schema.graphql"), `${read("schema.graphql")}more\n`);
  expectFailure(await run(folder, ["generate", "--check"]), "One file", "schema.graphql");
});

test("says why nothing can be written", async () => {
  writeFileSync(join(folder, "taken"), "");
  expectFailure(await run(folder, ["generate", "--out", "taken"]), "FTG_CONFIG", "--out", "EEXIST");
  mkdirSync(join(folder, "openapi.json"));
  expectFailure(await run(folder, ["generate"]), "FTG_CONFIG", "EISDIR");
  expectFailure(await run(folder, ["generate", "nothing.ts"]), "FTG_APP");
});

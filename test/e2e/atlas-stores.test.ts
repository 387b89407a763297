// The example app, unchanged, on every SQL store: the same 500 requests get the same bytes.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServer, type ServerName, useServer } from "../servers/shared-servers.ts";
import { drawAtlasRequests } from "./atlas-requests.ts";
import { type Running, start, stop } from "./cli-harness.ts";

const IMPORT_LIMIT = 180_000;
const REQUESTS = 500;
const app = fileURLToPath(new URL("../../examples/atlas/app.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "footing-atlas-stores-"));
const requests = drawAtlasRequests(20_261_122, REQUESTS);
const servers: Running[] = [];
let expected: readonly string[];

async function serve(database: string): Promise<string> {
  const server = start(folder, ["start", app], { DATABASE_URL: database });
  servers.push(server);
  return server.address(IMPORT_LIMIT);
}

/** Status and body of each answer. */
async function askAll(address: string): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const { path, body } of requests) {
    const init = body === undefined ? {} : { method: "POST", body, headers: { "content-type": "application/json" } };
    const answer = await fetch(address + path, init);
    answers.push(`${answer.status} ${withoutTags(await answer.text())}`);
  }
  return answers;
}

/** Cursors without the tag that each database signs with a secret of its own. */
function withoutTags(text: string): string {
  return text.replace(/(?<=")Wy[IJ][\w-]{20,}(?=")/g, (cursor) => {
    const [, ...place]: unknown[] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return JSON.stringify(place).replaceAll('"', "'");
  });
}

beforeAll(async () => {
  expected = await askAll(await serve(`sqlite:${join(folder, "atlas.db")}`));
}, IMPORT_LIMIT);

afterAll(async () => {
  for (const server of servers) await stop(server);
  rmSync(folder, { recursive: true });
});

test("the requests are varied, and nearly all find what they ask for", () => {
  expect(new Set(expected).size).toBeGreaterThan(REQUESTS * 0.6);
  expect(
    expected.filter((answer) => answer.startsWith("200 ") && !answer.startsWith('200 {"errors"')).length,
  ).toBeGreaterThan(REQUESTS * 0.9);
  expect(expected.filter((answer) => answer.startsWith("5"))).toEqual([]);
});

const others: readonly (readonly [server: ServerName, title: string])[] = [
  ["postgres", "PostgreSQL"],
  ["mariadb", "MariaDB"],
  ["mysql", "MySQL"],
];

for (const [server, title] of others) {
  describeWithServer(server, title, () => {
    test("answers as SQLite does", { timeout: IMPORT_LIMIT }, async () => {
      const access = await useServer(server);
      const answers = await askAll(await serve(await access.createDatabase()));
      for (const [index, request] of requests.entries())
        expect(answers[index], JSON.stringify(request)).toBe(expected[index]);
    });
  });
}

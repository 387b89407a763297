// The command line as a user meets it: the real command in a folder of its own, its output and its exit code.

import { mkdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import {
  createFolder,
  NOTES_APP,
  poll,
  type Running,
  removeFolder,
  run,
  start,
  stop,
  takePort,
} from "./cli-harness.ts";

const folders: string[] = [];
const servers: Running[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server, "SIGKILL");
  for (const folder of folders.splice(0)) removeFolder(folder);
});

function make(files: Readonly<Record<string, string>>): string {
  const folder = createFolder(files);
  folders.push(folder);
  return folder;
}

function serve(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const server = start(folder, args, env);
  servers.push(server);
  return server;
}

async function createNote(address: string, id: number, text: string): Promise<Response> {
  const body = JSON.stringify({ id, text });
  return fetch(`${address}/api/notes`, { method: "POST", body, headers: { "content-type": "application/json" } });
}

/** Every failure: a non-zero exit, a fix, and never a stack. */
function expectFailure(ended: { code: number | null; errors: string }, ...parts: (string | RegExp)[]): void {
  expect(ended.code).toBe(1);
  for (const part of parts) expect(ended.errors).toMatch(part);
  expect(ended.errors).toContain("fix");
  expect(ended.errors).not.toMatch(/^\s+at .+:\d+:\d+/m);
}

describe("footing", () => {
  test("explains itself", async () => {
    const { code, output } = await run(make({}), ["--help"]);
    expect(code).toBe(0);
    for (const word of ["dev", "start", "routes", "check", "PORT", "HOST", "DATABASE_URL", ".env", "4000"]) {
      expect(output).toContain(word);
    }
  });

  test("tells its version", async () => {
    const { code, output } = await run(make({}), ["--version"]);
    expect(code).toBe(0);
    expect(output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("refuses an unknown command and names the nearest", async () => {
    const { code, errors } = await run(make({}), ["strat"]);
    expect(code).toBe(1);
    expect(errors).toContain("start");
  });
});

describe("footing check", () => {
  test("is content with a right app", async () => {
    const { code, output } = await run(make({ "app.ts": NOTES_APP }), ["check"]);
    expect(code).toBe(0);
    expect(output).toMatch(/ok/);
    expect(output).toMatch(/1 model/);
  });

  test("lists every problem of the schema and of the settings at once", async () => {
    const folder = make({
      "app.ts": `
        import { defineApp, model, t } from "footing";
        const Note = model({ any: t.text(), author: t.ref("Persn"), size: t.int().min(5).max(1) });
        const Person = model({ notes: t.many("Note", "writer") }, { index: [["nme"]] });
        export default defineApp({ models: { Note, Person } });
      `,
    });
    const ended = await run(folder, ["check"], { PORT: "http", DATABASE_URL: "oracle:db" });
    expectFailure(
      ended,
      /app\.ts/,
      "Note.any",
      "Note.author",
      "Person",
      "Note.size",
      "Person.notes",
      "nme",
      "PORT",
      "DATABASE_URL",
    );
  });
});

describe("an app file that cannot be used", () => {
  test.each([
    ["is missing", {}, /no file app\.ts/i],
    ["exports nothing", { "app.ts": "export const a = 1;" }, /default/],
    ["exports something else", { "app.ts": "export default { models: {} };" }, /defineApp/],
    ["throws", { "app.ts": "const list: string[] = [];\nconsole.log(list[0].length);" }, /undefined.*app\.ts:2/],
    ["has a syntax error", { "app.ts": "export default {;" }, /app\.ts:1/],
    ["imports what is not there", { "app.ts": 'import "./models.ts";' }, /models\.ts/],
  ])("%s", async (_what, files, message) => {
    const folder = make(files);
    expectFailure(await run(folder, ["start"]), message);
    expectFailure(await run(folder, ["check"]), message);
  });
});

describe("footing routes", () => {
  test("lists what is served without serving it", async () => {
    const { code, output } = await run(make({ "app.ts": NOTES_APP }), ["routes"]);
    expect(code).toBe(0);
    for (const line of [/GET.*\/api\/notes\b/, /POST.*\/api\/notes\b/, /\/api\/notes\/:/, /\/graphql/, /\/healthz/]) {
      expect(output).toMatch(line);
    }
  });
});

describe("footing start", () => {
  test("creates the database, serves, and keeps what it acknowledged", async () => {
    const folder = make({ "app.ts": NOTES_APP });
    const first = serve(folder, ["start"]);
    expect((await createNote(await first.address(), 1, "kept")).status).toBe(201);
    expect(first.output()).toMatch(/FULL/);
    expect(await stop(first)).toBe(0);
    const second = serve(folder, ["start"]);
    const answer = await fetch(`${await second.address()}/api/notes/1`);
    expect(await answer.json()).toEqual({ id: 1, text: "kept" });
  });

  test("reads .env, and the environment before it", async () => {
    const folder = make({ "app.ts": NOTES_APP, ".env": "DATABASE_URL=sqlite:./other.db\nPORT=1\n" });
    const server = serve(folder, ["start"]);
    await server.address();
    new DatabaseSync(join(folder, "other.db"), { readOnly: true }).close();
  });

  test("answers what it has begun before it ends", async () => {
    const slow = NOTES_APP.replace(
      "defineApp({",
      "defineApp({ authenticate: async () => { await new Promise((done) => setTimeout(done, 400)); return null; },",
    );
    const server = serve(make({ "app.ts": slow }), ["start"]);
    const answer = fetch(`${await server.address()}/api/notes`);
    await sleep(150);
    expect(await stop(server)).toBe(0);
    expect((await answer).status).toBe(200);
  });

  test("ends with an idle connection open", async () => {
    const server = serve(make({ "app.ts": NOTES_APP }), ["start"]);
    const socket = connect(Number(new URL(await server.address()).port), "127.0.0.1");
    await sleep(50);
    const started = performance.now();
    expect(await stop(server, "SIGINT")).toBe(0);
    expect(performance.now() - started).toBeLessThan(3000);
    socket.destroy();
  });

  test.each(["abc", "70000", "-1", "4.5"])("refuses PORT=%s", async (PORT) => {
    expectFailure(await run(make({ "app.ts": NOTES_APP }), ["start"], { PORT }), "PORT", PORT);
  });

  test("refuses a database it does not serve, and lists those it does", async () => {
    const ended = await run(make({ "app.ts": NOTES_APP }), ["start"], { DATABASE_URL: "mssql://sa:secret@host/db" });
    expectFailure(ended, "DATABASE_URL", "mssql", "sqlite:");
    expect(ended.errors).not.toContain("secret");
  });

  test("refuses a port in use", async () => {
    const { port, release } = await takePort();
    expectFailure(await run(make({ "app.ts": NOTES_APP }), ["start"], { PORT: String(port) }), /Port/, String(port));
    release();
  });
});

describe("a database file that cannot be used", () => {
  async function startOn(
    prepare: (file: string) => (() => void) | undefined,
  ): Promise<Awaited<ReturnType<typeof run>>> {
    const folder = make({ "app.ts": NOTES_APP });
    mkdirSync(join(folder, "data"));
    const release = prepare(join(folder, "data", "notes.db"));
    const ended = await run(folder, ["start"], { DATABASE_URL: "sqlite:./data/notes.db" });
    release?.();
    return ended;
  }

  test("is no database", async () => {
    const ended = await startOn((file) => void writeFileSync(file, "This is no database at all. ".repeat(200)));
    expectFailure(ended, "notes.db");
  });

  test("is corrupt inside", async () => {
    const ended = await startOn((file) => {
      const db = new DatabaseSync(file);
      db.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)");
      db.close();
      writeFileSync(file, Buffer.alloc(4096, 0xff), { flag: "r+" });
      return undefined;
    });
    expectFailure(ended, "notes.db");
  });

  test("is locked by another program", async () => {
    const ended = await startOn((file) => {
      const db = new DatabaseSync(file);
      db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE other (id INTEGER)");
      return () => db.close();
    });
    expectFailure(ended, "notes.db", /lock|use/);
  });

  test("does not match the schema", async () => {
    const ended = await startOn((file) => {
      const db = new DatabaseSync(file);
      db.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT)");
      db.close();
      return undefined;
    });
    expectFailure(ended, "FTG_DATABASE_MISMATCH", /note\.text.*missing/);
  });

  test("is a folder", async () => {
    expectFailure(await startOn((file) => void mkdirSync(file)), "notes.db");
  });
});

describe("footing dev", () => {
  test("serves an edit within a second and keeps its port", async () => {
    const folder = make({ "app.ts": NOTES_APP });
    const server = serve(folder, ["dev"]);
    const address = await server.address();
    expect((await fetch(`${address}/api/remarks`)).status).toBe(404);
    const edited = NOTES_APP.replace('{ key: "id"', '{ key: "id", plural: "remarks"');
    await poll(async () => (await isServed(`${address}/api/notes`)) || null, { describe: server.errors });
    const started = performance.now();
    writeFileSync(join(folder, "app.ts"), edited);
    await poll(async () => (await isServed(`${address}/api/remarks`)) || null, {
      describe: () => server.output() + server.errors(),
    });
    // The promise is one second; this machine may be busy with other tests.
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await stop(server, "SIGINT")).toBe(0);
  });

  test("prints a broken edit, waits, and goes on with the next", async () => {
    const folder = make({ "app.ts": NOTES_APP });
    const server = serve(folder, ["dev"]);
    const address = await server.address();
    writeFileSync(join(folder, "app.ts"), NOTES_APP.replace("t.int()", "t.itn()"));
    await server.waitFor(/itn/);
    await server.waitFor(/Waiting/);
    expect(server.errors()).not.toMatch(/^\s+at .+:\d+:\d+/m);
    writeFileSync(join(folder, "app.ts"), NOTES_APP);
    await poll(async () => (await isServed(`${address}/api/notes`)) || null, {
      describe: () => server.output() + server.errors(),
    });
  });

  test("follows files that the app imports, and ignores its database", async () => {
    const folder = make({
      "app.ts": NOTES_APP.replace('"footing";', '"footing";\nimport { plural } from "./names.ts";').replace(
        '"id",',
        '"id", plural,',
      ),
      "names.ts": 'export const plural = "notes";',
    });
    const server = serve(folder, ["dev"]);
    const address = await server.address();
    expect((await createNote(address, 1, "one")).status).toBe(201);
    await sleep(300);
    expect(server.output()).not.toMatch(/changed/);
    writeFileSync(join(folder, "names.ts"), 'export const plural = "jottings";');
    await poll(async () => (await isServed(`${address}/api/jottings/1`)) || null, {
      describe: () => server.output() + server.errors(),
    });
  });

  test("waits for an app file that is not there yet", async () => {
    const folder = make({});
    const server = serve(folder, ["dev"]);
    await server.waitFor(/Waiting/);
    writeFileSync(join(folder, "app.ts"), NOTES_APP);
    expect(await isServed(`${await server.address()}/api/notes`)).toBe(true);
    unlinkSync(join(folder, "app.ts"));
    await server.waitFor(/no file app\.ts/i);
  });

  test("leaves no server behind when it is killed", async () => {
    const folder = make({ "app.ts": NOTES_APP });
    const server = serve(folder, ["dev"]);
    const address = await server.address();
    await stop(server, "SIGKILL");
    await poll(async () => ((await isServed(`${address}/api/notes`)) ? null : true), { describe: server.errors });
    rmSync(folder, { recursive: true });
  });
});

async function isServed(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}

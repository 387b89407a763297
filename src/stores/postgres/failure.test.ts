/** What callers read when the database is unusable: one message that names the thing and the fix, without a secret. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres } from "../../../test/servers/postgres.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import type { TestServer } from "../../../test/servers/test-server.ts";
import type { FootingError } from "../../errors/footing-error.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { ConnectionError } from "../sql/server-failure.ts";
import { parseAddress } from "./address.ts";
import { ServerError } from "./driver.ts";
import { translateError, translateOpenError } from "./failure.ts";
import { readServer } from "./prepare-database.ts";
import { createPostgresStore } from "./store.ts";

const { schema } = createSchema({ Fact: model({ n: t.int() }, { key: "n" }) });
const address = parseAddress("postgres://app:secret@localhost/shop");

describe("errors while it runs", () => {
  test.each([
    ["40001", "FTG_BUSY"],
    ["40P01", "FTG_BUSY"],
    ["55P03", "FTG_BUSY"],
    ["53300", "FTG_BUSY"],
    ["57P03", "FTG_BUSY"],
    ["57014", "FTG_TIMEOUT"],
    ["54000", "FTG_TOO_LARGE"],
    ["25006", "FTG_DATABASE"],
    ["53100", "FTG_DATABASE"],
    ["42501", "FTG_DATABASE"],
    ["42703", "FTG_INTERNAL"],
  ])("SQLSTATE %s is %s", (state, code) => {
    const error = new ServerError("…", { state, constraint: null });
    expect(translateError(error, address)).toMatchObject({ code });
  });

  test("a lost connection is busy, and what is not an error of the database stays as it is", () => {
    const lost = new ConnectionError("…", "ECONNRESET", null);
    expect(translateError(lost, address)).toMatchObject({ code: "FTG_BUSY", headers: { "Retry-After": "1" } });
    const error = new RangeError("no");
    expect(translateError(error, address)).toBe(error);
  });

  test("a certificate for another name is told apart from one that nobody vouches for", () => {
    const open = (code: string) => translateOpenError(new ConnectionError("…", code, null), address);
    expect(open("ERR_TLS_CERT_ALTNAME_INVALID")).toMatchObject({
      message: "The database localhost:5432/shop cannot be trusted: its certificate is not for localhost.",
    });
    expect(open("DEPTH_ZERO_SELF_SIGNED_CERT")).toMatchObject({ fix: expect.stringContaining("sslrootcert=") });
  });
});

describe("a server that cannot be used", () => {
  const usable = ["150014", "15.14", "on", "on", "UTF8", "1", "UTC", "public"];

  function readFacts(changes: Readonly<Record<number, string | null>>): Promise<unknown> {
    const row = usable.map((value, index) => {
      const fact = index in changes ? (changes[index] ?? null) : value;
      return fact === null ? null : Buffer.from(fact);
    });
    const answer = async () => ({ rows: [row], count: 1, took: 0, command: "SELECT" });
    return readServer({ exec: answer, query: answer }, address);
  }

  test("one that can is described", async () => {
    expect(await readFacts({ 0: "140000", 1: "14.0" })).toMatchObject({ version: "14.0", synchronousCommit: "on" });
  });

  test.each<[string, Record<number, string | null>, string, string]>([
    ["too old", { 0: "130022", 1: "13.22" }, "is served by PostgreSQL 13.22.", "Use PostgreSQL 14 or newer."],
    ["another encoding", { 4: "LATIN1" }, "keeps text in LATIN1.", "ENCODING 'UTF8'"],
    ["no schema", { 7: null }, "has no schema of the search path", "Create the schema"],
    ["another time zone", { 6: "Asia/Tokyo" }, "TimeZone=Asia/Tokyo", "ALTER ROLE"],
  ])("%s", async (_, changes, message, fix) => {
    await expect(readFacts(changes)).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    });
  });
});

describeWithServer("postgres", "a database that cannot be opened", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startPostgres({ tls: true });
  });

  afterAll(() => server.stop());

  async function openAt(change: (url: URL) => unknown): Promise<FootingError> {
    const url = new URL(server.url);
    change(url);
    const store = createPostgresStore({ url: url.href });
    try {
      await store.open(schema, { createTables: true });
    } catch (error) {
      // Everything a store throws at opening is one.
      const failure = error as FootingError;
      expect(`${failure.message} ${failure.fix}`).not.toMatch(/p@ss|p%40ss|hunter2/);
      return failure;
    }
    await store.close();
    return expect.unreachable();
  }

  test.each<[string, (url: URL) => unknown, RegExp, RegExp]>([
    [
      "wrong password",
      (url) => Object.assign(url, { password: "hunter2" }),
      /refuses the password of the user footing/,
      /address/,
    ],
    [
      "unknown user",
      (url) => Object.assign(url, { username: "nobody" }),
      /refuses the password of the user nobody/,
      /address/,
    ],
    [
      "no password",
      (url) => Object.assign(url, { password: "" }),
      /refuses the password of the user footing/,
      /address/,
    ],
    [
      "wrong port",
      (url) => Object.assign(url, { port: "1" }),
      /nothing listens on port 1 of 127\.0\.0\.1/,
      /Start the server/,
    ],
    [
      "unknown host",
      (url) => Object.assign(url, { hostname: "nowhere.invalid" }),
      /no host is named nowhere\.invalid/,
      /host/,
    ],
    [
      "no such database",
      (url) => Object.assign(url, { pathname: "/none" }),
      /has no database none/,
      /CREATE DATABASE "none"/,
    ],
    ["no such schema", (url) => url.searchParams.set("search_path", "x"), /no schema of the search path "x"/, /Create/],
    [
      "a certificate nobody vouches for",
      (url) => url.searchParams.set("sslmode", "verify-full"),
      /cannot be trusted: self-signed certificate/,
      /sslrootcert/,
    ],
  ])("%s", async (_, change, message, fix) => {
    const error = await openAt(change);
    expect(error).toMatchObject({ code: "FTG_DATABASE" });
    expect(error.message).toMatch(message);
    expect(error.fix).toMatch(fix);
  });

  test("TLS with the authority's certificate is verified, and without it the guarantee says so", async () => {
    const path = join(server.folder, "ca.pem");
    writeFileSync(path, server.ca);
    const open = async (parameters: string) => {
      const store = createPostgresStore({ url: `${server.url}?${parameters}` });
      await store.open(schema, { createTables: true });
      await store.close();
      return store.capabilities.guarantee;
    };
    expect(await open(`sslmode=verify-full&sslrootcert=${path}`)).not.toContain("TLS");
    expect(await open("sslmode=require")).toContain("TLS without checking who answers");
  });

  test("a server without TLS, one that must not be used, and text in another encoding", async () => {
    const plain = await startPostgres();
    try {
      const open = (url: string) => createPostgresStore({ url }).open(schema, { createTables: true });
      await expect(open(`${plain.url}?sslmode=require`)).rejects.toMatchObject({
        code: "FTG_DATABASE",
        message: expect.stringContaining("does not speak TLS"),
      });
      await plain.query("CREATE DATABASE old ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
      await expect(open(plain.url.replace(/\/postgres$/, "/old"))).rejects.toMatchObject({
        message: expect.stringContaining("keeps text in LATIN1"),
      });
      await expect(open(`${plain.url}?prepare=false`)).rejects.toMatchObject({
        message: expect.stringContaining("extra_float_digits=0"),
        fix: expect.stringContaining("ALTER ROLE"),
      });
    } finally {
      await plain.stop();
    }
  });
});

test("a driver that is not installed is named, with the command that installs it", () => {
  const code = `
    import { registerHooks } from "node:module";
    registerHooks({ resolve: (name, context, next) => {
      if (name === "pg") throw Object.assign(new Error("Cannot find package 'pg'"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(name, context);
    } });
    const { createPostgresStore } = await import(${JSON.stringify(new URL("store.ts", import.meta.url).href)});
    const store = createPostgresStore({ url: "postgres://a:b@127.0.0.1:1/c" });
    await store.open({ models: {}, fingerprint: "" }, { createTables: true }).catch((error) => console.log(error.code, error.fix));`;
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
  expect(child.stdout).toBe("FTG_CONFIG Run: npm install pg\n");
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { startMariadb } from "./mariadb.ts";
import { startPostgres } from "./postgres.ts";
import { describeWithServer, useServer } from "./shared-servers.ts";
import type { TestServer } from "./test-server.ts";

const LIFE_MS = 60_000;

/** A server for one test. */
async function startForTest(start: () => Promise<TestServer>): Promise<TestServer> {
  const server = await start();
  onTestFinished(server.stop);
  return server;
}

/** Writes numbers, kills the server after each, and reads what is left. */
async function surviveKills(server: TestServer): Promise<string> {
  await server.createDatabase("facts");
  await server.query("CREATE TABLE fact (n INT PRIMARY KEY)", "facts");
  for (const n of [1, 2, 3]) {
    await server.query(`INSERT INTO fact VALUES (${n})`, "facts");
    const before = server.pid();
    await server.kill();
    await expect(server.query("SELECT 1")).rejects.toThrow();
    await server.restart();
    expect(server.pid()).not.toBe(before);
  }
  return server.query("SELECT n FROM fact ORDER BY n", "facts");
}

/** Starts a server in another process, kills that process, and tells whether the server's folder stays. */
async function orphan(): Promise<boolean> {
  const code = `import { startPostgres } from ${JSON.stringify(new URL("postgres.ts", import.meta.url).href)};
    const server = await startPostgres(); console.log(server.folder); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await once(child.stdout, "data");
  const folder = String(output).trim();
  expect(existsSync(folder)).toBe(true);
  child.kill("SIGKILL");
  for (let tries = 0; tries < 100 && existsSync(folder); tries++) await sleep(100);
  return existsSync(folder);
}

describeWithServer("postgres", "a PostgreSQL for tests", () => {
  test("is shared, awkward, and gives each file its databases", async () => {
    const server = await useServer("postgres");
    expect((await useServer("postgres")).url).toBe(server.url);
    const [first, second] = [await server.createDatabase(), await server.createDatabase('odd "name"')];
    expect(first).not.toBe(second);
    expect(await server.query("SELECT current_setting('timezone'), 'a' < 'B', lower('I')")).toBe(
      "Asia/Kathmandu\tt\tı",
    );
    expect(await server.query("SELECT current_database()", 'odd "name"')).toBe('odd "name"');
    expect(await server.query("SELECT count(*) > 0 FROM pg_stat_statements")).toBe("t");
  });

  test("keeps what it acknowledged through kills, and leaves no folder", { timeout: LIFE_MS }, async () => {
    const server = await startForTest(() => startPostgres({ durable: true, tls: true }));
    expect(await server.query("SHOW fsync")).toBe("on");
    expect(await server.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).toBe("t");
    expect(server.ca).toContain("BEGIN CERTIFICATE");
    expect(await surviveKills(server)).toBe("1\n2\n3");
    await server.stop();
    expect(existsSync(server.folder)).toBe(false);
  });

  test("ends with the process that started it", { timeout: LIFE_MS }, async () => {
    expect(await orphan()).toBe(false);
  });

  test("says why it does not start", async () => {
    await expect(startPostgres({ settings: { no_such_setting: "1" } })).rejects.toThrow("no_such_setting");
  });
});

describeWithServer("mariadb", "a MariaDB for tests", () => {
  test("is shared, awkward, and gives each file its databases", async () => {
    const server = await useServer("mariadb");
    expect((await useServer("mariadb")).url).toBe(server.url);
    const [first, second] = [await server.createDatabase(), await server.createDatabase("odd `name`")];
    expect(first).not.toBe(second);
    expect(await server.query("SELECT TIMEDIFF(NOW(), UTC_TIMESTAMP()), @@collation_server")).toBe(
      "05:45:00\tlatin1_german2_ci",
    );
    expect(await server.query("SELECT DATABASE()", "odd `name`")).toBe("odd `name`");
  });

  test("keeps what it acknowledged through kills, and leaves no folder", { timeout: LIFE_MS }, async () => {
    const server = await startForTest(() => startMariadb({ durable: true, tls: true, generalLog: true }));
    expect(await server.query("SELECT @@innodb_flush_log_at_trx_commit, @@have_ssl")).toBe("1\tYES");
    expect(await surviveKills(server)).toBe("1\n2\n3");
    expect(
      await server.query("SELECT COUNT(*) > 0 FROM mysql.general_log WHERE argument LIKE 'INSERT INTO fact%'"),
    ).toBe("1");
    await server.stop();
    expect(existsSync(server.folder)).toBe(false);
  });

  test("says why it does not start", async () => {
    await expect(startMariadb({ settings: { "no-such-setting": "1" } })).rejects.toThrow("no-such-setting");
  });
});

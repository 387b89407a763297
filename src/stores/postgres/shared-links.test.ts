/** Connections that many share: how many there are, and that losing some or all of them loses no answer for good. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { startPostgres } from "../../../test/servers/postgres.ts";
import { createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import { LinkWatch } from "../sql/link-queue.ts";
import { ConnectionError } from "../sql/server-failure.ts";
import { SharedLinks } from "../sql/shared-links.ts";
import { parseAddress } from "./address.ts";
import type { NativeValue } from "./codec.ts";
import { Link, type Result } from "./driver.ts";

let url: string;
let shared: SharedLinks<NativeValue, Result>;
const all: SharedLinks<NativeValue, Result>[] = [];

function create(url: string): SharedLinks<NativeValue, Result> {
  const options = { address: parseAddress(url), settings: {}, watch: new LinkWatch(30_000) };
  const created = new SharedLinks(() => Link.connect(options), 3);
  all.push(created);
  return created;
}

/** Asks for `count` numbers at once, each after a pause of the server. */
function askMany(count: number, seconds: number): Promise<readonly (string | Error)[]> {
  const ask = async (n: number): Promise<string | Error> => {
    try {
      const { rows } = await shared.query("SELECT $1::int, pg_sleep($2::float8)", [String(n), String(seconds)]);
      return String(rows[0]?.[0]);
    } catch (error) {
      if (error instanceof ConnectionError) return error;
      throw error;
    }
  };
  return Promise.all(Array.from({ length: count }, (_, n) => ask(n)));
}

function listNumbers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => String(n));
}

async function listSessions(): Promise<readonly unknown[]> {
  const rows = await runPostgres(
    url,
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'shared'",
  );
  return rows.map((row) => row["pid"]);
}

describeWithServer("postgres", "shared connections to PostgreSQL", () => {
  beforeEach(async () => {
    url = `${await createPostgresSchema()}&application_name=shared`;
    shared = create(url);
  });

  afterEach(() => Promise.all(all.splice(0).map((each) => each.close())));

  test("there is one until it is busy, and never more than allowed", async () => {
    for (let n = 0; n < 10; n++) await askMany(1, 0);
    expect(await listSessions()).toHaveLength(1);
    for (let n = 0; n < 5; n++) expect(await askMany(20, 0.005)).toEqual(listNumbers(20));
    expect(await listSessions()).toHaveLength(3);
  });

  test("when all are lost, what was under way is asked again", async () => {
    for (let n = 0; n < 5; n++) await askMany(20, 0.005);
    for (let losses = 0; losses < 5; losses++) {
      const answers = askMany(60, 0.002);
      const pids = await listSessions();
      await runPostgres(url, `SELECT pg_terminate_backend(pid) FROM unnest('{${pids.join(",")}}'::int[]) AS pid`);
      expect(await answers).toEqual(listNumbers(60));
    }
  });

  test("closing waits for what is under way, and nothing is asked afterwards", async () => {
    const answers = askMany(20, 0.01);
    await shared.close();
    expect(await answers).toEqual(listNumbers(20));
    expect(await askMany(1, 0)).toEqual([expect.any(ConnectionError)]);
    await expect.poll(listSessions).toEqual([]);
  });

  test("while the server is away everybody is told so, and afterwards it works again", async () => {
    const server = await startPostgres();
    try {
      shared = create(server.url);
      await askMany(20, 0);
      const answers = askMany(100, 1);
      await server.kill();
      for (const answer of await answers) expect(answer).toBeInstanceOf(ConnectionError);
      for (const answer of await askMany(10, 0)) expect(answer).toBeInstanceOf(ConnectionError);
      await server.restart();
      await expect.poll(() => askMany(100, 0)).toEqual(listNumbers(100));
    } finally {
      await shared.close();
      await server.stop();
    }
  });
});

/** A connection by itself: what follows what, what is kept prepared, how bytes arrive, and how it ends. */
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import { LinkWatch } from "../sql/link-queue.ts";
import { ConnectionError } from "../sql/server-failure.ts";
import { parseAddress } from "./address.ts";
import { Link, type LinkOptions, type Result, ServerError } from "./driver.ts";

const links: Link[] = [];
let url: string;

async function connect(parameters = "", options: Partial<LinkOptions> = {}): Promise<Link> {
  const address = parseAddress(`${url}${parameters}`);
  const settings = { search_path: address.searchPath ?? "" };
  const link = await Link.connect({ address, settings, watch: new LinkWatch(30_000), ...options });
  links.push(link);
  return link;
}

function readRows({ rows }: Result): readonly (readonly (string | null)[])[] {
  return rows.map((row) => row.map((value) => (value === null ? null : value.toString())));
}

/** Rows as they came, or the code of the error. */
function listOutcomes(answers: readonly Promise<Result>[]): Promise<readonly unknown[]> {
  return Promise.all(
    answers.map(async (answer) => {
      try {
        return readRows(await answer);
      } catch (error) {
        if (error instanceof ServerError) return error.state;
        return error instanceof ConnectionError ? "lost" : error;
      }
    }),
  );
}

async function countPrepared(link: Link): Promise<number> {
  return Number(readRows(await link.exec("SELECT count(*) FROM pg_prepared_statements"))[0]?.[0]);
}

/** A way to the server that cuts what the server says into odd pieces. */
async function cutInPieces(): Promise<string> {
  const { port, hostname } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectSocket(Number(port), hostname);
    for (const socket of [near, far]) sockets.add(socket.on("error", () => undefined));
    near.pipe(far);
    far.on("close", () => near.destroy());
    far.on("data", (data: Buffer) => {
      for (let at = 0, size = 1; at < data.length; at += size, size = (size * 7 + 3) % 4001)
        near.write(data.subarray(at, at + size));
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const at = server.address();
  return Object.assign(new URL(url), { port: typeof at === "object" ? at?.port : "" }).href;
}

describeWithServer("postgres", "a connection to PostgreSQL", () => {
  beforeEach(async () => {
    url = await createPostgresSchema();
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(links.splice(0).map((link) => link.destroy()));
  });

  test.each(["", "&prepare=false"])(
    "answers in order, and a refused statement fails alone (%s)",
    async (parameters) => {
      const link = await connect(parameters);
      const texts = ["SELECT $1::int + 1", "SELECT 1 / $1::int", "SELEC $1", "SELECT $1::text, NULL, ''"];
      const answers = Array.from({ length: 25 }, (_, n) =>
        texts.map((text, k) => link.query(text, [k === 1 ? "0" : `${n}`])),
      );
      const expected = Array.from({ length: 25 }, (_, n) => [[[`${n + 1}`]], "22012", "42601", [[`${n}`, null, ""]]]);
      expect(await listOutcomes(answers.flat())).toEqual(expected.flat());
      expect(link.load).toBe(0);
      expect(await countPrepared(link)).toBe(parameters === "" ? 3 : 0);
    },
  );

  test("keeps 500 statements prepared and gives up the oldest", async () => {
    const link = await connect();
    const ask = (n: number) => link.query(`SELECT ${n} + $1::int`, ["1"]);
    const numbers = Array.from({ length: 1200 }, (_, n) => n % 600);
    expect(await listOutcomes(numbers.map(ask))).toEqual(numbers.map((n) => [[`${n + 1}`]]));
    expect(await countPrepared(link)).toBe(500);
  });

  test("a statement that always fails is prepared under one name", async () => {
    const link = await connect();
    await link.exec("CREATE TABLE fact (n int PRIMARY KEY)");
    const add = () => link.query("INSERT INTO fact VALUES ($1::int)", ["1"]);
    expect(await add()).toMatchObject({ count: 1, command: "INSERT" });
    for (let tries = 0; tries < 3; tries++) expect(await listOutcomes([add(), add()])).toEqual(["23505", "23505"]);
    await expect(add()).rejects.toMatchObject({ constraint: "fact_pkey" });
    expect(await countPrepared(link)).toBe(1);
  });

  test("rows are the bytes that came, however they were cut", async () => {
    url = await cutInPieces();
    const link = await connect();
    const long = 'é🙂"\\'.repeat(150_000);
    const text = "SELECT n, repeat('é', 97 * n), NULL, '' FROM generate_series(1, $1::int) AS n";
    const [one, ...many] = await Promise.all([
      link.query("SELECT $1::text", [long]),
      ...Array.from({ length: 30 }, (_, n) => link.query(text, [`${n}`])),
    ]);
    expect(one?.rows[0]?.[0]).toEqual(Buffer.from(long));
    expect(many.map(readRows)).toEqual(
      many.map((_, count) => Array.from({ length: count }, (_, n) => [`${n + 1}`, "é".repeat(97 * (n + 1)), null, ""])),
    );
  });

  test("SQL without values may be several statements; the last rows and the last command count", async () => {
    const link = await connect();
    expect(readRows(await link.exec("SELECT 1; SELECT 2, NULL"))).toEqual([["2", null]]);
    expect(await link.exec("CREATE TABLE fact (n int); INSERT INTO fact VALUES (1), (2)")).toMatchObject({
      count: 2,
      command: "INSERT",
    });
    const flight = ["BEGIN", "SELEC", "COMMIT"].map((sql) => link.exec(sql));
    await Promise.allSettled(flight);
    expect(await flight[2]).toMatchObject({ command: "ROLLBACK" });
  });

  test("settings are those of the first message, whatever the environment says", async () => {
    vi.stubEnv("PGOPTIONS", "-c timezone=Asia/Tokyo -c jit=off");
    vi.stubEnv("PGSSLMODE", "require");
    vi.stubEnv("PGPASSWORD", "wrong");
    const settings = { TimeZone: "Europe/Rome", DateStyle: "SQL, DMY", search_path: `"a b", "c'd"` };
    const link = await connect("&application_name=my%20app", { settings });
    const names = [...Object.keys(settings), "application_name", "jit"];
    const { rows } = await link.exec(`SELECT ${names.map((name) => `current_setting('${name}')`).join(", ")}`);
    expect(rows[0]?.map(String)).toEqual([...Object.values(settings), "my app", "on"]);
  });

  test("what a late cancel hit in place of another is asked again", async () => {
    const link = await connect();
    const cancel = link.cancel.bind(link);
    let cancels = 0;
    link.cancel = async () => {
      await sleep(600);
      await cancel();
      cancels += 1;
    };
    const abort = { aborted: false };
    const started = performance.now();
    const answers = [
      link.query("SELECT $1::int, pg_sleep(0.5)", ["1"], abort),
      link.query("SELECT $1::int, pg_sleep(1)", ["2"]),
    ];
    abort.aborted = true;
    // Whoever asked might send something else, which would be hit.
    await answers[0];
    expect(cancels).toBe(1);
    expect(await listOutcomes(answers)).toEqual([[["1", ""]], [["2", ""]]]);
    expect(cancels).toBe(1);
    expect(performance.now() - started).toBeGreaterThan(1750);
  });

  describeStale();

  test("when the server ends the session, all under way fails and nothing more is sent", async () => {
    const link = await connect();
    const idle = await connect();
    const answers = Array.from({ length: 100 }, () => link.query("SELECT pg_sleep(0.2), $1::text", ["x"]));
    const outcomes = listOutcomes(answers);
    await runPostgres(url, `SELECT pg_terminate_backend(${link.process}), pg_terminate_backend(${idle.process})`);
    expect(await outcomes).toEqual(Array(100).fill("lost"));
    expect(link.isOpen).toBe(false);
    expect(await listOutcomes([link.query("SELECT 1", []), link.exec("SELECT 1")])).toEqual(["lost", "lost"]);
    await vi.waitUntil(() => !idle.isOpen);
  });

  test("a server that says nothing for too long is given up; one with nothing to do is not", async () => {
    const link = await connect("", { watch: new LinkWatch(200) });
    await sleep(500);
    expect(link.isOpen).toBe(true);
    expect(await listOutcomes([link.query("SELECT pg_sleep(1)", []), link.query("SELECT 1", [])])).toEqual([
      "lost",
      "lost",
    ]);
  });

  test("destroying fails what is under way, at once", async () => {
    const link = await connect();
    const outcomes = listOutcomes([link.query("SELECT pg_sleep(1)", []), link.query("SELECT 1", [])]);
    const started = performance.now();
    await link.destroy();
    expect(await outcomes).toEqual(["lost", "lost"]);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

function describeStale(): void {
  const read = "SELECT * FROM fact WHERE $1::int = 1";

  async function connectTwice(): Promise<readonly [Link, Link]> {
    const [link, other] = [await connect(), await connect()];
    await other.exec("CREATE TABLE fact (n int); INSERT INTO fact VALUES (1)");
    expect(readRows(await link.query(read, ["1"]))).toEqual([["1"]]);
    return [link, other];
  }

  test("statements over a table that was changed are prepared anew", async () => {
    const [link, other] = await connectTwice();
    await other.exec("ALTER TABLE fact ADD rank int DEFAULT 5");
    const asked = [
      link.query(read, ["1"]),
      link.query(read, ["1"]),
      link.query("SELECT 7", []),
      link.query(read, ["1"]),
    ];
    expect(await listOutcomes(asked)).toEqual([[["1", "5"]], [["1", "5"]], [["7"]], [["1", "5"]]]);
    await other.exec("DROP TABLE fact");
    expect(await listOutcomes([link.query(read, ["1"])])).toEqual(["42P01"]);
  });

  test("statements that a pooler has dropped, or whose name another has, are prepared anew", async () => {
    const [link, other] = await connectTwice();
    const names = await link.exec("SELECT name FROM pg_prepared_statements");
    await link.exec("DEALLOCATE ALL");
    await other.exec(`PREPARE "${readRows(names)[0]?.[0]}" AS SELECT 'another'`);
    expect(await listOutcomes([link, link, other].map((each) => each.query(read, ["1"])))).toEqual(
      Array(3).fill([["1"]]),
    );
  });

  test("inside a transaction a stale statement fails, and after it it works", async () => {
    const [link, other] = await connectTwice();
    await other.exec("ALTER TABLE fact ADD rank int");
    const asked = [link.exec("BEGIN"), link.query(read, ["1"]), link.exec("COMMIT")];
    expect(await listOutcomes(asked)).toEqual([[], "0A000", []]);
    expect(await listOutcomes([link.query(read, ["1"])])).toEqual([[["1", null]]]);
  });
}

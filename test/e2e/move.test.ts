// `footing move` as a user meets it: the real command between real databases, its table, its refusals, its exit code.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadStore } from "../../src/app/load-store.ts";
import { describeWithServer, useServer } from "../servers/shared-servers.ts";
import { createFolder, type Ended, NOTES_APP, removeFolder, run, start } from "./cli-harness.ts";
import app, { fill } from "./move-app.ts";

const file = fileURLToPath(new URL("move-app.ts", import.meta.url));
const TIMEOUT = 60_000;
/** Of the tests that start a move again and again. */
const KILL_TIMEOUT = 120_000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "footing-move-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function locate(name: string): string {
  return `sqlite:${join(folder, name)}`;
}

/** Fills a new database with the rows of the app; its address. */
async function create(name: string, steps: number): Promise<string> {
  const store = await loadStore(locate(name));
  await store.open(app.schema, { createTables: true });
  await fill(store, steps);
  await store.close();
  return locate(name);
}

/** A new database in which each step leads to the next, so that nearly all refs must wait; its address. */
async function createChain(name: string, steps: number): Promise<string> {
  const url = await create(name, steps);
  const db = new DatabaseSync(join(folder, name));
  db.exec(`UPDATE step SET next_id = id + 1 WHERE id < ${steps}`);
  db.close();
  return url;
}

/** A phase of a move, by the lines that are printed last before it and first behind it. */
interface Phase {
  readonly from: string;
  readonly until: string;
}

/** Step is the last model, and by far the largest. */
const phases = {
  copy: { from: "Sample", until: "Step" },
  refs: { from: "Person: boss, mentor", until: "Step: next" },
  verify: { from: "Step: next", until: "Comparing both sides" },
} satisfies Readonly<Record<string, Phase>>;

/** Kills a move inside a phase: again and again, should it be over before the signal comes. */
async function killInside(from: string, to: string, phase: Phase, ...more: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    const moving = start(folder, ["move", file, "--from", from, "--to", to, ...more]);
    await moving.waitFor(new RegExp(`^${phase.from}: [\\d,]+ in `, "m"), TIMEOUT);
    moving.child.kill("SIGKILL");
    await moving.ended();
    expect(moving.errors()).toBe("");
    if (!new RegExp(`^${phase.until}: [\\d,]+ in `, "m").test(moving.output())) return;
  }
  throw new Error(`No kill came between ${phase.from} and ${phase.until}.`);
}

function move(from: string, to: string, ...more: readonly string[]): Promise<Ended> {
  return run(folder, ["move", file, "--from", from, "--to", to, ...more]);
}

/** Every row of every table of a database file, but for what Footing itself keeps there. */
function dump(name: string): ReadonlyMap<string, readonly unknown[]> {
  const db = new DatabaseSync(join(folder, name), { readOnly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'footing_meta'").all();
    const names = tables.map((row) => String(row["name"])).filter((table) => !table.startsWith("sqlite_"));
    return new Map(names.map((table) => [table, dumpTable(db, table)]));
  } finally {
    db.close();
  }
}

function dumpTable(db: DatabaseSync, table: string): readonly unknown[] {
  const statement = db.prepare(`SELECT * FROM "${table}"`);
  statement.setReadBigInts(true);
  const rows = statement
    .all()
    .map((row) => JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value)));
  return rows.toSorted();
}

/** The numbers of a line of the table: `Country  4  3  …`. */
function findLine({ output }: Ended, model: string): readonly string[] {
  const line = output.split("\n").find((each) => new RegExp(`^${model} .*(ok|DIFFERS)`).test(each));
  return line?.split(/\s+/) ?? [];
}

/** Every failure: exit code 1, a fix, no stack. */
function expectFailure({ code, errors }: Ended, ...parts: readonly string[]): void {
  expect(code).toBe(1);
  for (const part of parts) expect(errors).toContain(part);
  expect(errors).toContain("fix");
  expect(errors).not.toMatch(/^\s+at .+:\d+:\d+/m);
}

describe("footing move", { timeout: TIMEOUT }, () => {
  test("brings over every kind of value, ref and link, and says so", async () => {
    const from = await create("source.db", 1500);
    const ended = await move(from, locate("target.db"));
    expect(ended).toMatchObject({ code: 0, errors: "" });
    expect(dump("target.db")).toEqual(dump("source.db"));
    expect(dump("target.db").get("sample")).toHaveLength(4);
    expect(findLine(ended, "Country").slice(1, 3)).toEqual(["4", "3"]);
    expect(findLine(ended, "Person").slice(1, 3)).toEqual(["9", "14"]);
    expect(findLine(ended, "Step").slice(1, 3)).toEqual(["1,500", "0"]);

    const again = await move(from, locate("target.db"));
    expect(again.code).toBe(0);
    expect(again.output).toContain("going on");
    expect(again.output).toContain("Copied 0 rows");
    expect(findLine(again, "Person").at(-1)).toBe(findLine(ended, "Person").at(-1));
  });

  test("refuses a target that holds other rows, and replaces them only when told twice", async () => {
    const [from, to] = [await create("source.db", 1500), await create("target.db", 1200)];
    const before = dump("target.db");
    expectFailure(await move(from, to), "FTG_MOVE", "not empty", "--replace", "Sample  The row 0 differs in stamp.");
    expectFailure(await move(from, to, "--replace"), "FTG_MOVE", "--yes");
    expect(dump("target.db")).toEqual(before);

    const ended = await move(from, to, "--replace", "--yes");
    expect(ended).toMatchObject({ code: 0, errors: "" });
    expect(dump("target.db")).toEqual(dump("source.db"));
  });

  test("goes on after a kill -9 in every phase", { timeout: KILL_TIMEOUT }, async () => {
    const from = await createChain("source.db", 40_000);
    const to = await create("target.db", 20_000);
    await killInside(from, to, { from: "Comparing what is there", until: "Emptying the target" }, "--replace", "--yes");
    expectFailure(await move(from, to), "FTG_MOVE", "--replace");
    await killInside(from, to, phases.copy, "--replace", "--yes");
    for (const phase of [phases.refs, phases.verify]) await killInside(from, to, phase);

    const ended = await move(from, to);
    expect(ended).toMatchObject({ code: 0, errors: "" });
    expect(ended.output).toContain("going on");
    expect(dump("target.db")).toEqual(dump("source.db"));
  });

  test("finds what the target holds otherwise, names it and fails", async () => {
    const from = await create("source.db", 300);
    const empty = await loadStore(locate("target.db"));
    await empty.open(app.schema, { createTables: true });
    await empty.close();
    const db = new DatabaseSync(join(folder, "target.db"));
    db.exec(
      "CREATE TRIGGER lie AFTER INSERT ON sample WHEN NEW.id = 1 BEGIN UPDATE sample SET secret = 'x' WHERE id = 1; END",
    );
    db.exec(
      "CREATE TRIGGER lose AFTER INSERT ON country_neighbours WHEN NEW.target_code = 'pe' BEGIN DELETE FROM country_neighbours WHERE target_code = 'pe'; END",
    );
    db.close();
    const ended = await move(from, locate("target.db"));
    expectFailure(ended, "FTG_MOVE", "Sample  The row 1 differs in secret.", "Country.neighbours");
    expect(ended.errors).toContain(
      'The row {"source_code":"\ufffd","target_code":"pe"} is missing in the target. 3 rows in the source, 2 in the target.',
    );
    expect(findLine(ended, "Sample")).toContain("DIFFERS");
    expect(findLine(ended, "Step")).toContain("ok");
  });
});

for (const name of ["postgres", "mariadb", "mysql"] as const) {
  describeWithServer(name, `by way of ${name}`, () => {
    test("brings back what it took there, killed in every phase", { timeout: KILL_TIMEOUT }, async () => {
      const server = await (await useServer(name)).createDatabase();
      const from = await createChain("source.db", 20_000);
      for (const phase of Object.values(phases)) await killInside(from, server, phase);

      const there = await move(from, server);
      expect(there).toMatchObject({ code: 0, errors: "" });
      expect(there.output).toContain("going on");
      const back = await move(server, locate("target.db"));
      expect(back).toMatchObject({ code: 0, errors: "" });
      expect(dump("target.db")).toEqual(dump("source.db"));
      expect(listChecksums(back)).toEqual(listChecksums(there));
    });

    test("replaces rows there, whatever they refer to", { timeout: TIMEOUT }, async () => {
      const server = await (await useServer(name)).createDatabase();
      const other = await create("other.db", 1200);
      expect(await move(other, server)).toMatchObject({ code: 0, errors: "" });
      const from = await create("source.db", 300);
      expectFailure(await move(from, server), "FTG_MOVE", "not empty");
      expect(await move(from, server, "--replace", "--yes")).toMatchObject({ code: 0, errors: "" });
      expect(await move(server, locate("target.db"))).toMatchObject({ code: 0, errors: "" });
      expect(dump("target.db")).toEqual(dump("source.db"));
    });
  });
}

describeWithServer("postgres", "footing move round all stores", () => {
  describeWithServer("mariadb", "and back", () => {
    test("changes nothing", { timeout: TIMEOUT }, async () => {
      const from = await create("source.db", 1500);
      const servers = [await useServer("postgres"), await useServer("mariadb")];
      const [postgres = "", mariadb = ""] = await Promise.all(servers.map((server) => server.createDatabase()));
      const legs = [
        await move(from, postgres),
        await move(postgres, mariadb),
        await move(mariadb, locate("target.db")),
      ];
      for (const leg of legs) expect(leg).toMatchObject({ code: 0, errors: "" });
      expect(dump("target.db")).toEqual(dump("source.db"));
      const [first = [], ...others] = legs.map(listChecksums);
      expect(first).toHaveLength(6);
      for (const other of others) expect(other).toEqual(first);
    });
  });
});

/** Model and checksum of each line of the table. */
function listChecksums({ output }: Ended): readonly string[] {
  const lines = [...output.matchAll(/^(\w+) .* ok ([0-9a-f]{16})$/gm)];
  return lines.map(([, model = "", checksum = ""]) => `${model} ${checksum}`);
}

describe("footing move refuses", () => {
  test("to run without both addresses, and explains itself", async () => {
    const ended = await run(folder, ["move", file, "--from", locate("source.db")]);
    expect(ended.code).toBe(1);
    expect(ended.errors).toContain("--to");
    const help = await run(folder, ["move", "--help"]);
    expect(help.code).toBe(0);
    for (const word of ["--from", "--to", "--replace", "--yes", "killed", "Example"])
      expect(help.output).toContain(word);
  });

  test("addresses nobody serves, both at once, without their passwords", async () => {
    const ended = await move("oracle://me:s3cret@host/db", "nonsense");
    expectFailure(ended, "FTG_CONFIG", "--from", "--to", "sqlite:");
    expect(ended.errors + ended.output).not.toContain("s3cret");
  });

  test("a source that is not there, and creates none", async () => {
    expectFailure(await move(locate("missing.db"), locate("target.db")), "FTG_DATABASE", "--from", "missing.db");
    expect(existsSync(join(folder, "missing.db"))).toBe(false);
    expect(existsSync(join(folder, "target.db"))).toBe(false);
  });

  test("a source that lacks tables", async () => {
    new DatabaseSync(join(folder, "source.db")).exec("CREATE TABLE other (id INTEGER)");
    expectFailure(await move(locate("source.db"), locate("target.db")), "FTG_DATABASE_MISMATCH", "--from", "country");
    expect(existsSync(join(folder, "target.db"))).toBe(false);
  });

  test("a target that cannot be used, or that is gone afterwards", async () => {
    const from = await create("source.db", 200);
    expectFailure(await move(from, `sqlite:${folder}`), "FTG_DATABASE", "--to");
    expectFailure(await move(from, "sqlite::memory:"), "FTG_CONFIG", "--to", "gone");
  });

  test("a source and a target that are the same", async () => {
    const from = await create("source.db", 200);
    expectFailure(await move(from, `sqlite:${folder}/../${folder.split("/").at(-1)}/source.db`), "FTG_CONFIG", "same");
  });

  test("an app that is none", async () => {
    const apps = createFolder({ "app.ts": NOTES_APP });
    try {
      expectFailure(
        await run(apps, ["move", "none.ts", "--from", "sqlite:package.json", "--to", locate("b.db")]),
        "FTG_APP",
      );
    } finally {
      removeFolder(apps);
    }
  });
});

/** What was acknowledged before a fault is there afterwards: a child writes numbered facts until it is killed or the disk is full. */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";

const KILLS = 20;
const folder = mkdtempSync(join(tmpdir(), "footing-faults-"));

afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Writes facts eight at a time, in pairs that belong together, and prints the number of each that was acknowledged;
 * at an error it prints the code and stops.
 */
const child = `
import { writeSync } from "node:fs";
const load = (file) => import(new URL(file, ${JSON.stringify(new URL("../../", import.meta.url).href)}));
const { createSchema } = await load("schema/create-schema.ts");
const { model } = await load("schema/model.ts");
const { t } = await load("schema/t.ts");
const { createColumn } = await load("plan/column-node.ts");
const { createParam } = await load("plan/param-node.ts");
const { createAssignment } = await load("plan/write-nodes.ts");
const { createSqliteStore } = await load("stores/sqlite/store.ts");
const { schema } = createSchema({ Fact: model({ n: t.int() }, { key: "n" }) });
const store = createSqliteStore({ path: process.argv[1] });
await store.open(schema, { createTables: true });
const n = createAssignment(createColumn("n"), createParam(0, { kind: "int", list: false }));
const access = { kind: "constant", value: true };
const create = store.compile({ kind: "create", model: "Fact", assignments: [n], links: [], references: [], check: access, returning: null });
let next = Number(process.argv[2]);
const write = async () => {
  for (;;) {
    const fact = next++;
    try {
      await store.executeMany(create, [[2 * fact], [2 * fact + 1]]);
    } catch (error) {
      return writeSync(1, error.code + "\\n");
    }
    writeSync(1, fact + "\\n");
  }
};
await Promise.all(Array.from({ length: 8 }, write));
`;

test(`after ${KILLS} kills no acknowledged fact is lost and no pair is torn`, { timeout: 180_000 }, async () => {
  const path = join(folder, "killed.db");
  const acknowledged: number[] = [];
  for (let round = 0; round < KILLS; round++) {
    acknowledged.push(...(await runUntilKilled(path, round * 1_000_000, 5 + round * 4)));
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS);
  expectWhole(path, acknowledged);
});

test("when the log cannot grow, writes are refused and what was acknowledged stays", { timeout: 60_000 }, async () => {
  const path = join(folder, "full.db");
  // No file may grow beyond 512 KiB; without the trap the signal would end the process.
  const script = `trap '' XFSZ; ulimit -f 1024; exec "$@"`;
  const { stdout } = await promisify(execFile)("sh", [
    "-c",
    script,
    "sh",
    process.execPath,
    ...childArguments(path, 0),
  ]);
  const lines = stdout.trim().split("\n");
  const acknowledged = lines.filter((line) => !line.startsWith("FTG_")).map(Number);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(new Set(lines.filter((line) => line.startsWith("FTG_")))).toEqual(new Set(["FTG_DATABASE"]));
  expectWhole(path, acknowledged);
});

/** Every acknowledged fact is there, no pair is torn, and the file is sound. */
function expectWhole(path: string, acknowledged: readonly number[]): void {
  const database = new DatabaseSync(path);
  const stored = new Set(
    database
      .prepare("SELECT n FROM fact")
      .all()
      .map((row) => Number(row["n"])),
  );
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  database.close();
  expect(acknowledged.filter((fact) => !stored.has(2 * fact))).toEqual([]);
  expect([...stored].filter((n) => !stored.has(n ^ 1))).toEqual([]);
}

function childArguments(path: string, start: number): readonly string[] {
  return ["--input-type=module-typescript", "--eval", child, path, String(start)];
}

/** The facts acknowledged by a child that is killed some milliseconds after its first one. */
async function runUntilKilled(path: string, start: number, delay: number): Promise<readonly number[]> {
  const running = spawn(process.execPath, childArguments(path, start), { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  running.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    if (output === "") setTimeout(() => running.kill("SIGKILL"), delay);
    output += chunk;
  });
  const signal = await new Promise((resolve) => running.on("close", (_, by) => resolve(by)));
  expect(signal).toBe("SIGKILL");
  // The last line may be cut off.
  return output.split("\n").slice(0, -1).map(Number);
}

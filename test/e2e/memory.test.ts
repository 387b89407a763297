// How much memory the real command takes at most for what is much larger: a process of its own each, as the system counts it.

import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { setInterval as everyWhile } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFolder, removeFolder, start, stop } from "./cli-harness.ts";

const APP = `
import { defineApp, model, t } from "footing";

const Fact = model(
  { id: t.int(), name: t.text().max(100), value: t.float(), at: t.datetime(), note: t.text().max(200).optional() },
  { key: "id", access: { read: true } },
);
const Long = model({ id: t.int(), body: t.text(), data: t.bytes() }, { key: "id" });

export default defineApp({ models: { Fact, Long } });
`;
const TIMEOUT = 120_000;
let folder: string;

beforeEach(() => {
  folder = createFolder({ "app.ts": APP });
});

afterEach(() => removeFolder(folder));

/** Makes the database of the app and fills it by SQL. */
async function fill(sql: string, ...rows: readonly (readonly SQLInputValue[])[]): Promise<void> {
  const serving = start(folder, ["start", "app.ts"], { DATABASE_URL: "sqlite:data.db" });
  await serving.address();
  await stop(serving);
  const db = new DatabaseSync(join(folder, "data.db"));
  db.exec("PRAGMA synchronous = OFF; BEGIN");
  const statement = db.prepare(sql);
  for (const values of rows) statement.run(...values);
  db.exec("COMMIT");
  db.close();
}

/** The most memory that a process has had so far, in MB; null when it is gone. */
function readPeak({ pid }: ChildProcess): number | null {
  const file = `/proc/${pid}/status`;
  const peak = existsSync(file) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, "utf8")) : null;
  return peak === null ? null : Number(peak[1]) / 1024;
}

describe.skipIf(process.platform !== "linux")("at most", () => {
  test(
    "150 MB for an export of 1,000,000 rows",
    async () => {
      await fill(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO fact (id, name, value, at, note)
         SELECT i, 'name of row ' || i, i * 1.37, '2026-11-22T10:00:00.000Z', CASE WHEN i % 2 THEN '=note ' || i END FROM n`,
        [1_000_000],
      );
      for (const format of ["ndjson", "csv"]) {
        const serving = start(folder, ["start", "app.ts"], { DATABASE_URL: "sqlite:data.db" });
        const { body } = await fetch(`${await serving.address()}/api/export/facts?format=${format}`);
        let bytes = 0;
        for await (const chunk of body ?? []) bytes += chunk.length;
        const peak = readPeak(serving.child);
        await stop(serving);
        expect(bytes).toBeGreaterThan(60_000_000);
        expect(peak).toBeLessThan(150);
      }
    },
    TIMEOUT,
  );

  test(
    "250 MB for a move of rows of 3 MB",
    async () => {
      const rows = Array.from({ length: 60 }, (_, id): SQLInputValue[] => {
        const data = randomBytes(1_200_000);
        return [id, data.toString("base64"), data];
      });
      await fill("INSERT INTO long (id, body, data) VALUES (?, ?, ?)", ...rows);
      const moving = start(folder, ["move", "app.ts", "--from", "sqlite:data.db", "--to", "sqlite:moved.db"]);
      let peak = 0;
      for await (const _ of everyWhile(20)) {
        const now = readPeak(moving.child);
        if (now === null) break;
        peak = Math.max(peak, now);
      }
      expect(await moving.ended(), moving.errors()).toBe(0);
      expect(peak).toBeGreaterThan(50);
      expect(peak).toBeLessThan(250);
    },
    TIMEOUT,
  );
});

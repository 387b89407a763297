/** What callers read when the database is unusable. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { Connection } from "./driver.ts";
import { translateError } from "./failure.ts";
import { createSqliteStore } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "footing-failure-"));
const { schema } = createSchema({ Fact: model({ n: t.int() }, { key: "n" }) });

afterAll(() => rmSync(folder, { recursive: true }));

function openAt(path: string): Promise<void> {
  return createSqliteStore({ path }).open(schema, { createTables: true });
}

describe("a database that cannot be opened", () => {
  test("no folder", async () => {
    const path = join(folder, "missing", "test.db");
    await expect(openAt(path)).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: `The database ${path} cannot be opened.`,
    });
  });

  test("a folder in its place", async () => {
    await expect(openAt(folder)).rejects.toMatchObject({ code: "FTG_DATABASE" });
  });

  test("another kind of file", async () => {
    const path = join(folder, "text.db");
    writeFileSync(path, "no database at all, but long enough to be one".repeat(100));
    await expect(openAt(path)).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: `The database ${path} is not an SQLite database.`,
    });
  });

  test("damaged pages", async () => {
    const path = join(folder, "damaged.db");
    const connection = new Connection(path);
    connection.exec("CREATE TABLE fact (n INTEGER NOT NULL PRIMARY KEY) STRICT; PRAGMA wal_checkpoint(TRUNCATE)");
    connection.close();
    writeFileSync(path, Buffer.alloc(4096, 0xff), { flag: "r+", flush: true });
    await expect(openAt(path)).rejects.toMatchObject({ code: "FTG_DATABASE" });
  });

  test("locked by another program", { timeout: 30_000 }, async () => {
    const path = join(folder, "locked.db");
    const other = new Connection(path);
    other.exec("BEGIN IMMEDIATE; CREATE TABLE x (y)");
    await expect(openAt(path)).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: `The database ${path} is locked by another program.`,
    });
    other.close();
  });
});

describe("errors while it runs", () => {
  test.each([
    [5, "FTG_BUSY"],
    [517, "FTG_BUSY"],
    [13, "FTG_DATABASE"],
    [8, "FTG_DATABASE"],
    [778, "FTG_DATABASE"],
    [18, "FTG_TOO_LARGE"],
    [1, "FTG_INTERNAL"],
  ])("result code %d is %s", (errcode, code) => {
    expect(translateError(Object.assign(new Error("…"), { errcode }), "x.db")).toMatchObject({ code });
  });

  test("what is not an error of the database stays as it is", () => {
    const error = new RangeError("no");
    expect(translateError(error, "x.db")).toBe(error);
  });
});

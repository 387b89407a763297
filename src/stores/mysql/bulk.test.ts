/** Many writes at once: how few statements they take, and that rows and errors are those of one after the other. */
import { expect, onTestFinished, test } from "vitest";
import { describeWithServer, useServer } from "../../../test/servers/shared-servers.ts";
import {
  type BulkItems,
  itemSchema,
  openItems,
  sendLongRows,
  testBulkWrites,
} from "../../../test/support/bulk-writes.ts";
import { LinkWatch } from "../sql/link-queue.ts";
import { parseAddress } from "./address.ts";
import { runBulk } from "./bulk.ts";
import { createDialect, mariadb } from "./compiler.ts";
import { Link } from "./driver.ts";
import { createRefusalReader } from "./failure.ts";
import { createMysqlStore } from "./store.ts";

async function open(): Promise<BulkItems> {
  const url = await (await useServer("mariadb")).createDatabase();
  const link = await Link.connect({ address: parseAddress(url), watch: new LinkWatch(30_000) });
  onTestFinished(() => link.destroy());
  const dialect = createDialect(mariadb);
  const exec = (sql: string) => link.exec(sql);
  return openItems({
    store: createMysqlStore({ url }),
    exec,
    run: (bulk, note) => {
      const query: Link["query"] = (sql, values) => {
        note(
          sql,
          values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 0),
        );
        return link.query(sql, values);
      };
      return runBulk({ exec, query }, bulk, {
        schema: itemSchema,
        dialect,
        readRefusal: createRefusalReader(new Map()),
      });
    },
    rows: async () => {
      const { rows } = await exec("SELECT id, next_id FROM item ORDER BY id");
      return rows.map(([id, next]) => ({ id: Number(id), next: next === null ? null : Number(next) }));
    },
  });
}

describeWithServer("mariadb", "many writes at once on MariaDB", () => {
  // 500, and the rest by powers of two: few different texts to prepare.
  testBulkWrites(open, 4);

  test("long rows are cut into statements of about a mebibyte", async () => {
    const sent = await sendLongRows(await open());
    expect(sent.map((bytes) => Math.round(bytes / 300_000))).toEqual([3, 3, 3, 2]);
  });
});

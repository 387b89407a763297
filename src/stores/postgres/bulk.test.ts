/** Many writes at once: how few statements they take, and that rows and errors are those of one after the other. */
import { expect, onTestFinished, test } from "vitest";
import { createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import {
  type BulkItems,
  create,
  int,
  itemSchema,
  openItems,
  sendLongRows,
  testBulkWrites,
} from "../../../test/support/bulk-writes.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { createPlan } from "../../plan/plan.ts";
import { always, createCompare } from "../../plan/predicate-node.ts";
import { createReference } from "../../plan/write-nodes.ts";
import { LinkWatch } from "../sql/link-queue.ts";
import { parseAddress } from "./address.ts";
import { runBulk } from "./bulk.ts";
import { type Line, Link } from "./driver.ts";
import { createPostgresStore } from "./store.ts";

interface Opened extends BulkItems {
  /** How many savepoints there were at once at most. */
  readonly depth: () => number;
}

async function open(): Promise<Opened> {
  const url = await createPostgresSchema();
  const address = parseAddress(url);
  const settings = { search_path: address.searchPath ?? "" };
  const link = await Link.connect({ address, settings, watch: new LinkWatch(30_000) });
  onTestFinished(() => link.destroy());
  const savepoints: string[] = [];
  let depth = 0;
  const exec: Line["exec"] = (sql) => {
    for (const [, verb, name = ""] of sql.matchAll(/(RELEASE SAVEPOINT|SAVEPOINT|RELEASE) (\w+)/g)) {
      if (sql.startsWith("ROLLBACK")) continue;
      if (verb === "SAVEPOINT") savepoints.push(name);
      else savepoints.length = savepoints.lastIndexOf(name);
      depth = Math.max(depth, savepoints.length);
    }
    return link.exec(sql);
  };
  const items = await openItems({
    store: createPostgresStore({ url }),
    exec: (sql) => link.exec(sql),
    run: (bulk, note) => {
      const query: Line["query"] = (sql, values) => {
        note(
          sql,
          values.reduce((sum, value) => sum + (value?.length ?? 0), 0),
        );
        return link.query(sql, values);
      };
      return runBulk({ exec, query }, bulk, itemSchema);
    },
    rows: () => runPostgres(url, "SELECT id::int, next_id::int AS next FROM item ORDER BY id"),
  });
  return { ...items, depth: () => depth };
}

describeWithServer("postgres", "many writes at once on PostgreSQL", () => {
  testBulkWrites(open, 1);

  test("rows that are judged one by one leave no savepoints behind", async () => {
    const { write, depth, rows } = await open();
    const judged = createPlan({ ...create, check: createCompare(createColumn("id"), "lt", createParam(0, int)) });
    const items = Array.from({ length: 450 }, (_, id) => [id, null, null]);
    await expect(write(judged, items)).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
    const referring = createPlan({ ...create, references: [createReference("next", [createParam(1, int)], always)] });
    expect(await write(referring, items)).toBe(450);
    expect(await rows()).toHaveLength(450);
    expect(depth()).toBeLessThan(110);
  });

  test("long rows are cut into statements of about a mebibyte", async () => {
    const sent = await sendLongRows(await open());
    expect(sent).toHaveLength(3);
    // Quotes and backslashes are escaped inside an array.
    for (const bytes of sent) expect(bytes).toBeLessThan(2.6 * 1024 * 1024);
  });
});

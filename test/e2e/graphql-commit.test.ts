/** A GraphQL mutation of several fields whose fields all succeed and whose COMMIT fails: nobody's field is to blame. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { createPostgresStore } from "../../src/stores/postgres/store.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";
import { delegate, storeKinds } from "../conformance/stores.ts";
import { createPostgresSchema, runPostgres } from "../servers/postgres-schema.ts";
import { explainMissing } from "../servers/shared-servers.ts";
import { serveGraphql } from "../support/send-graphql.ts";

const all = { read: true, create: true, update: true, delete: true } as const;
const { schema, rules } = createSchema({ Thing: model({ id: t.int() }, { key: "id", table: "things", access: all }) });

const two = "mutation { a: createThing(data: { id: 1 }) { id } b: createThing(data: { id: 2 }) { id } }";

/** What ends with the test, the last first. */
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Sends the mutation to a store whose commits fail; how it was answered. */
async function sendTwo(store: Store) {
  closing.push(() => store.close());
  const engine = createEngine({ schema, rules, store });
  const { data, errors } = await serveGraphql(schema, engine)(two);
  expect(data).toBeNull();
  expect(errors).toHaveLength(1);
  const [error] = errors ?? [];
  expect(error).not.toHaveProperty("path");
  expect(error).not.toHaveProperty("locations");
  expect(error?.message).toMatch(/^The transaction of all fields failed as a whole: /);
  expect(await engine.count({ model: "Thing" }, systemActor)).toBe(0);
  return error?.extensions.code;
}

describe.each(storeKinds)("on $name", (kind) => {
  test.each(["FTG_BUSY", "FTG_UNKNOWN_OUTCOME"] as const)("%s of a commit is of the whole mutation", async (code) => {
    const store = kind.create();
    await store.open(schema, { createTables: true });
    const failing = delegate(store, {
      transact: (work, options) =>
        store.transact(async (session) => {
          await work(session);
          throw new FootingError(code, { detail: "The commit failed." });
        }, options),
    });
    expect(await sendTwo(failing)).toBe(code);
  });
});

test("a reference that SQLite checks at the commit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "footing-commit-"));
  closing.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "data.db");
  const store = createSqliteStore({ path });
  await store.open(schema, { createTables: true });
  const database = new DatabaseSync(path);
  database.exec(`CREATE TABLE mark (n INTEGER REFERENCES mark (m) DEFERRABLE INITIALLY DEFERRED, m INTEGER UNIQUE);
    CREATE TRIGGER dangle AFTER INSERT ON things WHEN NEW.id = 2 BEGIN INSERT INTO mark (n) VALUES (5); END`);
  database.close();
  expect(await sendTwo(store)).toBe("FTG_INTERNAL");
});

const missing = explainMissing("postgres");

test.skipIf(missing !== null)(`a constraint that PostgreSQL checks at the commit${missing ?? ""}`, async () => {
  const url = await createPostgresSchema();
  const store = createPostgresStore({ url });
  await store.open(schema, { createTables: true });
  await runPostgres(
    url,
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       RAISE EXCEPTION 'too many' USING ERRCODE = 'check_violation'; END $$;
     CREATE CONSTRAINT TRIGGER late AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION refuse()`,
  );
  expect(await sendTwo(store)).toBe("FTG_INTERNAL");
});

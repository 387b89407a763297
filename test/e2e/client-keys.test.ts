// A client of an app with idempotency: a write whose answer is lost on the way is sent again and done once.
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../src/client.ts";
import { defineApp, model, startApp, t } from "../../src/index.ts";

const access = { read: true, create: true, update: true, delete: true } as const;
const Note = model({ text: t.text().max(10) }, { access });

const app = defineApp({
  models: { Note },
  idempotency: true,
  actions: (action) => ({
    add: action({
      access: true,
      run: async ({ db }) => (await db.Note.create({ text: "action" }, { select: { id: true } })).id,
    }),
    size: action({ method: "query", access: true, run: ({ db }) => db.Note.count() }),
  }),
});

/** A client that never sees the first answer to anything, and whether the answers that it sees were kept ones. */
async function serve() {
  const options = {
    database: "sqlite::memory:",
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "keys",
  } as const;
  const server = await startApp(app, options);
  onTestFinished(() => server.close());
  const replayed: boolean[] = [];
  let requests = 0;
  const client = createClient<typeof app>(server.url, {
    idempotency: true,
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      await answer.clone().arrayBuffer();
      requests += 1;
      if (requests % 2 === 1) throw new TypeError("the line broke");
      replayed.push(answer.headers.has("idempotency-replayed"));
      return answer;
    },
  });
  return { client, db: server.db, replayed };
}

test("a call, a transaction and an action whose answers are lost are done once", async () => {
  const { client, db, replayed } = await serve();
  const created = await client.Note.create({ text: "call" });
  const [first, second] = await client.transaction((tx) =>
    Promise.all([tx.Note.create({ text: "a" }), tx.Note.create({ text: "b" })]),
  );
  const ofAction = await client.actions.add();
  expect(replayed).toEqual([true, true, true]);
  expect(await client.actions.size()).toBe(4);
  expect(replayed).toEqual([true, true, true, false]);
  const rows = await db.Note.find({ orderBy: ["id"], select: { id: true } });
  expect(rows.map(({ id }) => id)).toEqual([created?.id, first?.id, second?.id, ofAction]);
});

test("a refused write is refused with its own code, and its key stays free", async () => {
  const { client } = await serve();
  const once = client.with({ idempotencyKey: "note-1" });
  await expect(once.Note.create({ text: "much too long" })).rejects.toMatchObject({ code: "FTG_INVALID", status: 422 });
  const created = await once.Note.create({ text: "short" });
  expect(await once.Note.create({ text: "short" })).toEqual(created);
  await expect(once.Note.create({ text: "other" })).rejects.toMatchObject({ code: "FTG_IDEMPOTENCY_REUSED" });
  expect(await client.Note.count()).toBe(1);
});

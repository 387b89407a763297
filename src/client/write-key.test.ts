import { describe, expect, test } from "vitest";
import { keyPattern } from "../idempotency/parse-key.ts";
import { model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import type { ClientOptions } from "./client-types.ts";
import { createClient } from "./create-client.ts";
import { checkWriteKey, createWriteKey } from "./write-key.ts";

const City = model({ id: t.int(), name: t.text() }, { key: "id" });
interface TestApp {
  readonly models: { readonly City: typeof City };
  readonly actions: () => { readonly close: { readonly calls?: { readonly input: number; readonly output: number } } };
}

interface Sent {
  readonly path: string;
  readonly key: string | undefined;
  readonly transaction: boolean | undefined;
  readonly ops: readonly string[];
}

/** A client of an app with keys, whose first requests fail as `failures` says: without an answer, or with a problem. */
function make(failures: readonly (null | [status: number, code: string])[] = [], options: ClientOptions = {}) {
  const sent: Sent[] = [];
  const client = createClient<TestApp>("http://server", {
    idempotency: true,
    ...options,
    fetch: async (url, { headers, body }) => {
      const { transaction, operations = [] } = Object(JSON.parse(String(body)));
      const ops = operations.map(({ op }: { op: string }) => op);
      sent.push({ path: new URL(url).pathname, key: Object(headers)["idempotency-key"], transaction, ops });
      const failure = failures[sent.length - 1];
      if (failure === null) throw new TypeError("fetch failed");
      if (failure === undefined) return Response.json({ results: ops.map(() => ({ data: "done" })) });
      const [status, code] = failure;
      return Response.json({ status, code, title: "T", detail: "D", fix: "F", operation: 0 }, { status });
    },
  });
  return { client, sent };
}

describe("a client with idempotency", () => {
  test("sends each write by itself with a key of its own, and what reads together without", async () => {
    const { client, sent } = make();
    const { City } = client;
    await Promise.all([City.count(), City.delete(1), City.create({ id: 1, name: "a" }), City.find()]);
    expect(sent.map(({ ops, transaction }) => [ops, transaction]).sort()).toEqual([
      [["count", "find"], false],
      [["create"], true],
      [["delete"], true],
    ]);
    const keys = sent.flatMap(({ key }) => key ?? []);
    expect(new Set(keys).size).toBe(2);
    expect(sent.find(({ ops }) => ops.includes("find"))).toMatchObject({ key: undefined });
  });

  test.each([
    ["no answer", null],
    ["a server that is busy", [503, "FTG_BUSY"]],
    ["a first request that still runs", [409, "FTG_IDEMPOTENCY_RUNNING"]],
    ["an outcome that is not known", [500, "FTG_UNKNOWN_OUTCOME"]],
  ] as const)("sends a write again with the same key after %s", async (_what, failure) => {
    const { client, sent } = make([failure && [...failure]]);
    expect(await client.City.update(1, { name: "b" })).toBe("done");
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[0]?.key).toMatch(new RegExp(keyPattern));
  });

  test("sends a transaction that writes and an action again, each with one key", async () => {
    const { client, sent } = make([null]);
    await client.transaction((tx) => Promise.all([tx.City.delete(1), tx.City.count()]));
    await client.transaction((tx) => tx.City.count());
    expect(sent.map(({ ops }) => ops)).toEqual([["delete", "count"], ["delete", "count"], ["count"]]);
    expect(sent[0]?.key).toBeDefined();
    expect(sent[1]?.key).toBe(sent[0]?.key);
    expect(sent[2]?.key).toBeUndefined();

    const other = make([null]);
    await other.client.actions.close(1);
    expect(other.sent.map(({ path }) => path)).toEqual(["/api/actions/close", "/api/actions/close"]);
    expect(other.sent[0]?.key).toBeDefined();
    expect(other.sent[1]?.key).toBe(other.sent[0]?.key);
  });

  test("does not send again what the server refused, nor more often than it may", async () => {
    const refused = make([[409, "FTG_CONFLICT"]]);
    await expect(refused.client.City.delete(1)).rejects.toMatchObject({ code: "FTG_CONFLICT", status: 409 });
    expect(refused.sent).toHaveLength(1);
    const gone = make([null, null], { retries: 1 });
    await expect(gone.client.City.delete(1)).rejects.toMatchObject({ code: "NETWORK" });
    expect(gone.sent).toHaveLength(2);
  });

  test("takes a key of the caller's for writes", async () => {
    const { client, sent } = make();
    const order = client.with({ idempotencyKey: "order-5" });
    await order.City.delete(1);
    await order.with({ timeout: 1000 }).transaction((tx) => tx.City.delete(1));
    await order.City.count();
    expect(sent.map(({ key }) => key)).toEqual(["order-5", "order-5", undefined]);
  });
});

test("without idempotency writes go together and once, but for one whose key the caller names", async () => {
  const { client, sent } = make([null, null], { idempotency: false });
  const writes = await Promise.allSettled([client.City.delete(1), client.City.delete(2)]);
  expect(writes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(sent).toEqual([{ path: "/api/batch", key: undefined, transaction: false, ops: ["delete", "delete"] }]);
  expect(await client.with({ idempotencyKey: "k" }).City.delete(1)).toBe("done");
  expect(sent.slice(1).map(({ key }) => key)).toEqual(["k", "k"]);
});

test("what cannot be a key is refused at once; what can is what the server takes without quotes", () => {
  const { client } = make();
  const refusal = expect.objectContaining({ name: "ClientError", code: "USAGE" });
  for (const key of ["", "a b", "a\nb", "ä", "a,b", 'a"b', "a\\b", "x".repeat(256), Object(5)])
    expect(() => client.with({ idempotencyKey: key })).toThrow(refusal);
  const bare = (key: string): boolean => !key.startsWith('"') && new RegExp(keyPattern).test(key);
  for (let code = 0; code < 300; code++) {
    const key = `k${String.fromCharCode(code)}`;
    const check = expect(() => checkWriteKey(key));
    if (bare(key)) check.not.toThrow();
    else check.toThrow(refusal);
  }
  expect(() => checkWriteKey(createWriteKey())).not.toThrow();
});

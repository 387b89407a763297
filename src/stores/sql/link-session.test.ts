/** How a transaction's session ends: nothing that it began is sent behind the rollback, where it would hit somebody else. */
import { expect, test } from "vitest";
import { FootingError } from "../../errors/footing-error.ts";
import { type CountPlan, createPlan } from "../../plan/plan.ts";
import { always } from "../../plan/predicate-node.ts";
import { LinkSession } from "./link-session.ts";
import type { ServerKind } from "./server-kind.ts";
import type { ServerLink, ServerResult } from "./server-link.ts";
import { SqlStatement } from "./sql-statement.ts";

const plan: CountPlan = createPlan({ kind: "count", model: "Fact", access: always, where: always });
const statement = new SqlStatement(plan, { kind: "count", text: { text: "SELECT 1", bindings: [] } });

/** A session, what it sends, and what decides when its statement ends. */
function openSession(isGuarded = true) {
  const sent: string[] = [];
  const running = Promise.withResolvers<ServerResult>();
  const result: ServerResult = { rows: [], count: 0, took: 0 };
  const link: ServerLink<string, ServerResult> = {
    isOpen: true,
    load: 0,
    query: (text, _values, abort) => {
      sent.push(text);
      return running.promise.finally(() => sent.push(`ended ${abort?.aborted}`));
    },
    exec: async (sql) => {
      await Promise.resolve();
      sent.push(sql);
      return result;
    },
    own: () => Promise.reject(new Error()),
    finish: () => Promise.reject(new Error()),
    destroy: () => Promise.reject(new Error()),
  };
  // No more of it is used here.
  const kind = {
    savepoint: { undo: "UNDO", release: "RELEASE" },
    bindReading: () => ({ text: "SELECT 1", values: [] }),
    readResult: () => ({ count: 1, isExact: true }),
    classifyError: () => null,
    readRefusal: () => ({ kind: "reference" }),
    translateError: (error: unknown) => error,
  } as unknown as ServerKind<string, ServerResult>;
  return { sent, running, result, session: new LinkSession(link, kind, isGuarded) };
}

test("giving up waits for what runs, and for its undoing", async () => {
  const { sent, running, session } = openSession();
  const answer = session.execute(statement, []).catch((error) => error.message);
  await expect.poll(() => sent).toEqual(["SELECT 1", "SAVEPOINT footing"]);
  const abandoned = session.abandon().then(() => sent.push("abandoned"));
  const late = session.execute(statement, []).catch((error) => error);
  running.reject(new Error("cancelled"));
  await abandoned;
  expect(sent).toEqual(["SELECT 1", "SAVEPOINT footing", "ended true", "UNDO", "abandoned"]);
  expect(await answer).toBe("cancelled");
  expect(await late).toBeInstanceOf(FootingError);
});

test("ending waits for what was asked meanwhile", async () => {
  const { sent, running, result, session } = openSession();
  const first = session.execute(statement, []);
  const ended = session.end().then(() => sent.push("ended all"));
  const second = session.execute(statement, []);
  running.resolve(result);
  await Promise.all([first, second, ended]);
  expect(sent.at(-1)).toBe("ended all");
  await expect(session.execute(statement, [])).rejects.toMatchObject({ code: "FTG_INTERNAL" });
});

test("without savepoints, the first failure ends the transaction, and nothing more is sent", async () => {
  const { sent, running, session } = openSession(false);
  const first = session.execute(statement, []).catch((error) => error.message);
  const second = session.execute(statement, []).catch((error) => error.message);
  running.reject(new Error("refused"));
  expect([await first, await second]).toEqual(["refused", "refused"]);
  expect(sent).toEqual(["SELECT 1", "ended false"]);
  expect(session.isUnexplained).toBe(true);
  await expect(session.end()).rejects.toThrow("refused");
});

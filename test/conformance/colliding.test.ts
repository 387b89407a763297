/** Composed writes that are in each other's way: the store begins them again, and every one is done once. */
import { describe, expect, test } from "vitest";
import { systemActor } from "../../src/engine/actor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import type { Session } from "../../src/stores/contract/store.ts";
import { closeWithTest, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const models = {
  Account: model({ id: t.int(), sum: t.int().default(0), parts: t.many("Part", "account") }, { key: "id" }),
  Part: model({ id: t.int(), sum: t.int().default(0), account: t.ref("Account") }, { key: "id" }),
};

describe.each(storeKinds)("$name", (kind) => {
  const open = async () => {
    const app = closeWithTest(await openApp(kind, models));
    await app.create("Account", { id: 1 }, { id: 2 });
    await app.create("Part", { id: 1, account: 1 }, { id: 2, account: 2 });
    return app;
  };
  const times = (count: number, work: (index: number) => Promise<unknown>): Promise<readonly unknown[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));

  test("upserts of one row, all at once", async () => {
    const { engine, find } = await open();
    const query = { model: "Account", key: { id: 3 }, create: { sum: 1 }, update: { sum: { increment: 1 } } };
    await times(6, () => engine.upsert(query, systemActor));
    expect(await find({ model: "Account", where: { id: 3 }, select: { sum: true } })).toEqual([{ sum: 6 }]);
  });

  test("nested writes that change the same rows in opposite order", async () => {
    const { engine, find } = await open();
    const increment = { sum: { increment: 1 } };
    await times(4, (index) => {
      const parts = [1, 2].map((key) => ({ key, data: increment }));
      const [first, second] = index % 2 === 0 ? [1, 2] : [2, 1];
      return index < 2
        ? engine.updateEach(
            {
              model: "Account",
              rows: [first, second].map((id) => ({ key: { id }, data: increment })),
            },
            systemActor,
          )
        : engine.update(
            {
              model: "Account",
              key: { id: first },
              data: { ...increment, parts: { update: [parts[first - 1] ?? {}] } },
            },
            systemActor,
          );
    });
    const sums = await find({ model: "Account", select: { sum: true, parts: { select: { sum: true } } } });
    expect(sums).toEqual([
      { sum: 3, parts: [{ sum: 1 }] },
      { sum: 3, parts: [{ sum: 1 }] },
    ]);
  });

  test("the work of a caller runs once, whatever becomes of it", async () => {
    const { engine, store, find } = await open();
    const runs = { caller: 0, repeatable: 0 };
    const change = { model: "Account", key: { id: 1 }, create: {}, update: { sum: { increment: 1 } } };
    await times(6, () =>
      engine
        .transaction(async (inner) => {
          runs.caller += 1;
          await inner.upsert(change, systemActor);
        })
        .catch((error: unknown) => {
          if (!(error instanceof FootingError) || error.code !== "FTG_BUSY") throw error;
        }),
    );
    expect(runs.caller).toBe(6);
    // What fails for another reason is not begun again either.
    const fail = async (_: Session): Promise<never> => {
      runs.repeatable += 1;
      throw new Error("no");
    };
    await expect(store.transact(fail, { isRepeatable: true })).rejects.toThrow("no");
    expect(runs.repeatable).toBe(1);
    expect(await find({ model: "Account", where: { id: 1, sum: { gte: 1 } }, select: { id: true } })).toEqual([
      { id: 1 },
    ]);
  });
});

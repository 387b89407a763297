import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { collectGarbage } from "./collect-garbage.ts";

test("frees what nobody holds, and nothing else", async () => {
  const kept = Buffer.alloc(1_000_000, 1);
  const [lost, held] = [new WeakRef(Buffer.alloc(1_000_000)), new WeakRef(kept)];
  // Within the turn in which a reference was made, what it leads to stays.
  await nextTurn();
  collectGarbage();
  expect(lost.deref()).toBeUndefined();
  expect(held.deref()).toBe(kept);
});

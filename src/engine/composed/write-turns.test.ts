/** Whose turn it is: what runs alone meets nothing, and what failed keeps nobody waiting. */
import { expect, test } from "vitest";
import { WriteTurns } from "./write-turns.ts";

/** Turns, what happened in them, and work that says when it begins and ends. */
function start() {
  const told: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      told.push(name);
      await Promise.resolve();
      await Promise.resolve();
      told.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  return { turns: new WriteTurns(), told, work };
}

test("runs one after the other what must be alone, and others behind it", async () => {
  const { turns, told, work } = start();
  const asked = [turns.alone(work("a", true)), turns.behind(work("b")), turns.alone(work("c"))];
  const settled = await Promise.allSettled(asked);
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(told.slice(0, 3)).toEqual(["a", "a ends", "b"]);
});

test("runs at once where nothing is alone", async () => {
  const { turns, told, work } = start();
  await turns.alone(work("a")).then(() => told.splice(0));
  const asked = [turns.behind(work("b")), turns.behind(work("c"))];
  expect(told).toEqual(["b", "c"]);
  expect(await Promise.all(asked)).toEqual(["b", "c"]);
});

test("those that must be alone never meet", async () => {
  const { turns, told, work } = start();
  await Promise.all([turns.alone(work("a")), turns.alone(work("b")), turns.alone(work("c"))]);
  expect(told).toEqual(["a", "a ends", "b", "b ends", "c", "c ends"]);
});

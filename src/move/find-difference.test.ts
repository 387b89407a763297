import { expect, test } from "vitest";
import { createSchema } from "../schema/create-schema.ts";
import { model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import { fillStandIns, findDifference } from "./find-difference.ts";
import type { MoveTable } from "./move-table.ts";
import { planMove } from "./plan-move.ts";

const { tables } = planMove(
  createSchema({
    City: model({ country: t.text(), number: t.bigint(), name: t.text() }, { key: ["country", "number"] }),
    Person: model({ id: t.int(), boss: t.ref("Person"), friend: t.ref("Person").optional() }, { key: "id" }),
  }).schema,
);

const lima = { country: "PE", number: "9", name: "Lima" };
const cusco = { country: "PE", number: "10", name: "Cusco" };

test.each([
  [[lima, cusco], [lima, cusco], undefined],
  [[], [], undefined],
  [[lima, cusco], [lima], 'The row {"country":"PE","number":"10"} is missing in the target.'],
  [[lima, cusco], [cusco], 'The row {"country":"PE","number":"9"} is missing in the target.'],
  [[cusco], [lima, cusco], 'The row {"country":"PE","number":"9"} is only in the target.'],
  [[lima], [{ ...lima, name: "LIMA" }], 'The row {"country":"PE","number":"9"} differs in name.'],
])("%j and %j", (source, target, detail) => {
  expect(findDifference(find("City"), source, target)?.detail).toBe(detail);
});

test("a ref that still waits counts as what it will be, any other value does not", () => {
  const person = find("Person");
  const row = { id: 1, boss_id: 3, friend_id: 2 };
  expect(fillStandIns(person, row, { id: 1, boss_id: 1, friend_id: null })).toEqual(row);
  expect(fillStandIns(person, row, { id: 1, boss_id: 2, friend_id: 1 })).toEqual({
    id: 1,
    boss_id: 2,
    friend_id: 1,
  });
});

function find(name: string): MoveTable {
  const table = tables.find(({ model }) => model.name === name);
  if (table === undefined) throw new Error(`No table ${name}.`);
  return table;
}

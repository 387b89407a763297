import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryPlan } from "../../test/property/arbitrary-plan.ts";
import type { ScalarType } from "../schema/schema-model.ts";
import { createColumn } from "./column-node.ts";
import { createHop, createOrder } from "./order-node.ts";
import { createParam } from "./param-node.ts";
import type { ReadPlan } from "./plan.ts";
import { decodePlan, encodePlan } from "./plan-codec.ts";
import {
  always,
  createAnd,
  createCompare,
  createExists,
  createIn,
  createIsNull,
  createNot,
  createOr,
} from "./predicate-node.ts";
import { printPlan } from "./print-plan.ts";
import { createFieldItem, createManyItem, createOneItem, createRows, createSelect } from "./rows-node.ts";

const text: ScalarType = { kind: "text", list: false };
const int: ScalarType = { kind: "int", list: false };

test("prints a read with every part in its place", () => {
  const cities = createRows({
    model: "City",
    access: always,
    where: always,
    order: [createOrder([], createColumn("id"), false)],
    limit: createParam(3, int),
    offset: null,
    seek: null,
    cursorTag: null,
    output: { kind: "array", select: createSelect([createFieldItem("name", "name")]) },
  });
  const region = createOneItem({
    as: "region",
    relation: "region",
    access: always,
    where: always,
    select: createSelect([createFieldItem("name", "name")]),
  });
  const plan: ReadPlan = {
    kind: "read",
    rows: createRows({
      model: "Country",
      access: createCompare(createColumn("open"), "eq", createParam(0, { kind: "bool", list: false })),
      where: createAnd([
        createCompare(createColumn("area"), "gte", createParam(1, int)),
        createOr([
          createIn(createColumn("code"), createParam(2, { ...text, list: true })),
          createNot(createIsNull(createColumn("region", 1))),
        ]),
        createExists("cities", always),
      ]),
      order: [
        createOrder([createHop("region", always)], createColumn("name"), true),
        createOrder([], createColumn("code"), false),
      ],
      limit: createParam(4, int),
      offset: null,
      seek: null,
      cursorTag: createParam(5, text),
      output: {
        kind: "array",
        select: createSelect([createFieldItem("c", "code"), region, createManyItem("cities", "cities", cities)]),
      },
    }),
  };
  expect(printPlan(plan)).toBe(`read
  rows Country
    access open = $0:bool
    where (area >= $1:int and (code in $2:text[] or not region[1] is null) and some cities [access undecided] (true))
    order region [access true] . name descending, code
    limit $4:int
    cursor tag $5:text
    array
      "c": code
      "region": one region [access true] (true)
        "name": name
      "cities": many cities
        rows City
          access true
          where true
          order id
          limit $3:int
          array
            "name": name`);
});

test("the same plan prints the same text, before and after its JSON form", () => {
  fc.assert(
    fc.property(arbitraryPlan, (plan) => {
      expect(printPlan(decodePlan(encodePlan(plan)))).toBe(printPlan(plan));
    }),
  );
});

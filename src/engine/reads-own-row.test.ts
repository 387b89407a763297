import { expect, test } from "vitest";
import { createSchema } from "../schema/create-schema.ts";
import { model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import { readsOwnRow } from "./reads-own-row.ts";

const { schema } = createSchema({
  Team: model({ id: t.int(), open: t.bool(), tasks: t.many("Task", "team") }, { key: "id" }),
  Task: model({ id: t.int(), size: t.int(), limit: t.int(), team: t.ref("Team") }, { key: "id" }),
});

test.each([
  [true, true],
  [false, true],
  [{ size: 1 }, true],
  [{ team: 1 }, true],
  [{ size: { gte: 1, lt: 5 }, team: null }, true],
  [{ any: [{ size: 1 }, { not: { all: [{ team: 1 }] } }] }, true],
  [{ team: { open: true } }, false],
  [{ any: [{ size: 1 }, { not: { team: { open: true } } }] }, false],
  [{ size: { lt: { field: "limit" } } }, false],
  [{ unknown: 1 }, false],
  [{ all: "anything" }, false],
])("whether %j is about the row alone: %j", (answer, isOwn) => {
  const { Task } = schema.models;
  expect(Task && readsOwnRow(Task, answer)).toBe(isOwn);
});

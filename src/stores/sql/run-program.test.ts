/** The order of a write's steps and what each failure is called, with a driver that answers from a list. */
import { expect, test } from "vitest";
import { createColumn } from "../../plan/column-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { type CreatePlan, createPlan, type UpdatePlan } from "../../plan/plan.ts";
import { always, createCompare } from "../../plan/predicate-node.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import type { WriteResult } from "../contract/store.ts";
import { type Refusal, runProgram, type SqlReply } from "./run-program.ts";
import type { SqlProgram, WrittenReference } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";

const { schema } = createSchema({
  City: model(
    { id: t.int(), name: t.text().unique(), region: t.ref("City").optional(), twins: t.manyToMany("City") },
    { key: "id" },
  ),
});
const City = schema.models["City"] ?? expect.unreachable();
const where = createCompare(createColumn("id"), "eq", createParam(0, { kind: "int", list: false }));

const update: UpdatePlan = createPlan({
  kind: "update",
  bounds: [],
  model: "City",
  target: { kind: "target", where, single: true, readable: always, allowed: always, expected: null, atMost: null },
  assignments: [],
  links: [],
  references: [],
  check: always,
  returning: null,
});
const create: CreatePlan = createPlan({
  kind: "create",
  model: "City",
  assignments: [],
  links: [],
  references: [],
  check: always,
  returning: null,
});

function name(text: string): SqlText {
  return { text, bindings: [] };
}

function createProgram(parts: Partial<SqlProgram>): SqlProgram {
  return {
    plan: update,
    model: City,
    steps: [{ kind: "change", text: name("change") }],
    visible: name("visible"),
    current: null,
    atMost: null,
    references: [],
    checks: [],
    taken: [],
    keyTaken: null,
    referrers: [],
    keepsCircles: false,
    cascades: false,
    ...parts,
  };
}

/** Runs a program; each statement is answered by the entry of its text. A {@link Refusal} is thrown. */
function drive(
  program: SqlProgram,
  answers: Readonly<Record<string, SqlReply | Refusal>>,
  values: readonly unknown[] = [5],
): { asked: string[]; result: WriteResult } {
  const asked: string[] = [];
  const run = runProgram(program, values, (error) => error as Refusal);
  let step = run.next();
  while (step.done !== true) {
    const { text } = step.value.text;
    asked.push(text);
    const answer = answers[text];
    step = typeof answer === "object" && "kind" in answer ? run.throw(answer) : run.next(answer as SqlReply);
  }
  return { asked, result: step.value };
}

const region: WrittenReference = { field: "region", params: [1], isList: false, missing: name("region missing") };
const twins: WrittenReference = { field: "twins", params: [1], isList: true, missing: name("twins missing") };

test("one statement is enough when all is well", () => {
  expect(drive(createProgram({}), { change: 1 })).toEqual({ asked: ["change"], result: { affected: 1, json: null } });
});

test("a change that answers its row needs no second statement", () => {
  const program = createProgram({ steps: [{ kind: "changeOne", text: name("change") }] });
  expect(drive(program, { change: ["{}"] })).toEqual({ asked: ["change"], result: { affected: 1, json: "{}" } });
  expect(() => drive(program, { change: undefined, visible: [1] })).toThrow("You may not update this City.");
});

test("a target that is not there is not found, one that is there is forbidden", () => {
  expect(() => drive(createProgram({}), { change: 0 })).toThrow("No City has the key 5.");
  expect(() => drive(createProgram({}), { change: 0, visible: [1] })).toThrow("You may not update this City.");
});

test("steps run in their order, with the collected keys", () => {
  const steps: SqlProgram["steps"] = [
    { kind: "collect", text: name("collect") },
    { kind: "reference", reference: region },
    { kind: "change", text: name("change") },
    { kind: "link", texts: [name("unlink"), name("link")], reference: twins },
    { kind: "rule", text: name("rule") },
    { kind: "return", text: name("return") },
  ];
  const answers = { collect: [2, "[1,2]"], change: 2, unlink: 0, link: 2, return: ["{}"] };
  expect(drive(createProgram({ steps, visible: null }), answers)).toEqual({
    asked: ["collect", "region missing", "change", "unlink", "link", "rule", "return"],
    result: { affected: 2, json: "{}" },
  });
  expect(drive(createProgram({ steps, visible: null }), { collect: [0, "[]"] })).toEqual({
    asked: ["collect"],
    result: { affected: 0, json: null },
  });
  expect(() => drive(createProgram({ steps, visible: null }), { ...answers, rule: [1] })).toThrow(
    "You may not update this City.",
  );
});

test("a missing reference names the key that was sent", () => {
  const program = createProgram({ references: [region] });
  expect(() => drive(program, { change: { kind: "reference" }, "region missing": [0] }, [5, 7])).toThrow(
    "City.region refers to the City 7, which does not exist.",
  );
  const steps: SqlProgram["steps"] = [{ kind: "link", texts: [name("link")], reference: twins }];
  expect(() =>
    drive(createProgram({ steps }), { link: { kind: "reference" }, "twins missing": [1] }, [5, [[8], [9]]]),
  ).toThrow("City.twins refers to the City 9");
});

test("a taken key is named before a taken value", () => {
  const program = createProgram({ plan: create, keyTaken: name("key taken"), visible: null });
  const change: Refusal = { kind: "unique", columns: ["name"] };
  expect(() => drive(program, { change })).toThrow("Another City has the same name.");
  expect(() => drive(program, { change, "key taken": [1] })).toThrow("Another City has the same id.");
});

test("a check is called by its name", () => {
  expect(() => drive(createProgram({}), { change: { kind: "check", name: "positive" } })).toThrow(
    'The City does not meet the check "positive".',
  );
});

test("of several checks the first declared that fails is called, whichever the database named", () => {
  const checks = [
    { name: "first", text: name("first fails") },
    { name: "second", text: name("second fails") },
  ];
  const program = createProgram({ checks });
  const refused = { change: { kind: "check", name: "third" } as const };
  expect(() => drive(program, { ...refused, "second fails": [1] })).toThrow(
    'The City does not meet the check "second".',
  );
});

import { describe, expect, test } from "vitest";
import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { listCascaded, mayBeKept } from "./cascades.ts";
import { createSchema } from "./create-schema.ts";
import { describeDelete } from "./describe-delete.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

const readable = { access: { read: true } } as const;

testProblems([
  [
    "a required ref that is to be null",
    { A: model({}), B: model({ a: wrong(t.ref("A").onDelete(wrong("setNull"))) }) },
    ['B.a: onDelete: a required ref cannot be set to null. Make it optional(), or say "cascade".'],
  ],
  [
    "a behaviour that is none",
    { A: model({}), B: model({ a: t.ref("A").onDelete(wrong("remove")) }) },
    ['B.a: onDelete: expected restrict, cascade, setNull, got "remove".'],
  ],
  [
    "a ref between rows that go together",
    {
      Org: model({}),
      Team: model({ org: t.ref("Org").onDelete("cascade") }),
      Member: model({ org: t.ref("Org").onDelete("cascade"), team: t.ref("Team").optional() }),
    },
    [
      'Member.team: onDelete: the ref keeps its Team, but deleting a Org may take both along. Say onDelete("cascade") or',
    ],
  ],
  [
    "a ref to what goes with the row itself",
    {
      Team: model({ captain: t.ref("Member").optional() }),
      Member: model({ team: t.ref("Team").onDelete("cascade") }),
    },
    ["Team.captain: onDelete: the ref keeps its Member, but deleting a Team may take both along."],
  ],
  [
    "a second ref of a row that goes, and a ref among such rows",
    {
      User: model({}),
      Post: model({
        author: t.ref("User").onDelete("cascade"),
        editor: t.ref("User"),
        reply: t.ref("Post").optional(),
      }),
    },
    ["Post.editor: onDelete: the ref keeps its User", "Post.reply: onDelete: the ref keeps its Post"],
  ],
]);

describe("what a delete reaches", () => {
  const { schema } = createSchema({
    A: model({ a: t.ref("A").optional() }, readable),
    B: model({ a: t.ref("A").onDelete("cascade"), c: t.ref("C").optional().onDelete("cascade") }, readable),
    C: model({ b: t.ref("B").optional().onDelete("cascade"), d: t.ref("D").optional().onDelete("setNull") }, readable),
    D: model({ b: t.ref("B") }, readable),
    E: model(
      { d: t.ref("D").onDelete("cascade"), secret: t.ref("D").optional().hidden().onDelete("setNull") },
      readable,
    ),
    F: model({ d: t.ref("D").onDelete("cascade") }),
  });
  const models = Object.values(schema.models);
  const names = (name: string) => [...listCascaded(models, name)];

  test("is followed to its end and round in circles", () => {
    expect(names("A")).toEqual(["B", "C"]);
    expect(names("B")).toEqual(["C", "B"]);
    expect(names("D")).toEqual(["E", "F"]);
    expect(names("E")).toEqual([]);
  });

  test("says whether a delete may be refused", () => {
    expect(["A", "B", "C", "D", "E"].map((name) => mayBeKept(models, name))).toEqual([true, true, true, false, false]);
  });

  test("is told without hidden refs and without models that nobody may read", () => {
    const tell = (name: string) => {
      const found = schema.models[name];
      return found === undefined ? undefined : describeDelete(schema, found);
    };
    expect(tell("A")).toBe(
      "What refers to it goes with it: B.a, C.b, B.c. While something refers to it by A.a, D.b, it stays.",
    );
    expect(tell("D")).toBe("What refers to it goes with it: E.d. Set to null: C.d.");
    expect(tell("E")).toBeNull();
  });
});

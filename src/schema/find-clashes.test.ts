import { testProblems } from "../../test/support/schema-problems.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

testProblems([
  [
    "two models of one table",
    { A: model({}, { table: "x" }), B: model({}, { table: "X" }) },
    ["B: the table X is also that of A."],
  ],
  [
    "a link table of a model's name",
    { A: model({ bs: t.manyToMany("B") }), B: model({}), ABs: model({}, { table: "a_bs" }) },
    ["A.bs: the table a_bs is also that of ABs."],
  ],
  [
    "two models of one plural",
    { Leaf: model({}, { plural: "leaves" }), Leave: model({}) },
    ["Leave: the plural leaves is also the name of the plural of Leaf."],
  ],
  [
    "a plural that is a single",
    { Data: model({}, { plural: "data" }) },
    ["Data: the plural data is also the name of the single Data."],
  ],
  [
    "a plural that is an address of its own",
    { Action: model({}), Export: model({}, { plural: "export" }) },
    [
      "Action: the plural actions is kept for the address /api/actions.",
      "Export: the plural export is kept for the address /api/export.",
    ],
  ],
  [
    "two fields of one column",
    { A: model({ bCode: t.text(), b: t.ref("B") }), B: model({ code: t.text() }, { key: "code" }) },
    ["A.b: the column b_code is also that of A.bCode."],
  ],
]);

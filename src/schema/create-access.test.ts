import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { model } from "./model.ts";

testProblems([
  [
    "access that is no operation",
    { A: model({}, { access: wrong({ write: true }) }) },
    ["A: access: write is no operation. Use one of: read, create, update, delete, fields."],
  ],
  [
    "access that is no rule",
    { A: model({}, { access: wrong({ read: "all" }) }) },
    ['A: access.read: expected true, false or a function, got "all".'],
  ],
]);

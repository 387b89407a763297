import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

testProblems([
  [
    "an unknown key",
    { A: model({ code: t.text() }, { key: wrong("cod") }) },
    ["A: key: A has no field cod. Did you mean code?"],
  ],
  ["an empty key", { A: model({ code: t.text() }, { key: [] }) }, ["A: key: expected a field name"]],
  [
    "an optional key",
    { A: model({ code: t.text().optional() }, { key: "code" }) },
    ["A.code: a key field cannot be optional."],
  ],
  [
    "a hidden key",
    { A: model({ code: t.text().hidden() }, { key: "code" }) },
    ["A.code: a key field cannot be hidden."],
  ],
  ["a float as key", { A: model({ x: t.float() }, { key: "x" }) }, ["A.x: a key field cannot be float."]],
  ["a list as key", { A: model({ x: t.list(t.int()) }, { key: "x" }) }, ["A.x: a key field cannot be a list."]],
  [
    "a many as key",
    { A: model({ bs: t.many("B", "a") }, { key: "bs" }), B: model({ a: t.ref("A") }) },
    ["A.bs: a many field cannot be part of a key."],
  ],
  [
    "a key that refers to a key of two fields",
    { A: model({ b: t.ref("B") }, { key: "b" }), B: model({ x: t.int(), y: t.int() }, { key: ["x", "y"] }) },
    ["A.b: a ref in a key must refer to a model whose key has one field."],
  ],
  [
    "keys that refer to each other",
    { A: model({ b: t.ref("B") }, { key: "b" }), B: model({ a: t.ref("A") }, { key: "a" }) },
    ["B.a: the key of B refers to A, whose key refers back."],
  ],
]);

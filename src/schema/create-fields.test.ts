import { testProblems } from "../../test/support/schema-problems.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

testProblems([
  [
    "an unknown model",
    { City: model({ country: t.ref("Contry") }), Country: model({}) },
    ["City.country: no model is called Contry. Did you mean Country?"],
  ],
  [
    "a many without its ref",
    { A: model({ bs: t.many("B", "a") }), B: model({}) },
    ['A.bs: B has no ref a to A. Declare a: t.ref("A") in B.'],
  ],
  [
    "a many by the wrong name",
    { A: model({ bs: t.many("B", "own") }), B: model({ owner: t.ref("A") }) },
    ["A.bs: B has no ref own to A. Use one of: owner."],
  ],
  [
    "a many by a ref to another model",
    { A: model({ bs: t.many("B", "c") }), B: model({ c: t.ref("C") }), C: model({}) },
    ["A.bs: B has no ref c to A."],
  ],
  [
    "a one that is many",
    { A: model({ b: t.one("B", "a") }), B: model({ a: t.ref("A") }) },
    ["A.b: B.a is not unique, so there may be many."],
  ],
  [
    "a many that is one",
    { A: model({ b: t.many("B", "a") }), B: model({ a: t.ref("A").unique() }) },
    ["A.b: B.a is unique, so there is one at most."],
  ],
  [
    "a mirror of nothing",
    { A: model({ bs: t.manyToMany("B", "as") }), B: model({}) },
    ["A.bs: B has no manyToMany as of its own to A."],
  ],
  [
    "a mirror of a mirror",
    { A: model({ bs: t.manyToMany("B", "as") }), B: model({ as: t.manyToMany("A", "bs") }) },
    ["A.bs: B has no manyToMany as of its own", "B.as: A has no manyToMany bs of its own"],
  ],
  [
    "a visible side of a hidden ref",
    { A: model({ bs: t.many("B", "a") }), B: model({ a: t.ref("A").hidden().optional() }) },
    ["A.bs: B.a is hidden, and this field would show it."],
  ],
  [
    "a visible side of hidden links",
    { A: model({ bs: t.manyToMany("B", "as") }), B: model({ as: t.manyToMany("A").hidden() }) },
    ["A.bs: B.as is hidden, and this field would show it."],
  ],
  ["a unique list", { A: model({ x: t.list(t.int()).unique() }) }, ["A.x: a list field cannot be unique."]],
  [
    "a hidden field nobody can set",
    { A: model({ x: t.int().hidden() }, { access: { create: true } }) },
    ["A.x: the field is hidden and required and has no default"],
  ],
  ["a hidden field only the app sets", { A: model({ x: t.int().hidden() }, { access: { read: true } }) }, []],
]);

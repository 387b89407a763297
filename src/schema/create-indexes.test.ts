import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

testProblems([
  [
    "an index over an unknown field",
    { A: model({ name: t.text() }, { index: wrong([["nme"]]) }) },
    ["A: index: A has no field nme. Did you mean name?"],
  ],
  [
    "an index over json",
    { A: model({ data: t.json() }, { index: [["data"]] }) },
    ["A: index: data is a json field, which cannot be indexed."],
  ],
  [
    "an index that is no list of lists",
    { A: model({ name: t.text() }, { index: wrong(["name"]) }) },
    ['A: index: expected lists of field names, got "name".'],
  ],
  [
    "an index twice",
    { A: model({ name: t.text() }, { index: [["name"], ["name"]] }) },
    ["A: the index or check a_name_index is also that of A. Declare it once."],
  ],
  [
    "a unique that is the key",
    { A: model({ x: t.int() }, { key: "x", unique: [["x"]] }) },
    ["A: unique: x is the key and unique already."],
  ],
  [
    "a unique of hidden and visible fields",
    { A: model({ x: t.int(), y: t.int().hidden() }, { unique: [["x", "y"]] }) },
    ["A: unique: x, y mixes hidden and visible fields"],
  ],
]);

import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

testProblems([
  ["models that are no object", [], ["models: expected an object of models, got an array."]],
  ["a model in lower case", { city: model({}) }, ['city: "city" is no model name.']],
  [
    "something that is no model",
    { City: { name: "text" } },
    ["City: expected a model, got an object. Declare it with model("],
  ],
  ["a field in snake_case", { A: model({ my_name: t.text() }) }, ['A.my_name: "my_name" is no field name.']],
  ["a word of the query language", { A: model({ some: t.text() }) }, ["A.some: some is a word of the query language."]],
  [
    "a name of every object",
    { A: model({ constructor: t.text() }) },
    ["A.constructor: constructor is a name every JavaScript object has."],
  ],
  [
    "a field that was not called",
    { A: model({ x: wrong(t.text) }) },
    ["A.x: expected a field, got a function. Declare it with t"],
  ],
  ["an unknown option", { A: model({}, wrong({ indx: [] })) }, ["A: unknown option indx. Did you mean index?"]],
  [
    "options of the wrong type",
    { A: model({}, wrong({ plural: 5, table: "a-b", describe: {} })) },
    ["A: plural: expected", "A: table: expected", "A: describe: expected"],
  ],
  [
    "an id that is not the key",
    { A: model({ id: t.int() }) },
    ['A.id: id is the name of the key that a model gets by default. Say key: "id"'],
  ],
]);

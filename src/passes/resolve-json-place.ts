/** Resolves a condition on what stands at a path inside json into places that comparisons look at. */
import { createJsonPlace, type JsonPlaceNode, type JsonReading } from "../plan/json-place-node.ts";
import {
  createAnd,
  createCompare,
  createIn,
  createIsNull,
  createNot,
  never,
  type PredicateNode,
} from "../plan/predicate-node.ts";
import type { ScalarField, ScalarType } from "../schema/schema-model.ts";
import { isPlainObject } from "../util/is-object.ts";
import { type JsonTest, readJsonCondition } from "./read-json-condition.ts";
import { addValue, type Place, resolveMissing, step, type WhereReader } from "./where-place.ts";

/** Resolves the condition on a json field, an object with `path`. Throws FTG_QUERY. */
export function resolveJsonPlace(reader: WhereReader, field: ScalarField, place: Place): PredicateNode {
  const missing = findMissing(reader, place);
  if (missing !== null) return missing;
  const { steps, tests } = readJsonCondition(place.value, place.path);
  const path = steps.map((item, index) => {
    reader.context.countNode();
    const kind = typeof item === "string" ? "text" : "int";
    return addValue(reader, [...place.path, "path", index], createType(kind, false));
  });
  const at = (reading: JsonReading) => createJsonPlace(field.name, path, reading);
  return createAnd(
    tests.map((test) => {
      reader.context.countNode();
      const node = resolveTest(reader, test, at);
      return test.holds ? node : createNot(node);
    }),
  );
}

/** What a missing step or value makes of the whole condition; null when there is none. */
function findMissing(reader: WhereReader, place: Place): PredicateNode | null {
  for (const [name, value] of Object.entries(isPlainObject(place.value) ? place.value : {})) {
    const missing = resolveMissing(reader, step(place, name, value));
    if (missing !== null) return missing;
  }
  return null;
}

function resolveTest(reader: WhereReader, test: JsonTest, at: (reading: JsonReading) => JsonPlaceNode): PredicateNode {
  switch (test.kind) {
    case "there":
      return createNot(createIsNull(at("place")));
    case "null":
      return createIsNull(at("value"));
    case "oneOfNone":
      return never;
    case "compare":
      return createCompare(
        at(test.reading),
        test.operator,
        addValue(reader, test.path, createType(test.reading, false)),
      );
    case "in":
      return createIn(at(test.reading), addValue(reader, test.path, createType(test.reading, true)));
  }
}

function createType(kind: ScalarType["kind"], list: boolean): ScalarType {
  return Object.freeze({ kind, list });
}

/**
 * Writes response objects that are the same in several operations once, as components, and refers to them. Looks at what
 * they say only.
 */
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";

/** Paths whose shared responses are references, and the components that these lead to. */
export interface SharedResponses {
  readonly paths: JsonSchema;
  readonly responses: JsonSchema;
}

/** Shares the responses of all operations of `paths`. Components are named by status, `404`, `404-2`, in document order. */
export function shareResponses(paths: JsonSchema): SharedResponses {
  const counts = new Map<string, number>();
  mapResponses(paths, (_status, response) => {
    const text = JSON.stringify(response);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    return response;
  });
  const names = new Map<string, string>();
  const responses: Record<string, JsonValue> = {};
  const shared = mapResponses(paths, (status, response) => {
    const text = JSON.stringify(response);
    if (counts.get(text) === 1) return response;
    const name = names.get(text) ?? nameFree(status, responses);
    names.set(text, name);
    responses[name] = response;
    return { $ref: `#/components/responses/${name}` };
  });
  return { paths: shared, responses };
}

function nameFree(status: string, taken: Readonly<Record<string, JsonValue>>): string {
  let name = status;
  for (let n = 2; Object.hasOwn(taken, name); n += 1) name = `${status}-${n}`;
  return name;
}

type MapResponse = (status: string, response: JsonValue) => JsonValue;

function mapResponses(paths: JsonSchema, map: MapResponse): JsonSchema {
  return mapMembers(paths, (_path, item) =>
    mapMembers(item, (_method, operation) => {
      const { responses } = Object(operation);
      return responses === undefined ? operation : { ...Object(operation), responses: mapMembers(responses, map) };
    }),
  );
}

function mapMembers(value: JsonValue, map: (name: string, member: JsonValue) => JsonValue): JsonSchema {
  return Object.fromEntries(
    Object.entries<JsonValue>(Object(value)).map(([name, member]) => [name, map(name, member)]),
  );
}

/** A place inside a json column: what a condition may look at. The steps are params, as all that comes from a caller. */
import type { ParamNode } from "./param-node.ts";

/**
 * What is read there. `text`, `float` and `bool`: a value of that JSON type, null for any other. `value`: anything, null
 * for JSON null and for nothing. `place`: anything, null for nothing alone.
 */
export type JsonReading = "text" | "float" | "bool" | "value" | "place";

/** What stands at a path inside json. */
export interface JsonPlaceNode {
  readonly kind: "jsonPlace";
  readonly field: string;
  /** Params of type text, for a member, or int, for a place in an array. */
  readonly path: readonly ParamNode[];
  readonly reading: JsonReading;
}

/** Makes a {@link JsonPlaceNode}. */
export function createJsonPlace(field: string, path: readonly ParamNode[], reading: JsonReading): JsonPlaceNode {
  return Object.freeze({ kind: "jsonPlace", field, path: Object.freeze(path), reading });
}

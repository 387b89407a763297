/** Reads the key of a row from a batch: as elsewhere, but a key of one field may be named too. */
import { FootingError } from "../../errors/footing-error.ts";
import type { WhereQuery } from "../../plan/query.ts";
import { readRowKey } from "../../schema/read-row-key.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { isObject } from "../../util/is-object.ts";

/**
 * The key as key field → value.
 *
 * @throws FootingError FTG_QUERY when a part is missing, unknown or no single value.
 */
export function parseKey(model: ModelSchema, value: unknown): WhereQuery {
  return readRowKey(
    model,
    takeNamed(model, value),
    (detail) => new FootingError("FTG_QUERY", { detail: `key: ${detail}` }),
  );
}

/** The value in an object that names the only key field; anything else as it is. */
function takeNamed({ key: [only, second] }: ModelSchema, value: unknown): unknown {
  if (only === undefined || second !== undefined || !isObject(value)) return value;
  const [name, ...others] = Object.keys(value);
  return name === only.field && others.length === 0 ? value[name] : value;
}

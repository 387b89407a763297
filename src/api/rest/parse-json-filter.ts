/** Reads a condition inside json out of a parameter, whose value is JSON. Which places there are is the data's to tell. */
import { FootingError } from "../../errors/footing-error.ts";
import { readJsonCondition } from "../../passes/read-json-condition.ts";
import { parseText } from "../../schema/parse-text.ts";
import type { JsonValue } from "../../schema/schema-model.ts";

/** The condition. Throws FTG_VALUE. */
export function parseJsonFilter(name: string, text: string): JsonValue {
  const value = parseText({ kind: "json", list: false }, text, name);
  try {
    readJsonCondition(value, [name]);
    return value;
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    throw new FootingError("FTG_VALUE", { detail: error.message });
  }
}

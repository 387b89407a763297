/**
 * Reads one value from the text of a path or a query string, where everything is a string. It accepts one
 * spelling of each number and nothing looser; the result is the canonical JSON form.
 */
import { createValueError, normalizeValue } from "./normalize-value.ts";
import type { JsonValue, ScalarType } from "./schema-model.ts";

const INT_TEXT = /^(?:0|-?[1-9]\d*)$/;
const FLOAT_TEXT = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The canonical JSON form of a value written as text: `true`, `-12`, `1.5e3`, `2026-01-31`; JSON text for json
 * and lists.
 *
 * @throws FootingError FTG_VALUE naming `path`, what was expected and what came.
 */
export function parseText(type: ScalarType, text: string, path: string): JsonValue {
  const value = readText(type, text);
  if (value === undefined) throw createValueError(type, text, path);
  return normalizeValue(type, value, path);
}

/** The value the text spells, or undefined when it spells none of this kind. */
function readText(type: ScalarType, text: string): unknown {
  if (type.list || type.kind === "json") return readJson(text);
  if (type.kind === "int") return INT_TEXT.test(text) ? Number(text) : undefined;
  if (type.kind === "float") return FLOAT_TEXT.test(text) ? Number(text) : undefined;
  if (type.kind === "bool") return text === "true" ? true : text === "false" ? false : undefined;
  return text;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

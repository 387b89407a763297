/** The names that follow from declared ones: tables, columns, plurals, indexes. Deterministic, never guessed twice. */
import { createHash } from "node:crypto";

/** Longest name in bytes that every store keeps whole. */
export const MAX_NAME = 63;

/** `officialName` → `official_name`, `HTMLPage` → `html_page`, `code3` → `code3`. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** `BlogPost` → `blogPost`, `HTMLPage` → `htmlPage`. */
export function toCamelCase(name: string): string {
  return name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, (start) => start.toLowerCase());
}

/** The text with its first letter in upper case: `country` to `Country`. */
export function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** The English plural by rule: `city` → `cities`, `box` → `boxes`, `day` → `days`. Irregular words are for the developer. */
export function toPlural(name: string): string {
  if (/[^aeiou]y$/i.test(name)) return `${name.slice(0, -1)}ies`;
  if (/[^aeiou]is$|axis$/i.test(name)) return `${name.slice(0, -2)}es`;
  if (/[aeiou]z$/i.test(name)) return `${name}zes`;
  return /(?:s|x|z|ch|sh)$/i.test(name) ? `${name}es` : `${name}s`;
}

/** `city_country_code_index`; a name that is too long keeps its start and gets a hash of the whole. */
export function createConstraintName(table: string, parts: readonly string[], suffix: string): string {
  const name = [table, ...parts, suffix].join("_");
  if (name.length <= MAX_NAME) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, MAX_NAME - hash.length - 1)}_${hash}`;
}

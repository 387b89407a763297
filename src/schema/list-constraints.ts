/** The constraints that a write of one field can violate because of another, by the fields that they are about. */
import { isObject } from "../util/is-object.ts";
import type { ModelSchema } from "./schema-model.ts";

/** A unique index or a check of a model. */
export interface Constraint {
  readonly what: "unique" | "check";
  /** Own fields of the model. */
  readonly fields: readonly string[];
}

/** The unique indexes and checks of a model. */
export function listConstraints({ fields, indexes, checks }: ModelSchema): readonly Constraint[] {
  const own = (names: readonly string[]) => [...new Set(names)].filter((name) => Object.hasOwn(fields, name));
  return [
    ...indexes
      .filter(({ unique }) => unique)
      .map((index): Constraint => ({ what: "unique", fields: own(index.fields) })),
    ...checks.map(({ where }): Constraint => ({ what: "check", fields: own(listNames(where)) })),
  ];
}

/** Every property name anywhere in a condition. */
function listNames(where: unknown): readonly string[] {
  if (Array.isArray(where)) return where.flatMap(listNames);
  if (!isObject(where)) return [];
  return Object.entries(where).flatMap(([name, value]) => [name, ...listNames(value)]);
}

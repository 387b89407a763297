/** What Footing keeps in rows by itself: times and versions. Knows the fields, and writes nothing. */
import type { Field, ModelSchema } from "./schema-model.ts";

/** The name of the field that a model with `version: true` has. */
export const VERSION_FIELD = "version";

/** Whether the rows of a model have versions. */
export function isVersioned({ fields }: ModelSchema): boolean {
  const field = fields[VERSION_FIELD];
  return field?.kind === "scalar" && field.keeps === "version";
}

/** The name of the field that a model with `softDelete: true` has. */
export const DELETED_FIELD = "deletedAt";

/** Whether rows of a model stay when they are deleted, and can be restored. */
export function keepsDeleted({ fields }: ModelSchema): boolean {
  const field = fields[DELETED_FIELD];
  return field?.kind === "scalar" && field.keeps === "deleted";
}

/** Whether only Footing writes the field. */
export function isKept(field: Field): boolean {
  return field.kind === "scalar" && field.keeps !== null;
}

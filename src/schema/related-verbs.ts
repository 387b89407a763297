/**
 * Which verbs the data of a write may use on a relation, by what the schema alone says: what the API documents offer.
 * Whether a caller may use them, the rules decide for each row.
 */
import type { Field, ModelSchema, RelationField, Schema } from "./schema-model.ts";

/** What can be done with related rows. */
export type Verb = "create" | "connect" | "connectOrCreate" | "disconnect" | "set" | "update" | "upsert" | "delete";

/** Whether the written row is new or was there. A new row has nothing yet that could be changed. */
export type WriteUse = "create" | "update";

/** Verbs by what they are for, in the order in which documents list them. */
export const newVerbs: readonly Verb[] = Object.freeze(["create", "connect", "connectOrCreate"]);
/** Of one related row. */
export const oneVerbs: readonly Verb[] = Object.freeze([...newVerbs, "disconnect", "update", "upsert", "delete"]);
/** Of many related rows. */
export const manyVerbs: readonly Verb[] = Object.freeze([...oneVerbs, "set"]);

/** Whether a field leads to many rows. */
export function isToMany(field: Field): boolean {
  return field.kind === "many" || field.kind === "manyToMany";
}

/** The field of the related model that a row created through the relation gets by itself; null when there is none. */
export function findVia(field: RelationField): string | null {
  return field.kind === "many" || field.kind === "one" ? field.via : null;
}

/** The verbs that some caller might use; empty where the rules of the related model forbid everything. */
export function listVerbs(schema: Schema, field: RelationField, use: WriteUse): readonly Verb[] {
  const target = schema.models[field.model];
  if (target === undefined || field.hidden || target.key.some((part) => target.fields[part.field]?.hidden)) return [];
  const known = use === "create" ? newVerbs : isToMany(field) ? manyVerbs : oneVerbs;
  return known.filter((verb) => isPossible(target, field, verb));
}

function isPossible(target: ModelSchema, field: RelationField, verb: Verb): boolean {
  const { access } = target;
  const [canCreate, canUpdate, canDelete] = [access.create, access.update, access.delete].map(
    (level) => level !== "nobody",
  );
  switch (verb) {
    case "create":
      return canCreate === true;
    case "connect":
      return canTie(target, field);
    case "connectOrCreate":
      return canCreate === true && canTie(target, field);
    case "disconnect":
    case "set":
      return canTie(target, field) && canUntie(target, field);
    case "update":
      return canUpdate === true;
    case "upsert":
      return canCreate === true && canUpdate === true;
    case "delete":
      return canDelete === true && (field.kind !== "ref" || field.optional);
  }
}

/** An inverse is tied by a change of the other row. */
function canTie(target: ModelSchema, field: RelationField): boolean {
  if (field.kind === "ref" || field.kind === "manyToMany") return true;
  const ref = findRef(target, field.via);
  return target.access.update !== "nobody" && ref !== null && !ref.immutable && !isKey(target, ref.name);
}

function canUntie(target: ModelSchema, field: RelationField): boolean {
  if (field.kind === "manyToMany") return true;
  return field.kind === "ref" ? field.optional : findRef(target, field.via)?.optional === true;
}

function findRef(target: ModelSchema, name: string): Extract<Field, { readonly kind: "ref" }> | null {
  const field = target.fields[name];
  return field?.kind === "ref" ? field : null;
}

function isKey(model: ModelSchema, name: string): boolean {
  return model.key.some((part) => part.field === name);
}

/**
 * The inputs that change a list in part: `tagsPatch: { append: […] }` beside `tags: […]`, because a GraphQL input has one
 * form only. Json needs none: its scalar takes `{ merge: … }`.
 */
import type { GraphQLInputFieldConfig } from "graphql";
import { FootingError } from "../../errors/footing-error.ts";
import type { Field, ModelSchema, ScalarField } from "../../schema/schema-model.ts";
import { listPatch } from "./graphql-scalars.ts";

/** The inputs for those of the fields that hold lists. */
export function createPatchFields(
  model: ModelSchema,
  fields: readonly Field[],
): Record<string, GraphQLInputFieldConfig> {
  const lists = listPatched(model).filter((field) => fields.includes(field));
  return Object.fromEntries(lists.map((field) => [namePatch(field), { type: listPatch }]));
}

/** Data as it came, with what changes a list under the name of the list. Throws FTG_INVALID when both are given. */
export function renamePatches(
  model: ModelSchema,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const given = listPatched(model).filter((field) => data[namePatch(field)] !== undefined);
  if (given.length === 0) return data;
  const renamed: Record<string, unknown> = { ...data };
  for (const field of given) {
    const name = namePatch(field);
    if (renamed[name] !== null && renamed[field.name] !== undefined) throw createTwice(field.name, name);
    // Null says as little as no argument.
    if (renamed[name] !== null) renamed[field.name] = renamed[name];
    delete renamed[name];
  }
  return renamed;
}

/** A field of the model that has the name itself keeps it. */
function listPatched({ fields }: ModelSchema): readonly ScalarField[] {
  return Object.values(fields).filter(
    (field): field is ScalarField =>
      field.kind === "scalar" && field.type.list && !field.hidden && !Object.hasOwn(fields, namePatch(field)),
  );
}

function namePatch({ name }: Field): string {
  return `${name}Patch`;
}

function createTwice(name: string, other: string): FootingError {
  const detail = `Expected ${name} or ${other}, got both.`;
  return new FootingError("FTG_INVALID", { detail, problems: [{ path: `/${name}`, detail }] });
}

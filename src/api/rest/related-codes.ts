/** What a write can fail with on account of the related rows that its data speaks of, by what the schema alone says. */
import type { ErrorCode } from "../../errors/catalogue.ts";
import { mayBeKept } from "../../schema/cascades.ts";
import { listVerbs, type Verb, type WriteUse } from "../../schema/related-verbs.ts";
import {
  type AccessLevel,
  isValueField,
  type ModelSchema,
  type RelationField,
  type Schema,
} from "../../schema/schema-model.ts";

/** The codes of a write of the model whose data may hold verbs, however deep; none where it may hold none. */
export function listRelatedCodes(schema: Schema, model: ModelSchema, use: WriteUse): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>();
  collectCodes({ schema, codes, seen: new Set() }, model, use);
  return [...codes];
}

/** The codes with which a write is refused that rules may deny. A field may be denied where its row is not. */
export function listWriteDenials({ fields }: ModelSchema, level: AccessLevel): readonly ErrorCode[] {
  const isGuarded = Object.values(fields).some(({ access }) => access !== undefined);
  return level === "rule" || isGuarded ? ["FTG_FORBIDDEN"] : [];
}

interface Walk {
  readonly schema: Schema;
  readonly codes: Set<ErrorCode>;
  /** The writes looked at so far. */
  readonly seen: Set<string>;
}

function collectCodes(walk: Walk, model: ModelSchema, use: WriteUse): void {
  const name = `${use} ${model.name}`;
  if (walk.seen.has(name)) return;
  walk.seen.add(name);
  for (const field of Object.values(model.fields)) {
    if (isValueField(field)) continue;
    const target = walk.schema.models[field.model];
    if (target === undefined) continue;
    for (const verb of listVerbs(walk.schema, field, use)) {
      for (const code of listVerbCodes(walk.schema, { field, target, verb })) walk.codes.add(code);
      if (verb === "create" || verb === "connectOrCreate" || verb === "upsert") collectCodes(walk, target, "create");
      if (verb === "update" || verb === "upsert") collectCodes(walk, target, "update");
    }
  }
}

interface RelatedVerb {
  readonly field: RelationField;
  readonly target: ModelSchema;
  readonly verb: Verb;
}

function listVerbCodes(schema: Schema, { field, target, verb }: RelatedVerb): readonly ErrorCode[] {
  const { access } = target;
  const created: readonly ErrorCode[] = [
    "FTG_CONFLICT",
    ...listRowCodes(target),
    ...listWriteDenials(target, access.create),
  ];
  const changed: readonly ErrorCode[] = [
    "FTG_NOT_FOUND",
    ...listRowCodes(target),
    ...listWriteDenials(target, access.update),
  ];
  // The ref of an inverse is in the related row, so tying that one is a change of it.
  const tied: readonly ErrorCode[] = field.kind === "many" || field.kind === "one" ? changed : ["FTG_REFERENCE"];
  switch (verb) {
    case "create":
      return created;
    case "connect":
    case "disconnect":
    case "set":
      return tied;
    case "connectOrCreate":
      return [...created, ...tied];
    case "update":
      return [...changed, ...listUniqueCodes(target)];
    case "upsert":
      return [...created, ...changed];
    case "delete":
      return ["FTG_NOT_FOUND", ...listDependentCodes(schema, target), ...listWriteDenials(target, access.delete)];
  }
}

/** What can be wrong with any written row of the model. */
export function listRowCodes({ checks, fields }: ModelSchema): readonly ErrorCode[] {
  const refers = Object.values(fields).some(({ kind }) => kind === "ref" || kind === "manyToMany");
  return [...(checks.length > 0 ? (["FTG_CHECK"] as const) : []), ...(refers ? (["FTG_REFERENCE"] as const) : [])];
}

/** An update cannot change the key, so only another unique index can refuse it. */
export function listUniqueCodes({ indexes, key }: ModelSchema): readonly ErrorCode[] {
  const keyFields = key.map(({ field }) => field).join();
  return indexes.some(({ unique, fields }) => unique && fields.join() !== keyFields) ? ["FTG_CONFLICT"] : [];
}

/** What keeps a row of the model from going. */
export function listDependentCodes({ models }: Schema, { name }: ModelSchema): readonly ErrorCode[] {
  return mayBeKept(Object.values(models), name) ? ["FTG_REFERENCE"] : [];
}

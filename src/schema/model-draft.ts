/**
 * Reads what `model()` noted into drafts: names are checked, options known, the default key added. What a field
 * refers to is looked at later, when all models are known.
 */

import { describeValue } from "../util/describe-value.ts";
import { isObject } from "../util/is-object.ts";
import type { FieldDeclaration } from "./declarations.ts";
import { DELETED_FIELD, VERSION_FIELD } from "./kept-fields.ts";
import { MAX_NAME, toCamelCase, toPlural, toSnakeCase } from "./naming.ts";
import type { ProblemList } from "./problem-list.ts";
import { createKeptDeclaration } from "./scalar-builder.ts";

/** A model whose own names are settled. */
export interface ModelDraft {
  readonly name: string;
  readonly plural: string;
  readonly table: string;
  readonly describe?: string;
  /** In declared order; an added `id` first, an added `version` and `deletedAt` last. */
  readonly fields: ReadonlyMap<string, FieldDeclaration>;
  /** The fields of the key, as declared. */
  readonly key: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** All drafts by model name. */
export type Drafts = ReadonlyMap<string, ModelDraft>;

type PlainObject = Readonly<Record<string, unknown>>;

const MODEL_NAME = /^[A-Z][A-Za-z0-9]*$/;
const FIELD_NAME = /^[a-z][A-Za-z0-9]*$/;
const TABLE_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Words of the query language, which could not be told from fields. */
const RESERVED = ["all", "any", "not", "some", "every", "none"];
const OPTIONS = [
  ...["key", "plural", "table", "index", "unique", "check", "computed", "search", "version", "softDelete"],
  ...["access", "describe"],
];
const FIELD_KINDS = ["scalar", "ref", "many", "one", "manyToMany"];
const ADDED_ID: FieldDeclaration = Object.freeze({
  kind: "scalar",
  scalar: "uuid",
  limits: {},
  default: { value: "uuid" },
  optional: false,
  unique: false,
  hidden: false,
  immutable: true,
});

const ADDED_VERSION: FieldDeclaration = Object.freeze({
  ...createKeptDeclaration("int", "version"),
  describe: "Counts the updates of the row, from 1.",
});

const ADDED_DELETED: FieldDeclaration = Object.freeze({
  ...createKeptDeclaration("datetime", "deleted"),
  optional: true,
  describe: "When the row was deleted; null for one that is not.",
});

/** Drafts of everything that was declared; what is wrong with a name goes to `problems`. */
export function readModels(models: unknown, problems: ProblemList): Drafts {
  const drafts = new Map<string, ModelDraft>();
  if (!isObject(models)) {
    problems.add(
      "models",
      `expected an object of models, got ${describeValue(models)}.`,
      "Give `{ Name: model({ … }) }`.",
    );
    return drafts;
  }
  for (const [name, declared] of Object.entries(models)) {
    const draft = readModel(name, declared, problems);
    if (draft !== null) drafts.set(name, draft);
  }
  return drafts;
}

function readModel(name: string, declared: unknown, problems: ProblemList): ModelDraft | null {
  if (!MODEL_NAME.test(name))
    problems.add(
      name,
      `${JSON.stringify(name)} is no model name.`,
      "Use PascalCase with letters and digits, e.g. BlogPost.",
    );
  if (!isObject(declared) || !isObject(declared["fields"]) || !isObject(declared["options"])) {
    problems.add(name, `expected a model, got ${describeValue(declared)}.`, "Declare it with model({ … }).");
    return null;
  }
  const options = declared["options"];
  checkOptions(name, options, problems);
  const key = readKey(name, options["key"], problems);
  const fields = readFields(name, declared["fields"], problems);
  const withKey = addDefaultKey({ name, key: options["key"] }, fields, problems);
  const withVersion = addVersion({ name, version: options["version"] }, withKey, problems);
  const all = addDeleted({ name, softDelete: options["softDelete"] }, withVersion, problems);
  return { name, key, fields: all, options, ...readModelNames(name, options, problems) };
}

function checkOptions(name: string, options: PlainObject, problems: ProblemList): void {
  for (const option of Object.keys(options)) {
    if (OPTIONS.includes(option)) continue;
    problems.addUnknown(name, `unknown option ${option}.`, { name: option, candidates: OPTIONS });
  }
}

function readModelNames(
  name: string,
  options: PlainObject,
  problems: ProblemList,
): Pick<ModelDraft, "plural" | "table" | "describe"> {
  const plural = readName(options, "plural", toCamelCase(toPlural(name)));
  const table = readName(options, "table", toSnakeCase(name));
  const describe = options["describe"];
  if (plural === null || !FIELD_NAME.test(plural)) {
    problems.add(
      name,
      `plural: expected a camelCase name, got ${describeValue(options["plural"])}.`,
      "Use letters and digits, e.g. blogPosts.",
    );
  }
  if (
    table === null ||
    !TABLE_NAME.test(table) ||
    table.length > MAX_NAME ||
    table.toLowerCase().startsWith("footing_")
  ) {
    const came = describeValue(options["table"] ?? table);
    problems.add(
      name,
      `table: expected a name of at most ${MAX_NAME} letters, digits and _ that does not start with footing_, got ${came}.`,
      "Choose another `table`.",
    );
  }
  if (describe !== undefined && typeof describe !== "string") {
    problems.add(name, `describe: expected text, got ${describeValue(describe)}.`, "Give one sentence.");
  }
  return { plural: plural ?? name, table: table ?? name, ...(typeof describe === "string" ? { describe } : {}) };
}

function readName(options: PlainObject, option: string, fallback: string): string | null {
  const value = options[option];
  if (value === undefined) return fallback;
  return typeof value === "string" ? value : null;
}

function readKey(name: string, key: unknown, problems: ProblemList): readonly string[] {
  const names: readonly unknown[] = Array.isArray(key) ? key : [key ?? "id"];
  const strings = names.filter((part) => typeof part === "string");
  if (strings.length !== names.length || names.length === 0 || new Set(names).size !== names.length) {
    problems.add(
      name,
      "key: expected a field name or a list of different field names.",
      'Say for instance key: "code".',
    );
  }
  return strings;
}

function readFields(name: string, fields: PlainObject, problems: ProblemList): ReadonlyMap<string, FieldDeclaration> {
  const declarations = new Map<string, FieldDeclaration>();
  for (const [field, builder] of Object.entries(fields)) {
    const path = `${name}.${field}`;
    checkFieldName(path, field, problems);
    if (hasDeclaration(builder)) declarations.set(field, builder.declaration);
    else problems.add(path, `expected a field, got ${describeValue(builder)}.`, "Declare it with t, e.g. t.text().");
  }
  return declarations;
}

/** Reports a name that no field can have. */
export function checkFieldName(path: string, field: string, problems: ProblemList): void {
  if (!FIELD_NAME.test(field))
    problems.add(
      path,
      `${JSON.stringify(field)} is no field name.`,
      "Use camelCase with letters and digits, e.g. createdAt.",
    );
  else if (RESERVED.includes(field))
    problems.add(path, `${field} is a word of the query language.`, "Choose another name.");
  else if (field in Object.prototype)
    problems.add(path, `${field} is a name every JavaScript object has.`, "Choose another name.");
  else if (toSnakeCase(field).length > MAX_NAME)
    problems.add(path, `the name of the column would be longer than ${MAX_NAME} bytes.`, "Choose a shorter name.");
}

function hasDeclaration(builder: unknown): builder is { readonly declaration: FieldDeclaration } {
  if (!isObject(builder) || !isObject(builder["declaration"])) return false;
  const { kind } = builder["declaration"];
  return typeof kind === "string" && FIELD_KINDS.includes(kind);
}

function addDefaultKey(
  { name, key }: { readonly name: string; readonly key: unknown },
  fields: ReadonlyMap<string, FieldDeclaration>,
  problems: ProblemList,
): ReadonlyMap<string, FieldDeclaration> {
  if (key !== undefined) return fields;
  if (fields.has("id")) {
    problems.add(
      `${name}.id`,
      "id is the name of the key that a model gets by default.",
      'Say key: "id" if this field is the key, or choose another name.',
    );
    return fields;
  }
  return new Map<string, FieldDeclaration>([["id", ADDED_ID], ...fields]);
}

function addVersion(
  { name, version = false }: { readonly name: string; readonly version: unknown },
  fields: ReadonlyMap<string, FieldDeclaration>,
  problems: ProblemList,
): ReadonlyMap<string, FieldDeclaration> {
  if (typeof version !== "boolean")
    problems.add(name, `version: expected true, got ${describeValue(version)}.`, "Say version: true, or leave it out.");
  if (version !== true) return fields;
  if (fields.has(VERSION_FIELD)) {
    problems.add(
      `${name}.${VERSION_FIELD}`,
      "is the name of the field in which Footing counts the updates of a row.",
      "Choose another name, or leave the option version out.",
    );
    return fields;
  }
  return new Map([...fields, [VERSION_FIELD, ADDED_VERSION]]);
}

function addDeleted(
  { name, softDelete = false }: { readonly name: string; readonly softDelete: unknown },
  fields: ReadonlyMap<string, FieldDeclaration>,
  problems: ProblemList,
): ReadonlyMap<string, FieldDeclaration> {
  if (typeof softDelete !== "boolean") {
    const detail = `softDelete: expected true, got ${describeValue(softDelete)}.`;
    problems.add(name, detail, "Say softDelete: true, or leave it out.");
  }
  if (softDelete !== true) return fields;
  if (fields.has(DELETED_FIELD)) {
    problems.add(
      `${name}.${DELETED_FIELD}`,
      "is the name of the field in which Footing notes when a row was deleted.",
      "Choose another name, or leave the option softDelete out.",
    );
    return fields;
  }
  return new Map([...fields, [DELETED_FIELD, ADDED_DELETED]]);
}

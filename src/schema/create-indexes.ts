/** Decides which indexes a model has: those declared, those its refs need and those its unique fields need. */
import { describeValue } from "../util/describe-value.ts";
import type { ModelDraft } from "./model-draft.ts";
import { createConstraintName } from "./naming.ts";
import { isSortable } from "./operators.ts";
import type { ProblemList } from "./problem-list.ts";
import type { Field, IndexSchema } from "./schema-model.ts";

/** The fields of one model by name. */
export type FieldTable = ReadonlyMap<string, Field>;

/** All indexes of the model; what is wrong with a declared one goes to `problems`. */
export function createIndexes(draft: ModelDraft, fields: FieldTable, problems: ProblemList): readonly IndexSchema[] {
  const uniqueFields = [...fields.values()].filter(
    (field) => "unique" in field && field.unique && !isKey(draft, [field.name]),
  );
  const indexes = [
    ...uniqueFields.map((field) => createIndex(draft, fields, { fields: [field.name], unique: true })),
    ...readDeclared(draft, fields, { option: "unique", problems }),
    ...readDeclared(draft, fields, { option: "index", problems }),
  ];
  const refs = [...fields.values()].filter((field) => field.kind === "ref" && draft.key[0] !== field.name);
  const wanted = refs.map((field) => [field.name, ...draft.key.filter((part) => part !== field.name)]);
  const needed = wanted.filter((list) => !indexes.some((index) => serves(index, list)));
  return [...indexes, ...needed.map((list) => createIndex(draft, fields, { fields: list, unique: false }))];
}

/**
 * Whether an index finds the rows of one ref in the order of the key, which is how a relation is listed: it is
 * unique on the ref alone, or begins with the ref and the key.
 */
function serves(index: IndexSchema, [ref, ...key]: readonly string[]): boolean {
  if (index.unique && index.fields.length === 1) return index.fields[0] === ref;
  return [ref, ...key].every((field, place) => index.fields[place] === field);
}

function isKey(draft: ModelDraft, fields: readonly string[]): boolean {
  return draft.key.length === fields.length && draft.key.every((field, index) => field === fields[index]);
}

function createIndex(draft: ModelDraft, fields: FieldTable, index: Omit<IndexSchema, "name">): IndexSchema {
  const columns = index.fields.flatMap((name) => listFieldColumns(fields.get(name)));
  return { name: createConstraintName(draft.table, columns, index.unique ? "unique" : "index"), ...index };
}

/** The columns a field is stored in. */
export function listFieldColumns(field: Field | undefined): readonly string[] {
  if (field?.kind === "scalar") return [field.column];
  return field?.kind === "ref" ? field.columns.map(({ column }) => column) : [];
}

interface DeclaredOption {
  readonly option: "index" | "unique";
  readonly problems: ProblemList;
}

function readDeclared(
  draft: ModelDraft,
  fields: FieldTable,
  { option, problems }: DeclaredOption,
): readonly IndexSchema[] {
  const declared = draft.options[option] ?? [];
  const lists: readonly unknown[] = Array.isArray(declared) ? declared : [declared];
  return lists.flatMap((list) => {
    const names = readNames(list);
    if (names === null) {
      problems.add(
        draft.name,
        `${option}: expected lists of field names, got ${describeValue(list)}.`,
        `Say for instance ${option}: [["author", "createdAt"]].`,
      );
      return [];
    }
    if (!checkNames(draft, fields, { option, names, problems })) return [];
    return [createIndex(draft, fields, { fields: names, unique: option === "unique" })];
  });
}

function readNames(list: unknown): readonly string[] | null {
  if (!Array.isArray(list) || list.length === 0) return null;
  const names: readonly unknown[] = list;
  const strings = names.filter((name) => typeof name === "string");
  return strings.length === names.length ? strings : null;
}

interface NameCheck extends DeclaredOption {
  readonly names: readonly string[];
}

function checkNames(draft: ModelDraft, fields: FieldTable, { option, names, problems }: NameCheck): boolean {
  const unfit = names.filter((name) => !checkName(draft, fields, { option, name, problems }));
  if (new Set(names).size !== names.length)
    problems.add(draft.name, `${option}: ${names.join(", ")} names a field twice.`, "Name each field once.");
  if (option === "unique") checkUnique(draft, fields, { names, problems });
  return unfit.length === 0;
}

function checkName(
  draft: ModelDraft,
  fields: FieldTable,
  { option, name, problems }: DeclaredOption & { readonly name: string },
): boolean {
  const field = fields.get(name);
  if (field === undefined) {
    // A field that was declared but is wrong has been reported already.
    if (!draft.fields.has(name))
      problems.addUnknown(draft.name, `${option}: ${draft.name} has no field ${name}.`, {
        name,
        candidates: fields.keys(),
      });
    return false;
  }
  if (field.kind === "ref" || (field.kind === "scalar" && isSortable(field.type))) return true;
  const kind = field.kind === "scalar" ? (field.type.list ? "list" : field.type.kind) : field.kind;
  problems.add(
    draft.name,
    `${option}: ${name} is a ${kind} field, which cannot be indexed.`,
    "Name scalar fields and refs.",
  );
  return false;
}

function checkUnique(draft: ModelDraft, fields: FieldTable, { names, problems }: Omit<NameCheck, "option">): void {
  if (isKey(draft, names))
    problems.add(draft.name, `unique: ${names.join(", ")} is the key and unique already.`, "Leave it out.");
  checkMixed(
    draft.name,
    names.map((name) => fields.get(name)),
    { what: `unique: ${names.join(", ")}`, problems },
  );
}

/** A violation must not tell a caller anything about a field that is hidden from them. */
export function checkMixed(
  path: string,
  fields: readonly (Field | undefined)[],
  { what, problems }: { readonly what: string; readonly problems: ProblemList },
): void {
  const hidden = fields.filter((field) => field?.hidden === true);
  if (hidden.length === 0 || hidden.length === fields.length) return;
  problems.add(
    path,
    `${what} mixes hidden and visible fields, so that a violation would tell about a hidden value.`,
    "Use only hidden or only visible fields.",
  );
}

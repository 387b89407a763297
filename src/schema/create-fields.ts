/** Turns the declared fields of one model into fields of the schema: looks related models up, names columns, reads defaults. */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { createScalarType, type Place } from "./create-scalar-type.ts";
import type { FieldDeclaration, RelationDeclaration, ScalarDeclaration } from "./declarations.ts";
import type { Drafts, ModelDraft } from "./model-draft.ts";
import { MAX_NAME, toCamelCase, toSnakeCase } from "./naming.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { ProblemList } from "./problem-list.ts";
import type { KeyTable, TypeTable } from "./resolve-keys.ts";
import type {
  Field,
  FieldDefault,
  InverseField,
  Keeping,
  KeyColumn,
  ManyToManyField,
  OnDelete,
  RefField,
  ScalarField,
  ScalarType,
} from "./schema-model.ts";
import { findValueProblem } from "./validate-data.ts";

/** The number of a new row's version. */
const FIRST_VERSION = 1;

/** All that fields are made from. */
export interface FieldSources {
  readonly drafts: Drafts;
  readonly types: TypeTable;
  readonly keys: KeyTable;
  readonly problems: ProblemList;
}

/** A relation being made: the model it stands in, its name and where to report. */
interface Spot extends Place {
  readonly draft: ModelDraft;
  readonly name: string;
}

const ON_DELETE: readonly OnDelete[] = ["restrict", "cascade", "setNull"];

/** The types of all scalar fields, before anything that needs them. */
export function createTypes(drafts: Drafts, problems: ProblemList): TypeTable {
  const table = new Map<string, ReadonlyMap<string, ScalarType>>();
  for (const draft of drafts.values()) {
    const types = new Map<string, ScalarType>();
    for (const [name, declaration] of draft.fields) {
      if (declaration.kind !== "scalar") continue;
      types.set(name, createScalarType(declaration, { path: `${draft.name}.${name}`, problems }));
    }
    table.set(draft.name, types);
  }
  return table;
}

/** The fields of a model in declared order. A relation that is wrong is reported and left out. */
export function createFields(draft: ModelDraft, sources: FieldSources): readonly Field[] {
  const fields: Field[] = [];
  for (const [name, declaration] of draft.fields) {
    const spot: Spot = { draft, name, path: `${draft.name}.${name}`, problems: sources.problems };
    const describe = readDescribe(declaration, spot);
    const field =
      declaration.kind === "scalar"
        ? createScalar(declaration, spot, sources)
        : createRelation(declaration, spot, sources);
    if (field !== null) fields.push(describe === undefined ? field : { ...field, describe });
  }
  return fields;
}

function readDescribe({ describe }: FieldDeclaration, { path, problems }: Place): string | undefined {
  if (describe === undefined || typeof describe === "string") return describe;
  problems.add(path, `describe: expected text, got ${describeValue(describe)}.`, "Give one sentence.");
  return undefined;
}

function createScalar(declaration: ScalarDeclaration, spot: Spot, { types }: FieldSources): ScalarField | null {
  const type = types.get(spot.draft.name)?.get(spot.name);
  if (type === undefined) return null;
  if (declaration.unique && (type.list || type.kind === "json" || type.kind === "bytes")) {
    spot.problems.add(spot.path, `a ${type.list ? "list" : type.kind} field cannot be unique.`, "Leave unique() out.");
  }
  return {
    kind: "scalar",
    name: spot.name,
    column: toSnakeCase(spot.name),
    type,
    hidden: declaration.hidden,
    optional: declaration.optional,
    unique: declaration.unique,
    immutable: declaration.immutable || spot.draft.key.includes(spot.name),
    default: readDefault(declaration, type, spot),
    keeps: readKeeping(declaration, spot),
  };
}

function readKeeping(declaration: ScalarDeclaration, { draft, name, path, problems }: Spot): Keeping | null {
  const { keeps = null, default: given, optional, unique, immutable } = declaration;
  if (keeps === null) return null;
  if (draft.key.includes(name))
    problems.add(path, "Footing writes this field, so it can be no key.", "Choose another key.");
  if (given !== undefined || (optional && keeps !== "deleted") || unique || immutable)
    problems.add(path, "Footing writes this field, so it takes no modifier but hidden().", "Leave the others out.");
  return keeps;
}

function readDefault(declaration: ScalarDeclaration, type: ScalarType, { path, problems }: Place): FieldDefault | null {
  if (declaration.keeps === "deleted") return null;
  if (declaration.keeps !== undefined)
    return declaration.keeps === "version" ? { kind: "value", value: FIRST_VERSION } : { kind: "now" };
  if (declaration.default === undefined) return null;
  const { value } = declaration.default;
  if (value === "now" && !type.list && (type.kind === "datetime" || type.kind === "date")) return { kind: "now" };
  if (value === "uuid" && !type.list && type.kind === "uuid") return { kind: "uuid" };
  try {
    const canonical = normalizeValue(type, value, "default");
    const problem = findValueProblem(type, canonical);
    if (problem !== null)
      problems.add(path, `default: ${problem}`, "Give a default that the field itself would accept.");
    return { kind: "value", value: canonical };
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    problems.add(path, error.message, "Give a default that the field itself would accept.");
    return null;
  }
}

function createRelation(declaration: RelationDeclaration, spot: Spot, sources: FieldSources): Field | null {
  const target = findModel(declaration, spot, sources);
  if (target === null) return null;
  if (declaration.kind === "ref") return createRef(declaration, { spot, target, sources });
  if (declaration.kind === "manyToMany") return createManyToMany(declaration, { spot, target, sources });
  return createInverse(declaration, { kind: declaration.kind, spot, target });
}

function findModel(
  { model }: RelationDeclaration,
  { path, problems }: Place,
  { drafts }: FieldSources,
): ModelDraft | null {
  const target = typeof model === "string" ? drafts.get(model) : undefined;
  if (target !== undefined) return target;
  problems.addUnknown(path, `no model is called ${String(model)}.`, { name: String(model), candidates: drafts.keys() });
  return null;
}

interface RelationParts {
  readonly spot: Spot;
  readonly target: ModelDraft;
  readonly sources: FieldSources;
}

function createRef(declaration: RelationDeclaration, { spot, target, sources }: RelationParts): RefField | null {
  const key = sources.keys.get(target.name);
  if (key === undefined) return null; // The target's key is wrong and reported there.
  return {
    kind: "ref",
    name: spot.name,
    model: target.name,
    columns: createColumns(key, spot.name, spot),
    hidden: declaration.hidden,
    optional: declaration.optional,
    unique: declaration.unique,
    immutable: declaration.immutable || spot.draft.key.includes(spot.name),
    onDelete: readOnDelete(declaration, spot),
  };
}

function readOnDelete({ onDelete = "restrict", optional }: RelationDeclaration, { path, problems }: Place): OnDelete {
  if (onDelete === "setNull" && !optional) {
    problems.add(path, "onDelete: a required ref cannot be set to null.", 'Make it optional(), or say "cascade".');
    return "restrict";
  }
  const behaviour = ON_DELETE.find((known) => known === onDelete);
  if (behaviour !== undefined) return behaviour;
  const detail = `onDelete: expected ${ON_DELETE.join(", ")}, got ${describeValue(onDelete)}.`;
  problems.add(path, detail, "Name one of them.");
  return "restrict";
}

function createColumns(key: readonly KeyColumn[], prefix: string, { path, problems }: Place): readonly KeyColumn[] {
  return key.map(({ field, type }) => {
    const column = toSnakeCase(`${prefix}_${field}`);
    if (column.length > MAX_NAME)
      problems.add(path, `the column ${column} would be longer than ${MAX_NAME} bytes.`, "Choose a shorter name.");
    return { column, field, type };
  });
}

function createInverse(
  declaration: RelationDeclaration,
  { kind, spot, target }: Omit<RelationParts, "sources"> & { readonly kind: "many" | "one" },
): InverseField | null {
  const via = String(declaration.via);
  const other = target.fields.get(via);
  const { draft, path, problems } = spot;
  const refs = [...target.fields]
    .filter(([, field]) => field.kind === "ref" && field.model === draft.name)
    .map(([name]) => name);
  if (other?.kind !== "ref" || other.model !== draft.name) {
    const detail = `${target.name} has no ref ${via} to ${draft.name}.`;
    if (refs.length === 0)
      problems.add(path, detail, `Declare ${toCamelCase(draft.name)}: t.ref("${draft.name}") in ${target.name}.`);
    else problems.addUnknown(path, detail, { name: via, candidates: refs });
    return null;
  }
  checkInverse(other, { kind, via: `${target.name}.${via}`, hidden: declaration.hidden }, spot);
  return { kind, name: spot.name, model: target.name, via, hidden: declaration.hidden };
}

function checkInverse(
  other: RelationDeclaration,
  side: { kind: "many" | "one"; via: string; hidden: boolean },
  { path, problems }: Place,
): void {
  if (side.kind === "one" && !other.unique)
    problems.add(path, `${side.via} is not unique, so there may be many.`, `Use t.many, or make ${side.via} unique().`);
  if (side.kind === "many" && other.unique)
    problems.add(path, `${side.via} is unique, so there is one at most.`, "Use t.one.");
  if (other.hidden && !side.hidden)
    problems.add(path, `${side.via} is hidden, and this field would show it.`, "Make this field hidden() too.");
}

function createManyToMany(
  declaration: RelationDeclaration,
  { spot, target, sources }: RelationParts,
): ManyToManyField | null {
  const { via } = declaration;
  if (via === undefined) return createOwner(declaration, { spot, target, sources });
  const other = target.fields.get(String(via));
  if (other?.kind !== "manyToMany" || other.via !== undefined || other.model !== spot.draft.name) {
    const owners = [...target.fields].filter(
      ([, field]) => field.kind === "manyToMany" && field.via === undefined && field.model === spot.draft.name,
    );
    const names = { name: String(via), candidates: owners.map(([name]) => name) };
    spot.problems.addUnknown(
      spot.path,
      `${target.name} has no manyToMany ${String(via)} of its own to ${spot.draft.name}.`,
      names,
    );
    return null;
  }
  if (other.hidden && !declaration.hidden) {
    spot.problems.add(
      spot.path,
      `${target.name}.${String(via)} is hidden, and this field would show it.`,
      "Make this field hidden() too.",
    );
  }
  const mirrored: Spot = { ...spot, draft: target, name: String(via) };
  const owner = createOwner(other, { spot: mirrored, target: spot.draft, sources });
  if (owner === null) return null;
  return {
    ...owner,
    name: spot.name,
    model: target.name,
    hidden: declaration.hidden,
    near: owner.far,
    far: owner.near,
    owner: false,
  };
}

function createOwner(
  declaration: RelationDeclaration,
  { spot, target, sources }: RelationParts,
): ManyToManyField | null {
  const near = sources.keys.get(spot.draft.name);
  const far = sources.keys.get(target.name);
  if (near === undefined || far === undefined) return null; // The key is wrong and reported there.
  return {
    kind: "manyToMany",
    name: spot.name,
    model: target.name,
    hidden: declaration.hidden,
    owner: true,
    table: `${spot.draft.table}_${toSnakeCase(spot.name)}`,
    near: createLinkColumns(near, "source"),
    far: createLinkColumns(far, "target"),
  };
}

function createLinkColumns(key: readonly KeyColumn[], side: "source" | "target"): readonly KeyColumn[] {
  return key.map(({ column, field, type }) => ({ column: `${side}_${column}`, field, type }));
}

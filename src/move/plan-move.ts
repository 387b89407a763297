/**
 * Decides what a move copies and in which order: every row after the rows it refers to. Refs that go round in a circle
 * are set when all rows are there. It knows the schema only and opens nothing.
 */
import { FootingError, type Problem } from "../errors/footing-error.ts";
import type {
  Field,
  KeyColumn,
  ManyToManyField,
  ModelSchema,
  RefField,
  ScalarField,
  Schema,
} from "../schema/schema-model.ts";
import { createMoveTable, type MoveTable, type MoveTableParts } from "./move-table.ts";

/** What a move does, before it meets a database. */
export interface MovePlan {
  /**
   * The schema that the stores of a move are opened with: the same tables and fingerprint, but a link table is a
   * model of its own, so that links are read and written in key order and in bounded memory like all other rows.
   */
  readonly schema: Schema;
  /** In the order of writing. */
  readonly tables: readonly MoveTable[];
}

/**
 * Plans the move of everything a schema declares.
 *
 * @throws FootingError FTG_MOVE naming the fields, when required refs go round in a circle.
 */
export function planMove(schema: Schema): MovePlan {
  const links = Object.values(schema.models).flatMap(createLinkTables);
  const tables = [...orderModels(Object.values(schema.models)), ...links];
  const moved = Object.fromEntries(tables.map(({ model }) => [model.name, model]));
  return Object.freeze({
    schema: Object.freeze({ models: Object.freeze(moved), fingerprint: schema.fingerprint }),
    tables: Object.freeze(tables),
  });
}

/**
 * The model without its relations to other rows, which are stored elsewhere. Refs to its own rows are plain columns:
 * a move keeps their order itself, and a store that knows of none may write many rows at once.
 */
function keepStoredFields(model: ModelSchema): ModelSchema {
  const fields = Object.values(model.fields).flatMap((field): readonly Field[] => {
    if (field.kind !== "ref") return field.kind === "scalar" ? [field] : [];
    return isOwnRef(model, field) ? field.columns.map((part) => createColumnField(part, field.optional)) : [field];
  });
  const indexes = model.indexes.map((index) => ({
    ...index,
    fields: index.fields.flatMap((name) => {
      const field = model.fields[name];
      return isOwnRef(model, field) ? field.columns.map(({ column }) => column) : [name];
    }),
  }));
  return Object.freeze({ ...model, fields: nameFields(fields), indexes });
}

function isOwnRef(model: ModelSchema, field: Field | undefined): field is RefField {
  return field?.kind === "ref" && field.model === model.name;
}

/** The link tables that a model owns, as models whose key is all they have. */
function createLinkTables(model: ModelSchema): readonly MoveTable[] {
  const owned = Object.values(model.fields).filter(
    (field): field is ManyToManyField => field.kind === "manyToMany" && field.owner,
  );
  return owned.map((field) =>
    createMoveTable(createLinkModel(model, field), { owner: model.name, isLink: true, deferred: [] }),
  );
}

function createLinkModel(model: ModelSchema, field: ManyToManyField): ModelSchema {
  const columns = [...field.near, ...field.far];
  const name = `${model.name}.${field.name}`;
  return Object.freeze({
    name,
    plural: name,
    table: field.table,
    fields: nameFields(columns.map((part) => createColumnField(part, false))),
    key: columns.map(({ column, type }) => ({ column, field: column, type })),
    indexes: [],
    checks: [],
    search: null,
    access: model.access,
  });
}

function nameFields(fields: readonly Field[]): ModelSchema["fields"] {
  return Object.freeze(Object.fromEntries(fields.map((field) => [field.name, field])));
}

/** A column of a ref as a field of its own. */
function createColumnField({ column, type }: KeyColumn, optional: boolean): ScalarField {
  return Object.freeze({
    kind: "scalar",
    name: column,
    column,
    type,
    optional,
    unique: false,
    immutable: true,
    hidden: false,
    default: null,
    keeps: null,
  });
}

/** Models after those they refer to. Where that cannot be, the model that defers the fewest refs comes first. */
function orderModels(models: readonly ModelSchema[]): readonly MoveTable[] {
  refuseBoundRefs(models);
  const ordered: MoveTable[] = [];
  let left = models;
  while (left.length > 0) {
    const next = findNext(left);
    if (next === undefined) throw createCircleError(left);
    ordered.push(next);
    left = left.filter(({ name }) => name !== next.model.name);
  }
  return ordered;
}

/** The model whose required refs all lead to models that are done, with the fewest others; the first of them. */
function findNext(left: readonly ModelSchema[]): MoveTable | undefined {
  const names = new Set(left.map(({ name }) => name));
  const tables = left
    .filter((model) => listRefs(model).every((field) => field.optional || isSafe(model, field, names)))
    .map((model) => {
      const deferred = listRefs(model).filter((field) => names.has(field.model));
      return createMoveTable(keepStoredFields(model), {
        owner: model.name,
        isLink: false,
        deferred: deferred.map((field) => describeRef(model, field)),
      });
    });
  const weigh = ({ deferred }: MoveTable) => deferred.filter(({ isOwn }) => !isOwn).length;
  return tables.toSorted((a, b) => weigh(a) - weigh(b))[0];
}

/** Whether a required ref can be written: its target is done, or is its own model. */
function isSafe(model: ModelSchema, field: RefField, left: ReadonlySet<string>): boolean {
  return field.model === model.name || !left.has(field.model);
}

function describeRef(
  model: ModelSchema,
  { name, columns, optional, ...ref }: RefField,
): MoveTableParts["deferred"][number] {
  return { name, columns: columns.map(({ column }) => column), optional, isOwn: ref.model === model.name };
}

function listRefs(model: ModelSchema): readonly RefField[] {
  return Object.values(model.fields).filter((field) => field.kind === "ref");
}

/** A required ref to the own model waits by leading to its own row, which a unique one cannot while others lead there. */
function refuseBoundRefs(models: readonly ModelSchema[]): void {
  const problems = models.flatMap((model) =>
    listRefs(model)
      .filter((field) => field.model === model.name && !field.optional && field.unique)
      .map((field) => ({
        path: `${model.name}.${field.name}`,
        detail: "Is required, unique and refers to its own model.",
      })),
  );
  if (problems.length > 0) throw createRefusal(problems);
}

/** Names the required refs among the models of which none can come first. */
function createCircleError(left: readonly ModelSchema[]): FootingError {
  const names = new Set(left.map(({ name }) => name));
  const problems = left.flatMap((model) =>
    listRefs(model)
      .filter((field) => !field.optional && !isSafe(model, field, names))
      .map((field) => ({ path: `${model.name}.${field.name}`, detail: `Is required and refers to ${field.model}.` })),
  );
  return createRefusal(problems);
}

function createRefusal(problems: readonly Problem[]): FootingError {
  return new FootingError("FTG_MOVE", {
    detail: "No order of writing puts every row after the rows it must refer to.",
    fix: "Declare one of these refs optional.",
    problems,
  });
}

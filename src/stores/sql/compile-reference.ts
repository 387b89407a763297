/** Compiles what a write says about other rows: references that must lead somewhere, links, and what refers back. */
import { FootingError } from "../../errors/footing-error.ts";
import type { ParamNode } from "../../plan/param-node.ts";
import { always, type PredicateNode } from "../../plan/predicate-node.ts";
import type { AssignmentNode, LinkNode, ReferenceNode } from "../../plan/write-nodes.ts";
import { listReferrers, nameReferrer } from "../../schema/cascades.ts";
import type { KeyColumn, ManyToManyField, ModelSchema, RefField, Schema } from "../../schema/schema-model.ts";
import { Compilation } from "./compilation.ts";
import { compileConditions, joinWhere } from "./compile-predicate.ts";
import type { Dialect } from "./dialect.ts";
import { createTableScope, findRelation, nameTable } from "./row-scope.ts";
import type { SqlProgram, WrittenReference } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";
import { isTarget, type TargetRows } from "./target-rows.ts";

/** The written model and how its engine writes SQL. */
export interface ReferenceContext {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly model: ModelSchema;
}

/** A reference of the plan: its target must be there for the writer to see. */
export function compileReference(context: ReferenceContext, node: ReferenceNode): WrittenReference {
  const field = findRelation(context.model, node.relation);
  if (field.kind === "manyToMany")
    return compileKeysReference(context, field, { keys: firstParam(node), access: node.access });
  return compileRefReference(context, node.relation, {
    target: field.model,
    params: node.values,
    access: node.access,
    own: null,
  });
}

/** A link: its targets must exist. */
export function compileLinkReference(context: ReferenceContext, node: LinkNode): WrittenReference {
  return compileKeysReference(context, findManyToMany(context.model, node.relation), {
    keys: node.keys,
    access: always,
  });
}

/**
 * The refs that the assignments write, in declared order. `isNew`: the row itself is not there yet, and a ref
 * that leads to it is no failure.
 */
export function listWrittenRefs(
  context: ReferenceContext,
  assignments: readonly AssignmentNode[],
  isNew: boolean,
): readonly WrittenReference[] {
  const refs = Object.values(context.model.fields).filter((field): field is RefField => field.kind === "ref");
  return refs.flatMap((field) => {
    const params = findParams(assignments, field);
    if (params.length < field.columns.length) return [];
    const own = isNew && field.model === context.model.name ? findKeyParams(context.model, assignments) : null;
    return [compileRefReference(context, field.name, { target: field.model, params, access: always, own })];
  });
}

/** The statements that write the links of the target rows. Rows that are linked already stay so. */
export function compileLink(
  context: ReferenceContext,
  node: LinkNode,
  { target, isNew }: { readonly target: TargetRows; readonly isNew: boolean },
): readonly SqlText[] {
  const field = findManyToMany(context.model, node.relation);
  const given = { keys: node.keys, target };
  if (node.mode === "remove") return [compileLinkDelete(context, field, given)];
  const insert = compileLinkInsert(context, field, given);
  if (isNew) return [insert];
  return [compileLinkDelete(context, field, node.mode === "add" ? given : { keys: null, target }), insert];
}

/** Each model with a ref that keeps rows of the written one, in schema order, and the statement that finds a row that uses it. */
export function findReferrers(context: ReferenceContext, target: TargetRows): SqlProgram["referrers"] {
  return listReferrers(Object.values(context.schema.models), context.model.name)
    .filter(({ field }) => field.onDelete === "restrict")
    .map((referrer) => ({
      model: nameReferrer(referrer),
      text: compileReferrer(context, { ...referrer, target }),
    }));
}

function compileReferrer(
  { schema, dialect, model }: ReferenceContext,
  referrer: { readonly model: ModelSchema; readonly field: RefField; readonly target: TargetRows },
): SqlText {
  const c = new Compilation(schema, dialect);
  const near = createTableScope(c, model, c.alias("t"));
  const far = createTableScope(c, referrer.model, c.alias("t"));
  const tables = `${nameTable(c, model.table, "t1")}, ${nameTable(c, referrer.model.table, "t2")}`;
  const match = referrer.field.columns.map(
    (column, part) => `${far.column(column.column)} = ${near.column(model.key[part]?.column ?? "")}`,
  );
  // A row that refers to itself goes with itself.
  const isOther =
    referrer.model === model ? [`(${writeKeyMatch(near.column, far.column, model.key)}) IS NOT TRUE`] : [];
  return c.finish(
    `SELECT 1 FROM ${tables}${joinWhere([...match, ...isTarget(c, referrer.target, near), ...isOther])} LIMIT 1`,
  );
}

function writeKeyMatch(
  left: (name: string) => string,
  right: (name: string) => string,
  key: readonly KeyColumn[],
): string {
  return key.map(({ column }) => `${left(column)} = ${right(column)}`).join(" AND ");
}

interface RefValues {
  readonly target: string;
  readonly params: readonly ParamNode[];
  readonly access: PredicateNode;
  /** The params of the written row's own key, when the ref may lead to the row itself. */
  readonly own: readonly ParamNode[] | null;
}

/** The conditions that a ref with these values leads nowhere, or to no row of those that `access` names. */
export function isMissing(c: Compilation, { target: name, params, access }: Omit<RefValues, "own">): readonly string[] {
  const target = c.model(name);
  const alias = c.alias("t");
  const far = createTableScope(c, target, alias);
  const places = params.map((param) => c.bind(param));
  const found = [
    ...target.key.map((part, index) => `${far.column(part.column)} = ${places[index]}`),
    ...compileConditions(c, [access], far),
  ];
  const isThere = `EXISTS (SELECT 1 FROM ${nameTable(c, target.table, alias)}${joinWhere(found)})`;
  return [...places.map((place) => `${place} IS NOT NULL`), `NOT ${isThere}`];
}

function compileRefReference(
  { schema, dialect }: ReferenceContext,
  field: string,
  values: RefValues,
): WrittenReference {
  const c = new Compilation(schema, dialect);
  const places = values.params.map((param) => c.bind(param));
  const conditions = [...isMissing(c, values)];
  if (values.own !== null) {
    const same = values.own.map((param, index) => `${places[index]} = ${c.bind(param)}`);
    conditions.push(`(${same.join(" AND ")}) IS NOT TRUE`);
  }
  return Object.freeze({
    field,
    params: values.params.map((param) => param.index),
    isList: false,
    missing: c.finish(`SELECT 0${joinWhere(conditions)}`),
  });
}

function compileKeysReference(
  { schema, dialect }: ReferenceContext,
  field: ManyToManyField,
  { keys, access }: { readonly keys: ParamNode; readonly access: PredicateNode },
): WrittenReference {
  const c = new Compilation(schema, dialect);
  const target = c.model(field.model);
  const alias = c.alias("t");
  const far = createTableScope(c, target, alias);
  const rows = dialect.keyRows(
    c.bind(keys),
    field.far.map((part) => part.type),
    c.alias("k"),
  );
  const found = [
    ...target.key.map((part, index) => `${far.column(part.column)} = ${rows.parts[index]}`),
    ...compileConditions(c, [access], far),
  ];
  const missing = `NOT EXISTS (SELECT 1 FROM ${nameTable(c, target.table, alias)}${joinWhere(found)})`;
  const text = `SELECT ${rows.position} FROM ${rows.from} WHERE ${missing} ORDER BY ${rows.position} LIMIT 1`;
  return Object.freeze({ field: field.name, params: [keys.index], isList: true, missing: c.finish(text) });
}

/** Without keys: all links of the target rows. */
function compileLinkDelete(
  { schema, dialect, model }: ReferenceContext,
  field: ManyToManyField,
  { keys, target }: { readonly keys: ParamNode | null; readonly target: TargetRows },
): SqlText {
  const c = new Compilation(schema, dialect);
  const alias = c.alias("t");
  const row = createTableScope(c, model, alias);
  const near = field.near.map((part) => dialect.quoteName(part.column));
  const owners = model.key.map((part) => row.column(part.column));
  const rows = `SELECT ${owners.join(", ")} FROM ${nameTable(c, model.table, alias)}${joinWhere(isTarget(c, target, row))}`;
  const table = dialect.quoteName(field.table);
  const head = dialect.gaps?.deleteFrom(field.table, c.alias("l")) ?? `DELETE FROM ${table}`;
  const conditions = [`${writeTuple(near)} IN (${rows})`];
  if (keys !== null) {
    const types = field.far.map((part) => part.type);
    const given = dialect.keyRows(c.bind(keys), types, c.alias("k"));
    const far = field.far.map((part) => dialect.quoteName(part.column));
    conditions.push(`${writeTuple(far)} IN (SELECT ${given.parts.join(", ")} FROM ${given.from})`);
  }
  return c.finish(`${head}${joinWhere(conditions)}`);
}

function writeTuple(columns: readonly string[]): string {
  return columns.length === 1 ? columns.join() : `(${columns.join(", ")})`;
}

function compileLinkInsert(
  { schema, dialect, model }: ReferenceContext,
  field: ManyToManyField,
  { keys, target }: { readonly keys: ParamNode; readonly target: TargetRows },
): SqlText {
  const c = new Compilation(schema, dialect);
  const alias = c.alias("t");
  const row = createTableScope(c, model, alias);
  const rows = dialect.keyRows(
    c.bind(keys),
    field.far.map((part) => part.type),
    c.alias("k"),
  );
  const columns = [...field.near, ...field.far].map((part) => dialect.quoteName(part.column));
  const values = [...model.key.map((part) => row.column(part.column)), ...rows.parts];
  const from = `${nameTable(c, model.table, alias)} CROSS JOIN ${rows.from}`;
  const select = `SELECT DISTINCT ${values.join(", ")} FROM ${from}${joinWhere(isTarget(c, target, row))}`;
  return c.finish(`INSERT INTO ${dialect.quoteName(field.table)} (${columns.join(", ")}) ${select}`);
}

function findParams(assignments: readonly AssignmentNode[], field: RefField): readonly ParamNode[] {
  return field.columns.flatMap((_, part) => {
    const node = assignments.find(({ column }) => column.field === field.name && column.part === part);
    return node === undefined ? [] : [node.value];
  });
}

function findKeyParams(model: ModelSchema, assignments: readonly AssignmentNode[]): readonly ParamNode[] {
  return model.key.flatMap(({ field }) => {
    const node = assignments.find(({ column }) => column.field === field && column.part === 0);
    return node === undefined ? [] : [node.value];
  });
}

function findManyToMany(model: ModelSchema, name: string): ManyToManyField {
  const field = findRelation(model, name);
  if (field.kind === "manyToMany") return field;
  throw new FootingError("FTG_INTERNAL", { detail: `${model.name}.${name} is not a manyToMany field.` });
}

function firstParam(node: ReferenceNode): ParamNode {
  const [param] = node.values;
  if (param === undefined)
    throw new FootingError("FTG_INTERNAL", { detail: `The reference ${node.relation} has no value.` });
  return param;
}

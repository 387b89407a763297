/**
 * Where the columns of one row are found in a statement, and how its relations lead to other rows. It writes
 * joins and conditions, never whole statements.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { ColumnNode } from "../../plan/column-node.ts";
import {
  isValueField,
  type KeyColumn,
  type ModelSchema,
  type RelationField,
  type ScalarType,
} from "../../schema/schema-model.ts";
import type { Compilation } from "./compilation.ts";

/** One row in a statement. */
export interface RowScope {
  readonly model: ModelSchema;
  /** The SQL of one of its columns. May note that the column is needed: ask only for what the statement uses. */
  column(name: string): string;
  /** The left joins by which other rows stand beside it, in the order in which they follow its table. */
  readonly joins: string[];
}

/** A stored column of a model. */
export interface ModelColumn {
  readonly name: string;
  readonly type: ScalarType;
  readonly optional: boolean;
}

/** The rows behind a relation: what to select from, and the conditions that tie them to the row they belong to. */
export interface RelatedRows {
  readonly far: RowScope;
  /** Their table alone. */
  readonly table: string;
  /** What their table is called in the statement. */
  readonly alias: string;
  readonly from: string;
  readonly conditions: readonly string[];
  /** The columns of their table that the conditions give one value each; null when they are about another table. */
  readonly fixed: readonly string[] | null;
}

/** The row of a table that stands under `alias`. */
export function createTableScope(c: Compilation, model: ModelSchema, alias: string): RowScope {
  return { model, column: (name) => `${alias}.${c.dialect.quoteName(name)}`, joins: [] };
}

/** The joins behind a table. */
export function writeJoins(joins: readonly string[]): string {
  return joins.map((join) => ` ${join}`).join("");
}

/** `"city" AS t1`. */
export function nameTable(c: Compilation, table: string, alias: string): string {
  return `${c.dialect.quoteName(table)} AS ${alias}`;
}

/** The column that a node names. */
export function findColumn(model: ModelSchema, node: ColumnNode): ModelColumn {
  const field = model.fields[node.field];
  if (field?.kind === "scalar") return { name: field.column, type: field.type, optional: field.optional };
  const part = field?.kind === "ref" ? field.columns[node.part] : undefined;
  if (field?.kind !== "ref" || part === undefined)
    throw new FootingError("FTG_INTERNAL", { detail: `${model.name}.${node.field} has no column ${node.part}.` });
  return { name: part.column, type: part.type, optional: field.optional };
}

/** The relation field of that name. */
export function findRelation(model: ModelSchema, name: string): RelationField {
  const field = model.fields[name];
  if (field === undefined || isValueField(field))
    throw new FootingError("FTG_INTERNAL", { detail: `${model.name}.${name} is not a relation.` });
  return field;
}

/** The rows of `relation` that belong to the row `near`. */
export function relateRows(c: Compilation, near: RowScope, relation: string): RelatedRows {
  const field = findRelation(near.model, relation);
  const target = c.model(field.model);
  const alias = c.alias("t");
  const far = createTableScope(c, target, alias);
  const table = nameTable(c, target.table, alias);
  if (field.kind === "ref")
    return {
      far,
      table,
      alias,
      from: table,
      conditions: matchColumns(listColumns(far, target.key), listColumns(near, field.columns)),
      fixed: target.key.map(({ column }) => column),
    };
  if (field.kind === "manyToMany") {
    const linkAlias = c.alias("l");
    const link = createTableScope(c, target, linkAlias);
    const join = matchColumns(listColumns(far, target.key), listColumns(link, field.far)).join(" AND ");
    return {
      far,
      table,
      alias,
      from: `${nameTable(c, field.table, linkAlias)} JOIN ${table} ON ${join}`,
      conditions: matchColumns(listColumns(link, field.near), listColumns(near, near.model.key)),
      fixed: null,
    };
  }
  const back = findRelation(target, field.via);
  const columns = back.kind === "ref" ? back.columns : [];
  return {
    far,
    table,
    alias,
    from: table,
    conditions: matchColumns(listColumns(far, columns), listColumns(near, near.model.key)),
    fixed: columns.map(({ column }) => column),
  };
}

/** The SQL of several columns of a row. */
export function listColumns(row: RowScope, columns: readonly KeyColumn[]): readonly string[] {
  return columns.map(({ column }) => row.column(column));
}

/** Equality by position. */
function matchColumns(left: readonly string[], right: readonly string[]): readonly string[] {
  if (left.length !== right.length || left.length === 0)
    throw new FootingError("FTG_INTERNAL", { detail: "A reference has another number of columns than the key." });
  return left.map((column, part) => `${column} = ${right[part]}`);
}

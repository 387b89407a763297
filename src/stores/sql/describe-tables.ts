/**
 * What tables a schema needs, as data: the one description that is created and that a live database is compared
 * with. It writes no statement.
 */
import { FootingError, type Problem } from "../../errors/footing-error.ts";
import { listColumns } from "../../schema/list-columns.ts";
import { createConstraintName } from "../../schema/naming.ts";
import type { KeyColumn, ModelSchema, OnDelete, Schema } from "../../schema/schema-model.ts";
import { compileCheck } from "./compile-check.ts";
import type { Dialect } from "./dialect.ts";

/** One column. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
}

/** One index. */
export interface TableIndex {
  readonly name: string;
  /** SQL of what is indexed, in order: quoted columns, or what a column is sorted by. */
  readonly expressions: readonly string[];
  readonly columns: readonly string[];
  readonly unique: boolean;
}

/** One foreign key. A row cannot go while others refer to it, unless `onDelete` takes them along or lets them go of it. */
export interface TableReference {
  readonly columns: readonly string[];
  readonly table: string;
  readonly targets: readonly string[];
  readonly onDelete: OnDelete;
}

/** What a foreign key says behind its columns; without a word it is judged after the whole statement where an engine can. */
export const onDeleteClauses: Readonly<Record<OnDelete, string>> = Object.freeze({
  restrict: "",
  cascade: " ON DELETE CASCADE",
  setNull: " ON DELETE SET NULL",
});

/** What a database's word for the rule of a foreign key means; whatever else it says keeps the row that is referred to. */
export function readOnDelete(rule: unknown): OnDelete {
  if (rule === "CASCADE") return "cascade";
  return rule === "SET NULL" ? "setNull" : "restrict";
}

/** One named condition, as SQL that is never null. */
export interface TableCheck {
  readonly name: string;
  readonly condition: string;
}

/** A full-text index. */
export interface TableSearch {
  readonly name: string;
  /** The columns that hold words. */
  readonly columns: readonly string[];
}

/** One table. */
export interface TableSpec {
  readonly name: string;
  /** What it stores, for messages: `City`, or `Country.borders` for a link table. */
  readonly owner: string;
  readonly isLink: boolean;
  readonly columns: readonly TableColumn[];
  readonly key: readonly string[];
  readonly references: readonly TableReference[];
  readonly checks: readonly TableCheck[];
  /** In the order in which to create them: see `contract/violations.ts` on unique indexes. */
  readonly indexes: readonly TableIndex[];
  /** What finds its rows by their words; null where nothing does. */
  readonly search: TableSearch | null;
}

/**
 * All tables of the schema, models before link tables.
 * @throws FootingError FTG_SCHEMA when two tables or indexes would have the same name.
 */
export function describeTables(schema: Schema, dialect: Dialect): readonly TableSpec[] {
  const models = Object.values(schema.models);
  const tables = [
    ...models.map((model) => describeModel(schema, dialect, model)),
    ...models.flatMap((model) => describeLinks(schema, dialect, model)),
  ];
  refuseSameNames(tables);
  return tables;
}

/** Tables and indexes share one space of names in some engines; names that are too long were shortened, never cut. */
function refuseSameNames(tables: readonly TableSpec[]): void {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { name: table, owner, indexes, search } of tables) {
    const all = search === null ? indexes : [...indexes, search];
    const names = [[table, owner], ...all.map(({ name, columns }) => [name, `${owner} (${columns.join(", ")})`])];
    for (const [name = "", place = ""] of names) {
      const other = owners.get(name);
      owners.set(name, place);
      if (other === undefined) continue;
      const detail = `${place} and ${other} would both be named ${name} in the database.`;
      problems.push({ path: owner, detail, fix: "Give one of the models another `table`, or rename a field." });
    }
  }
  if (problems.length > 0) throw new FootingError("FTG_SCHEMA", { detail: "Names in the database collide.", problems });
}

function describeModel(schema: Schema, dialect: Dialect, model: ModelSchema): TableSpec {
  const columns = listColumns(model).map(({ field, column, type }) => ({
    name: column,
    type: dialect.columnType(type),
    isNullable: isOptional(model, field),
  }));
  const words = (model.search?.parts ?? []).map((part) => part.words);
  return {
    name: model.table,
    owner: model.name,
    isLink: false,
    // Other programs, who cannot cut words, leave them out.
    columns: [...columns, ...words.map((name) => ({ name, type: dialect.search.columnType, isNullable: true }))],
    key: model.key.map((part) => part.column),
    references: describeRefs(schema, model),
    checks: model.checks.map((check) => ({
      name: check.name,
      condition: compileCheck(schema, dialect, { model, check }),
    })),
    indexes: describeIndexes(dialect, model).toReversed(),
    search: model.search === null ? null : { name: model.search.name, columns: words },
  };
}

function isOptional(model: ModelSchema, name: string): boolean {
  const field = model.fields[name];
  return (field?.kind === "scalar" || field?.kind === "ref") && field.optional;
}

function describeRefs(schema: Schema, model: ModelSchema): readonly TableReference[] {
  return Object.values(model.fields).flatMap((field) => {
    if (field.kind !== "ref") return [];
    return [describeReference(schema.models[field.model], field.columns, field.onDelete)];
  });
}

function describeReference(
  target: ModelSchema | undefined,
  columns: readonly KeyColumn[],
  onDelete: OnDelete,
): TableReference {
  return {
    columns: columns.map((part) => part.column),
    table: target?.table ?? "",
    targets: target?.key.map((part) => part.column) ?? [],
    onDelete,
  };
}

function describeIndexes(dialect: Dialect, model: ModelSchema): readonly TableIndex[] {
  return model.indexes.map(({ name, fields, unique }) => {
    const parts = fields.flatMap((field) => listColumns(model).filter((column) => column.field === field));
    // Canonical text decides uniqueness; only a plain index serves ranges and sorting.
    const write = ({ field, column, type }: KeyColumn) => {
      const name = dialect.quoteName(column);
      return dialect.indexTerm(unique ? name : dialect.sortable(name, type), isOptional(model, field));
    };
    return { name, unique, columns: parts.map((part) => part.column), expressions: parts.map(write) };
  });
}

function describeLinks(schema: Schema, dialect: Dialect, model: ModelSchema): readonly TableSpec[] {
  return Object.values(model.fields).flatMap((field): readonly TableSpec[] => {
    if (field.kind !== "manyToMany" || !field.owner) return [];
    const parts = [...field.near, ...field.far];
    const far = field.far.map((part) => part.column);
    return [
      {
        name: field.table,
        owner: `${model.name}.${field.name}`,
        isLink: true,
        columns: parts.map(({ column, type }) => ({ name: column, type: dialect.columnType(type), isNullable: false })),
        key: parts.map((part) => part.column),
        references: [
          describeReference(model, field.near, "cascade"),
          describeReference(schema.models[field.model], field.far, "cascade"),
        ],
        checks: [],
        // The key serves reading from the owner's side; this serves the other side and its cascade.
        indexes: [
          {
            name: createConstraintName(field.table, ["target"], "index"),
            columns: far,
            expressions: far.map((name) => dialect.quoteName(name)),
            unique: false,
          },
        ],
        search: null,
      },
    ];
  });
}

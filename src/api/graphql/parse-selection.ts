/** Parses GraphQL selections into the output part of a query: rows, relations and pages under their response names. */
import { type GraphQLField, getArgumentValues, isObjectType } from "graphql";
import type {
  EdgeQuery,
  PageEntry,
  PageQuery,
  RelationQuery,
  RowsQuery,
  SelectEntry,
  SelectQuery,
} from "../../plan/query.ts";
import type { ModelSchema, RelationField } from "../../schema/schema-model.ts";
import { type CollectContext, type CollectedFields, collectSubfields, type MergedField } from "./collect-fields.ts";
import type { DerivedSchema } from "./create-graphql-schema.ts";
import { nameModel } from "./graphql-names.ts";
import { parseListArguments } from "./parse-list-arguments.ts";
import { isToMany } from "./type-table.ts";

/** What parsing an operation needs: its document, its variables and the schema. */
export interface ParseContext extends CollectContext {
  readonly schema: DerivedSchema;
}

/** Parses what is wanted of one row. */
export function parseRow(context: ParseContext, model: ModelSchema, field: MergedField): SelectQuery {
  return mapFields(collectSubfields(context, field), (inner, as) =>
    parseRowField(context, model, { field: inner, as }),
  );
}

/** A field that gives a page of a model's rows. */
export interface ListField {
  readonly model: ModelSchema;
  readonly field: MergedField;
  readonly definition: GraphQLField<unknown, unknown>;
}

/** Parses a list: which rows, and the page they leave as. Throws GraphQLError for an argument, FootingError for a combination of them. */
export function parseList(context: ParseContext, { model, field, definition }: ListField): RowsQuery {
  const page = mapFields(collectSubfields(context, field), (inner) => parsePageField(context, model, inner));
  const args = getArgumentValues(definition, field.node, context.variables);
  return { ...parseListArguments(field.node, args, { variables: context.variables, rows: context.schema.rows }), page };
}

function parseRowField(
  context: ParseContext,
  model: ModelSchema,
  { field, as }: { field: MergedField; as: string },
): SelectEntry {
  const name = field.node.name.value;
  if (name === "__typename") return { constant: nameModel(model).object };
  const declared = model.fields[name];
  if (declared === undefined) throw new TypeError(`Validation let an unknown field through: ${model.name}.${name}.`);
  if (declared.kind === "scalar") return as === name ? true : { value: name };
  return parseRelation(context, model, { declared, field });
}

function parseRelation(
  context: ParseContext,
  model: ModelSchema,
  { declared, field }: { declared: RelationField; field: MergedField },
): RelationQuery {
  const { schema } = context;
  const target = schema.models.models[declared.model];
  const type = schema.graphql.getType(nameModel(model).object);
  const definition = isObjectType(type) ? type.getFields()[declared.name] : undefined;
  if (target === undefined || definition === undefined)
    throw new TypeError(`Validation let an unknown relation through: ${model.name}.${declared.name}.`);
  if (!isToMany(declared)) return { field: declared.name, select: parseRow(context, target, field) };
  return { field: declared.name, ...parseList(context, { model: target, field, definition }) };
}

function parsePageField(context: ParseContext, model: ModelSchema, field: MergedField): PageEntry {
  switch (field.node.name.value) {
    case "nodes":
      return { rows: parseRow(context, model, field) };
    case "edges":
      return { edges: parseEdges(context, model, field) };
    case "pageInfo":
      return { object: parsePageInfo(context, field) };
    default:
      return { constant: nameModel(model).connection };
  }
}

function parseEdges(context: ParseContext, model: ModelSchema, field: MergedField): EdgeQuery {
  return mapFields(collectSubfields(context, field), (inner): EdgeQuery[string] => {
    if (inner.node.name.value === "node") return { row: parseRow(context, model, inner) };
    return inner.node.name.value === "cursor" ? { info: "cursor" } : { constant: nameModel(model).edge };
  });
}

const pageFacts: Readonly<Record<string, PageEntry>> = Object.freeze({
  hasNextPage: { info: "hasNext" },
  hasPreviousPage: { info: "hasPrevious" },
  startCursor: { info: "startCursor" },
  endCursor: { info: "endCursor" },
});

function parsePageInfo(context: ParseContext, field: MergedField): PageQuery {
  return mapFields(
    collectSubfields(context, field),
    (inner) => pageFacts[inner.node.name.value] ?? { constant: "PageInfo" },
  );
}

function mapFields<T>(
  fields: CollectedFields,
  parse: (field: MergedField, as: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Array.from(fields, ([as, field]) => [as, parse(field, as)]));
}

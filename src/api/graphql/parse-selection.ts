/**
 * Parses GraphQL selections into the output part of a query: rows, relations and pages under their response
 * names. Done once for a document; only what holds variables is made for every request.
 */
import { isObjectType } from "graphql";
import type {
  EdgeQuery,
  PageEntry,
  PageQuery,
  RelationQuery,
  RowsQuery,
  SelectEntry,
  SelectQuery,
} from "../../plan/query.ts";
import { isToMany } from "../../schema/related-verbs.ts";
import { isValueField, type ModelSchema, type RelationField } from "../../schema/schema-model.ts";
import { collectSubfields, type MergedField } from "./collect-fields.ts";
import { nameModel } from "./graphql-names.ts";
import type { ListField, ParseContext } from "./parse-context.ts";
import { parseGroup } from "./parse-group.ts";
import { parseListArguments } from "./parse-list-arguments.ts";
import { createPart, fixPart, joinParts, mapPart, type QueryPart } from "./query-part.ts";

/** Parses what is wanted of one row. */
export function parseRow(context: ParseContext, model: ModelSchema, field: MergedField): QueryPart<SelectQuery> {
  return parseFields(context, field, (inner, as) => parseRowField(context, model, { field: inner, as }));
}

/** Parses a list: which rows, and the page they leave as. Making it throws GraphQLError for an argument, FootingError for a combination of them. */
export function parseList(context: ParseContext, { model, field, definition }: ListField): QueryPart<RowsQuery> {
  const page = parseFields(context, field, (inner) => parsePageField(context, model, inner));
  const rows = parseListArguments({ node: field.node, definition, rows: context.schema.rows });
  return createPart(page.isFixed && rows.isFixed, (variables) => {
    const output = page.make(variables);
    return { ...rows.make(variables), page: output };
  });
}

function parseRowField(
  context: ParseContext,
  model: ModelSchema,
  { field, as }: { field: MergedField; as: string },
): QueryPart<SelectEntry> {
  const name = field.node.name.value;
  if (name === "__typename") return fixPart({ constant: nameModel(model).object });
  const declared = model.fields[name];
  if (declared === undefined && name.endsWith("Aggregate")) return parseRelatedGroup(context, model, field);
  if (declared === undefined) throw new TypeError(`Validation let an unknown field through: ${model.name}.${name}.`);
  if (isValueField(declared)) return fixPart(as === name ? true : { value: name });
  return parseRelation(context, model, { declared, field });
}

function parseRelation(
  context: ParseContext,
  model: ModelSchema,
  { declared, field }: { declared: RelationField; field: MergedField },
): QueryPart<RelationQuery> {
  const { schema } = context;
  const target = schema.models.models[declared.model];
  const type = schema.graphql.getType(nameModel(model).object);
  const definition = isObjectType(type) ? type.getFields()[declared.name] : undefined;
  if (target === undefined || definition === undefined)
    throw new TypeError(`Validation let an unknown relation through: ${model.name}.${declared.name}.`);
  if (!isToMany(declared))
    return mapPart(parseRow(context, target, field), (select) => ({ field: declared.name, select }));
  return mapPart(parseList(context, { model: target, field, definition }), (rows) => ({
    field: declared.name,
    ...rows,
  }));
}

/** `citiesAggregate(where)`: what is calculated over the rows of the relation `cities`. */
function parseRelatedGroup(context: ParseContext, model: ModelSchema, field: MergedField): QueryPart<SelectEntry> {
  const { schema } = context;
  const { value } = field.node.name;
  const relation = value.slice(0, -"Aggregate".length);
  const declared = model.fields[relation];
  const target = declared === undefined || isValueField(declared) ? undefined : schema.models.models[declared.model];
  const type = schema.graphql.getType(nameModel(model).object);
  const definition = isObjectType(type) ? type.getFields()[value] : undefined;
  if (target === undefined || definition === undefined)
    throw new TypeError(`Validation let an unknown field through: ${model.name}.${value}.`);
  const output = parseGroup(context, target, { field, typename: `${nameModel(target).group}Values` });
  const rows = parseListArguments({ node: field.node, definition, rows: schema.rows });
  return createPart(output.isFixed && rows.isFixed, (variables) => ({
    field: relation,
    ...rows.make(variables),
    aggregate: { output: output.make(variables) },
  }));
}

function parsePageField(context: ParseContext, model: ModelSchema, field: MergedField): QueryPart<PageEntry> {
  switch (field.node.name.value) {
    case "nodes":
      return mapPart(parseRow(context, model, field), (rows) => ({ rows }));
    case "edges":
      return mapPart(parseEdges(context, model, field), (edges) => ({ edges }));
    case "pageInfo":
      return mapPart(parsePageInfo(context, field), (object) => ({ object }));
    case "totalCount":
      return fixPart({ total: true });
    case "estimatedCount":
      return fixPart({ total: "estimated" });
    default:
      return fixPart({ constant: nameModel(model).connection });
  }
}

function parseEdges(context: ParseContext, model: ModelSchema, field: MergedField): QueryPart<EdgeQuery> {
  return parseFields<EdgeQuery[string]>(context, field, (inner) => {
    if (inner.node.name.value === "node") return mapPart(parseRow(context, model, inner), (row) => ({ row }));
    return fixPart(inner.node.name.value === "cursor" ? { info: "cursor" } : { constant: nameModel(model).edge });
  });
}

const pageFacts: Readonly<Record<string, PageEntry>> = Object.freeze({
  hasNextPage: { info: "hasNext" },
  hasPreviousPage: { info: "hasPrevious" },
  startCursor: { info: "startCursor" },
  endCursor: { info: "endCursor" },
});

function parsePageInfo(context: ParseContext, field: MergedField): QueryPart<PageQuery> {
  return parseFields(context, field, (inner) => fixPart(pageFacts[inner.node.name.value] ?? { constant: "PageInfo" }));
}

function parseFields<T>(
  context: ParseContext,
  field: MergedField,
  parse: (field: MergedField, as: string) => QueryPart<T>,
): QueryPart<Readonly<Record<string, T>>> {
  return joinParts(Array.from(collectSubfields(context, field), ([as, inner]) => [as, parse(inner, as)] as const));
}

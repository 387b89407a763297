/** Parses the fields of a group into the output of the query language. What is selected of `key` is what rows are grouped by. */
import { type GraphQLField, isObjectType } from "graphql";
import type { GroupOutputEntry, GroupOutputQuery, KeyQuery } from "../../plan/query.ts";
import { measureFunctions } from "../../schema/measures.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { collectSubfields, type MergedField } from "./collect-fields.ts";
import { nameModel } from "./graphql-names.ts";
import { parseArguments } from "./parse-arguments.ts";
import type { ParseContext } from "./parse-context.ts";
import { fixPart, joinParts, mapPart, type QueryPart } from "./query-part.ts";

type Entry = QueryPart<GroupOutputEntry>;

/** Parses what is selected of a group: of a page of groups, or of the one group that related rows are. */
export function parseGroup(
  context: ParseContext,
  model: ModelSchema,
  { field, typename }: { readonly field: MergedField; readonly typename: string },
): QueryPart<GroupOutputQuery> {
  return parseFields(context, field, (inner) => {
    const name = inner.node.name.value;
    if (name === "__typename") return fixPart({ constant: typename });
    if (name === "key") return parseKey(context, { model, field: inner, path: "" });
    if (name === "count") return fixPart({ measure: "count" });
    return parseMeasures(context, typename, inner);
  });
}

function parseMeasures(context: ParseContext, group: string, field: MergedField): Entry {
  const name = measureFunctions.find((known) => known === field.node.name.value);
  if (name === undefined) throw new TypeError(`Validation let an unknown function through: ${field.node.name.value}.`);
  const type = readTypeName(context, group, field.node.name.value);
  const fields = parseFields(context, field, (inner): Entry => {
    const measured = inner.node.name.value;
    return fixPart(measured === "__typename" ? { constant: type } : { measure: name, field: measured });
  });
  return mapPart(fields, (object) => ({ object }));
}

/** A place among the keys: the model there, and the path that leads to it. */
interface KeyPlace {
  readonly model: ModelSchema;
  readonly field: MergedField;
  readonly path: string;
}

function parseKey(context: ParseContext, { model, field, path }: KeyPlace): Entry {
  const name = `${nameModel(model).group}Key`;
  const fields = parseFields(context, field, (inner): Entry => {
    const { value } = inner.node.name;
    if (value === "__typename") return fixPart({ constant: name });
    const declared = model.fields[value];
    const target = declared?.kind === "ref" || declared?.kind === "one" ? declared.model : null;
    const far = target === null ? undefined : context.schema.models.models[target];
    if (far !== undefined) return parseKey(context, { model: far, field: inner, path: `${path}${value}.` });
    const given = parseArguments(findDefinition(context, name, value), inner.node);
    return mapPart(given, (args) => ({ key: { field: `${path}${value}`, ...withoutNulls(args) } }));
  });
  return mapPart(fields, (object) => ({ object }));
}

/** `bucket` and `timeZone`; one that is null counts as absent. */
function withoutNulls(args: Readonly<Record<string, unknown>>): Pick<KeyQuery, "bucket" | "timeZone"> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null && value !== undefined));
}

function parseFields(
  context: ParseContext,
  field: MergedField,
  parse: (field: MergedField) => Entry,
): QueryPart<GroupOutputQuery> {
  return joinParts(Array.from(collectSubfields(context, field), ([as, inner]) => [as, parse(inner)] as const));
}

function findDefinition({ schema }: ParseContext, type: string, field: string): GraphQLField<unknown, unknown> {
  const found = schema.graphql.getType(type);
  const definition = isObjectType(found) ? found.getFields()[field] : undefined;
  if (definition === undefined) throw new TypeError(`Validation let an unknown field through: ${type}.${field}.`);
  return definition;
}

function readTypeName(context: ParseContext, type: string, field: string): string {
  return String(findDefinition(context, type, field).type).replace("!", "");
}

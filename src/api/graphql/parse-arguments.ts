/** Parses the arguments of a field: coerced once when no variable stands in them, and for every request otherwise. */
import { type FieldNode, type GraphQLField, getArgumentValues, Kind, type ValueNode } from "graphql";
import { createPart, type QueryPart } from "./query-part.ts";

/** The coerced arguments of a field. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The arguments of a field. Making them throws GraphQLError. */
export function parseArguments(definition: GraphQLField<unknown, unknown>, node: FieldNode): QueryPart<Arguments> {
  const isFixed = (node.arguments ?? []).every(({ value }) => listVariables(value).length === 0);
  return createPart(isFixed, (variables) => getArgumentValues(definition, node, variables));
}

/** The names of the variables inside a value, in the order of the document. */
export function listVariables(value: ValueNode): readonly string[] {
  switch (value.kind) {
    case Kind.VARIABLE:
      return [value.name.value];
    case Kind.LIST:
      return value.values.flatMap(listVariables);
    case Kind.OBJECT:
      return value.fields.flatMap((field) => listVariables(field.value));
    default:
      return [];
  }
}

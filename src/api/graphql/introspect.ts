/** Answers `__schema` and `__type` through graphql-js, the only thing its executor is used for. */
import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from "graphql";
import type { MergedField } from "./collect-fields.ts";
import type { RawVariables } from "./read-variables.ts";

/** The operation that an introspection field stands in. */
export interface Surroundings {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly raw: RawVariables;
}

/** The JSON text of one introspection field. Throws GraphQLError. */
export function renderIntrospection(
  schema: GraphQLSchema,
  field: MergedField,
  { operation, fragments, raw }: Surroundings,
): string {
  const alone: OperationDefinitionNode = {
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [...field.nodes] },
  };
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [alone, ...fragments.values()] };
  const { data, errors } = executeSync({ schema, document, variableValues: raw });
  const [error] = errors ?? [];
  if (error !== undefined) throw error;
  return JSON.stringify(Object.values(data ?? {})[0] ?? null);
}

/** What parsing an operation needs: its document, what decides its directives, and the schema. */
import type { GraphQLField } from "graphql";
import type { ModelSchema } from "../../schema/schema-model.ts";
import type { CollectContext, MergedField } from "./collect-fields.ts";
import type { DerivedSchema } from "./create-graphql-schema.ts";

/** The document with the derived schema. */
export interface ParseContext extends CollectContext {
  readonly schema: DerivedSchema;
}

/** A field that gives a page of a model's rows, or of groups of them. */
export interface ListField {
  readonly model: ModelSchema;
  readonly field: MergedField;
  readonly definition: GraphQLField<unknown, unknown>;
}

/** Builds what belongs to the end of rows: the arguments that ask for deleted ones, and what a preview answers. */
import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from "graphql";
import { keepsDeleted } from "../../schema/kept-fields.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { getScalar } from "./graphql-scalars.ts";

const deletedRows = new GraphQLEnumType({
  name: "DeletedRows",
  description: "Which rows of a model that keeps deleted ones: of deleted rows, those that you may read and delete.",
  values: {
    INCLUDE: { value: "include", description: "Deleted rows as well." },
    ONLY: { value: "only", description: "Nothing but deleted rows." },
  },
});

const modelCount = new GraphQLObjectType({
  name: "ModelCount",
  description: "A number of rows of one model.",
  fields: {
    model: { type: new GraphQLNonNull(GraphQLString), description: "The name of the model." },
    count: { type: new GraphQLNonNull(getScalar({ kind: "int", list: false })), description: "How many rows." },
  },
});

const counts = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(modelCount)));

/** What a delete would take along. */
export const deletePreviewType: GraphQLObjectType = new GraphQLObjectType({
  name: "DeletePreview",
  description: "What a delete would take along, of the rows that you may read. The row itself is not counted.",
  fields: {
    deletes: { type: counts, description: "Rows that would be deleted too." },
    setsNull: { type: counts, description: "Rows that would lose a reference." },
    blockedBy: {
      type: counts,
      description: "Rows that keep the row, or one that would go along: the delete would be refused.",
    },
  },
});

/** The argument of what reads rows, for a model whose deleted rows somebody may read. */
export function createDeletedArgument(model: ModelSchema): GraphQLFieldConfigArgumentMap {
  if (!keepsDeleted(model) || model.access.delete === "nobody") return {};
  return {
    deleted: { type: deletedRows, description: "Absent: no deleted rows. Related rows are never deleted ones." },
  };
}

/** The argument of what ends a row, for a model that keeps deleted ones. */
export function createPermanentlyArgument(model: ModelSchema): GraphQLFieldConfigArgumentMap {
  if (!keepsDeleted(model)) return {};
  const description = "True removes the row, also one that was deleted before, in place of keeping it as deleted.";
  return { permanently: { type: GraphQLBoolean, description } };
}

/** Resolves a full-text search: into the fields that its model declares for it. Decides nothing about access. */
import { createColumn } from "../plan/column-node.ts";
import { createAnd, type PredicateNode } from "../plan/predicate-node.ts";
import { createSearch, type SearchNode } from "../plan/search-node.ts";
import type { ModelSchema, ScalarType } from "../schema/schema-model.ts";
import { queryError, type ResolveContext } from "./resolve-context.ts";
import { createQueryReader, resolveWhere } from "./resolve-where.ts";
import type { Path } from "./value-source.ts";

/** Conditions as the caller gave them, with the model they are about and the place of the query that holds them. */
export interface FilterInput {
  readonly model: ModelSchema;
  readonly query: { readonly where?: unknown; readonly search?: unknown };
  readonly path: Path;
}

/** What rows must meet, and the search that is part of it. */
export interface ResolvedFilter {
  readonly where: PredicateNode;
  readonly search: SearchNode | null;
}

const termsType: ScalarType = Object.freeze({ kind: "text", list: false });

/** Resolves `where` and `search`; what is absent is always true. Throws FTG_QUERY, FTG_COST. */
export function resolveFilter(context: ResolveContext, { model, query, path }: FilterInput): ResolvedFilter {
  const where = resolveWhere(createQueryReader(context), { model, where: query.where, path: [...path, "where"] });
  if (query.search === undefined) return { where, search: null };
  const search = resolveSearch(context, model, [...path, "search"]);
  return { where: createAnd([where, search]), search };
}

function resolveSearch(context: ResolveContext, model: ModelSchema, path: Path): SearchNode {
  if (model.search === null) throw queryError(path, `nothing (${model.name} declares no search fields)`, "a search");
  context.countNode();
  const { maxSearchLength, maxSearchTerms } = context.limits;
  const terms = context.addParam({ from: "search", path, maxSearchLength, maxSearchTerms }, termsType);
  return createSearch(
    model.search.parts.map(({ field }) => createColumn(field)),
    terms,
  );
}

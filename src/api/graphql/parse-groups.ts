/** Parses a root field of groups, and puts their page together. */
import { FootingError } from "../../errors/footing-error.ts";
import type { AggregateQuery, GroupOutputQuery } from "../../plan/query.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { collectSubfields, type MergedField } from "./collect-fields.ts";
import { nameModel } from "./graphql-names.ts";
import type { ListField, ParseContext } from "./parse-context.ts";
import { parseGroup } from "./parse-group.ts";
import { parseListArguments } from "./parse-list-arguments.ts";
import { createPart, fixPart } from "./query-part.ts";
import type { RunRootField } from "./run-root-field.ts";

/** The page of groups for one request: its JSON of the groups, whether more follow, and whether some were skipped. */
interface GroupsPage {
  readonly nodes: string;
  readonly hasMore: boolean;
  readonly isBehind: boolean;
}

/** Parses a field of groups. Running it throws FootingError, and GraphQLError for an argument. */
export function parseGroups(context: ParseContext, { model, field, definition }: ListField): RunRootField {
  const parts = [...collectSubfields(context, field)];
  const nodes = parts.filter(([, inner]) => inner.node.name.value === "nodes").map(([, inner]) => inner);
  // A failure of this field, with its place, and not of the whole request.
  if (nodes.length > 1) return () => Promise.reject(repeatedNodes(field.node.name.value));
  const [first] = nodes;
  const output =
    first === undefined
      ? fixPart(onlyCount)
      : parseGroup(context, model, { field: first, typename: nameModel(model).group });
  const rows = parseListArguments({ node: field.node, definition, rows: context.schema.rows });
  const query = createPart(
    output.isFixed && rows.isFixed,
    (variables): AggregateQuery => ({
      model: model.name,
      ...rows.make(variables),
      output: output.make(variables),
    }),
  );
  return async ({ executor, variables, actor, abort }) => {
    const asked = query.make(variables);
    const { json, hasMore } = await executor.aggregate(asked, actor, abort);
    const page = { nodes: json.toString(), hasMore, isBehind: (asked.offset ?? 0) > 0 };
    return renderFields(parts, (inner) => renderPart(context, { model, page, field: inner }));
  };
}

const onlyCount: GroupOutputQuery = Object.freeze({ count: Object.freeze({ measure: "count" }) });

function repeatedNodes(name: string): FootingError {
  return new FootingError("FTG_QUERY", {
    detail: `${name}: expected \`nodes\` once, because what is selected of it is what rows are grouped by; got it several times.`,
    fix: `Select ${name} several times, under different names.`,
  });
}

function renderPart(
  context: ParseContext,
  { model, page, field }: { readonly model: ModelSchema; readonly page: GroupsPage; readonly field: MergedField },
): string {
  switch (field.node.name.value) {
    case "nodes":
      return page.nodes;
    case "pageInfo":
      return renderFields([...collectSubfields(context, field)], ({ node }) =>
        JSON.stringify(findFact(page, node.name.value)),
      );
    default:
      return JSON.stringify(`${nameModel(model).group}Connection`);
  }
}

function findFact({ hasMore, isBehind }: GroupsPage, name: string): string | boolean | null {
  if (name === "hasNextPage") return hasMore;
  if (name === "hasPreviousPage") return isBehind;
  return name === "__typename" ? "PageInfo" : null;
}

function renderFields(
  fields: readonly (readonly [as: string, field: MergedField])[],
  render: (field: MergedField) => string,
): string {
  return `{${fields.map(([as, field]) => `${JSON.stringify(as)}:${render(field)}`).join(",")}}`;
}

/**
 * The shape of a query as text: its structure and names without its values. Queries of one shape share one
 * plan and one statement, so everything that decides a plan must be in the key, and no value may be.
 */
import { FootingError } from "../errors/footing-error.ts";
import { isPlainObject } from "../passes/resolve-where.ts";
import type { EdgeQuery, PageQuery, SelectEntry, SelectQuery } from "../plan/query.ts";

/** Levels of objects and lists one query may have. */
const maxDepth = 24;

/** The shape of a rows query, relation query or any part with its keys: names and structure, no values. */
export function renderShape(query: object, depth = 0): string {
  refuseDepth(depth);
  let text = "";
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) text += `${renderName(name)}${renderPart(name, value, depth + 1)};`;
  }
  return text;
}

/**
 * The shape of a filter. Null, undefined and booleans decide the plan, so they are part of it; other values
 * are `?`, a list of them `L` (`M` with a null in it).
 */
export function renderFilterShape(value: unknown, depth = 0): string {
  refuseDepth(depth);
  if (value === null) return "N";
  if (value === undefined) return "U";
  if (typeof value === "boolean") return value ? "T" : "F";
  if (Array.isArray(value)) return renderListShape(value, depth);
  if (!isPlainObject(value)) return "?";
  let text = "{";
  for (const name of Object.keys(value)) text += renderName(name) + renderFilterShape(value[name], depth + 1);
  return `${text}}`;
}

function renderListShape(list: readonly unknown[], depth: number): string {
  if (list.some(isPlainObject)) return `[${list.map((item) => renderFilterShape(item, depth + 1)).join("")}]`;
  return list.some((item) => item === null || item === undefined) ? "M" : "L";
}

function renderPart(name: string, value: unknown, depth: number): string {
  switch (name) {
    case "where":
    case "key":
      return renderFilterShape(value, depth);
    case "select":
      return isPlainObject(value) ? renderSelectShape(value, depth) : "?";
    case "page":
      return isPlainObject(value) ? renderPageShape(value, depth) : "?";
    case "limit":
    case "offset":
    case "after":
    case "before":
      return "?";
    default:
      return JSON.stringify(value) ?? "?";
  }
}

function renderSelectShape(select: object, depth: number): string {
  refuseDepth(depth);
  let text = "{";
  for (const [as, entry] of Object.entries<SelectEntry>({ ...select } satisfies SelectQuery))
    text += renderName(as) + renderEntryShape(entry, depth + 1);
  return `${text}}`;
}

function renderEntryShape(entry: unknown, depth: number): string {
  if (entry === true) return "1";
  return isPlainObject(entry) ? `(${renderShape(entry, depth)})` : `!${typeof entry}`;
}

function renderPageShape(page: object, depth: number): string {
  refuseDepth(depth);
  return Object.entries<PageQuery[string]>({ ...page } satisfies PageQuery)
    .map(([as, entry]) => {
      if ("rows" in entry) return `${renderName(as)}R${renderSelectShape(entry.rows, depth + 1)}`;
      if ("edges" in entry) return `${renderName(as)}E${renderEdgesShape(entry.edges, depth + 1)}`;
      return "object" in entry
        ? `${renderName(as)}O{${renderPageShape(entry.object, depth + 1)}}`
        : `${renderName(as)}${JSON.stringify(entry)}`;
    })
    .join("");
}

function renderEdgesShape(edges: EdgeQuery, depth: number): string {
  const parts = Object.entries(edges).map(
    ([as, entry]) =>
      renderName(as) + ("row" in entry ? renderSelectShape(entry.row, depth + 1) : JSON.stringify(entry)),
  );
  return `{${parts.join("")}}`;
}

/** Length first, so that no name can pass for structure. */
function renderName(name: string): string {
  return `${name.length}:${name}`;
}

function refuseDepth(depth: number): void {
  if (depth > maxDepth)
    throw new FootingError("FTG_COST", { detail: `The query is nested more than ${maxDepth} levels deep.` });
}

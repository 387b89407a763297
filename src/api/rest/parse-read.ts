/** Turns the query string of a list, or of one row, into a read of the query language. */
import type { ReadQuery, SelectQuery, WhereQuery } from "../../plan/query.ts";
import type { Door } from "./door.ts";
import { type ParameterValues, parseParameters } from "./parse-parameters.ts";
import { parseSelect, type SelectContext } from "./parse-select.ts";

/** The read that a list's query string asks for. Throws FTG_PARAMETER, FTG_VALUE. */
export function parseList(context: SelectContext, door: Door, text: string): ReadQuery {
  return createListQuery(context, door, parseParameters(door.list, text));
}

/** The read that the values of a list's parameters ask for. */
export function createListQuery(context: SelectContext, door: Door, values: ParameterValues): ReadQuery {
  const select = parseSelect(context, door.view, values);
  const { where, search, sort, limit, offset, after, before, count, deleted } = values;
  const query: { -readonly [K in keyof ReadQuery]: ReadQuery[K] } = { model: door.model.name };
  if (select !== undefined) query.select = select;
  if (where !== undefined) query.where = where;
  if (search !== undefined) query.search = search;
  if (sort !== undefined) query.orderBy = sort;
  if (limit !== undefined) query.limit = limit;
  if (offset !== undefined) query.offset = offset;
  if (after !== undefined) query.after = after;
  if (before !== undefined) query.before = before;
  if (count !== undefined) query.count = count;
  if (deleted !== undefined) query.deleted = deleted;
  return query;
}

/** One row as it was asked for. */
export interface RowRequest {
  readonly key: WhereQuery;
  /** The query string. */
  readonly text: string;
}

/** The read of the row with a key. Throws FTG_PARAMETER. */
export function parseRow(context: SelectContext, door: Door, { key, text }: RowRequest): ReadQuery {
  const values = parseParameters(door.row, text);
  const select: SelectQuery | undefined = parseSelect(context, door.view, values);
  const { deleted } = values;
  return {
    model: door.model.name,
    single: true,
    ...(select !== undefined && { select }),
    where: key,
    ...(deleted !== undefined && { deleted }),
  };
}

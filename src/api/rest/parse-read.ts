/** Turns the query string of a list, or of one row, into a read of the query language. */
import type { ReadQuery, SelectQuery, WhereQuery } from "../../plan/query.ts";
import type { Door } from "./door.ts";
import { parseParameters } from "./parse-parameters.ts";
import { parseSelect, type SelectContext } from "./parse-select.ts";

/** The read that a list's query string asks for. Throws FTG_PARAMETER, FTG_VALUE. */
export function parseList(context: SelectContext, door: Door, text: string): ReadQuery {
  const { where, sort, limit, offset, after, before, ...names } = parseParameters(door.list, text);
  const select = parseSelect(context, door.view, names);
  return {
    model: door.model.name,
    ...(select !== undefined && { select }),
    ...(where !== undefined && { where }),
    ...(sort !== undefined && { orderBy: sort }),
    ...(limit !== undefined && { limit }),
    ...(offset !== undefined && { offset }),
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
  };
}

/** One row as it was asked for. */
export interface RowRequest {
  readonly key: WhereQuery;
  /** The query string. */
  readonly text: string;
}

/** The read of the row with a key. Throws FTG_PARAMETER. */
export function parseRow(context: SelectContext, door: Door, { key, text }: RowRequest): ReadQuery {
  const select: SelectQuery | undefined = parseSelect(context, door.view, parseParameters(door.row, text));
  return { model: door.model.name, single: true, ...(select !== undefined && { select }), where: key };
}

/**
 * The JSON text of rows, pages and nested relations. Text is joined by hand because an output name may be any
 * string, and an object of JavaScript would reorder or swallow some.
 */

import type { CountPlan, ReadPlan } from "../../plan/plan.ts";
import type { EdgeItem, PageInfo, PageItem, RowsNode, SelectItem, SelectNode } from "../../plan/rows-node.ts";
import type { JsonValue, ModelSchema } from "../../schema/schema-model.ts";
import type { CountResult, ReadResult } from "../contract/store.ts";
import { type Context, columnValues, type ModelRows, modelRows, type Row, relatedRows } from "./database.ts";
import { decided, holds, paramValue, readableRelated } from "./evaluator.ts";
import { type ListedRow, type Listing, listRows } from "./list.ts";

/** Runs a read. */
export function readRows(context: Context, plan: ReadPlan): ReadResult {
  const { rows } = plan;
  const listing = listRows(context, rows, modelRows(context, rows.model));
  const json = renderListing(context, rows, listing);
  if (rows.output.kind === "single") return { json, hasMore: false, edge: null };
  const edge = listing.rows.at(rows.seek?.direction === "before" ? 0 : -1);
  return { json, hasMore: listing.hasMore, edge: edge === undefined ? null : JSON.stringify(edge.position) };
}

/** Runs a count. */
export function countRows(context: Context, plan: CountPlan): CountResult {
  const { model, rows } = modelRows(context, plan.model);
  const access = decided(plan.access);
  return {
    count: rows.filter((row) => holds(context, model, access, row) && holds(context, model, plan.where, row)).length,
  };
}

/** The JSON text of one row. */
export function renderRow(context: Context, model: ModelSchema, select: SelectNode, row: Row): string {
  return renderObject(select.items, (item) => renderItem(context, model, item, row));
}

function renderItem(context: Context, model: ModelSchema, item: SelectItem, row: Row): string {
  switch (item.kind) {
    case "constant":
      return JSON.stringify(item.value);
    case "field":
      return JSON.stringify(fieldValue(model, item.field, row));
    case "one": {
      const [found] = readableRelated(context, model, item.relation, item.access, row);
      if (found === undefined || !holds(context, found.model, item.where, found.row)) return "null";
      return renderRow(context, found.model, item.select, found.row);
    }
    case "many":
      return renderRows(context, item.rows, relatedRows(context, model, item.relation, row));
  }
}

/** A scalar's value, or a ref's key: one value, or an object of the target's key fields. */
function fieldValue(model: ModelSchema, name: string, row: Row): JsonValue {
  const field = model.fields[name];
  if (field?.kind === "scalar") return row[field.column] ?? null;
  if (field?.kind !== "ref") throw new Error(`${model.name}.${name} has no value of its own`);
  const key = columnValues(row, field.columns);
  if (key.includes(null)) return null;
  return key.length === 1
    ? (key[0] ?? null)
    : Object.fromEntries(field.columns.map((column, part) => [column.field, key[part] ?? null]));
}

function renderRows(context: Context, node: RowsNode, candidates: ModelRows): string {
  return renderListing(context, node, listRows(context, node, candidates));
}

function renderListing(context: Context, node: RowsNode, listing: Listing): string {
  const { output } = node;
  const render = (select: SelectNode) => (item: ListedRow) => renderRow(context, listing.model, select, item.row);
  switch (output.kind) {
    case "array":
      return `[${listing.rows.map(render(output.select)).join(",")}]`;
    case "single": {
      const [first] = listing.rows;
      return first === undefined ? "null" : render(output.select)(first);
    }
    case "page":
      return renderPage({ context, node, listing }, output.items);
  }
}

interface Page {
  readonly context: Context;
  readonly node: RowsNode;
  readonly listing: Listing;
}

function renderPage(page: Page, items: readonly PageItem[]): string {
  return renderObject(items, (item) => renderPageItem(page, item));
}

function renderPageItem(page: Page, item: PageItem): string {
  const { rows, model } = page.listing;
  switch (item.kind) {
    case "constant":
      return JSON.stringify(item.value);
    case "rows":
      return `[${rows.map((listed) => renderRow(page.context, model, item.select, listed.row)).join(",")}]`;
    case "edges":
      return `[${rows.map((listed) => renderObject(item.items, (part) => renderEdgeItem(page, part, listed))).join(",")}]`;
    case "info":
      return JSON.stringify(pageFact(page, item.info));
    case "object":
      return renderPage(page, item.items);
  }
}

function renderEdgeItem(page: Page, item: EdgeItem, listed: ListedRow): string {
  switch (item.kind) {
    case "constant":
      return JSON.stringify(item.value);
    case "cursor":
      return JSON.stringify(cursorOf(page, listed));
    case "row":
      return renderRow(page.context, page.listing.model, item.select, listed.row);
  }
}

function pageFact(page: Page, info: PageInfo["info"]): boolean | string | null {
  const { seek, offset } = page.node;
  const skipped = offset !== null && Number(paramValue(page.context, offset.index)) > 0;
  const behind = seek !== null || skipped;
  switch (info) {
    case "hasNext":
      return seek?.direction === "before" ? behind : page.listing.hasMore;
    case "hasPrevious":
      return seek?.direction === "before" ? page.listing.hasMore : behind;
    case "startCursor":
      return cursorOf(page, page.listing.rows[0]);
    case "endCursor":
      return cursorOf(page, page.listing.rows.at(-1));
  }
}

function cursorOf(page: Page, listed: ListedRow | undefined): string | null {
  if (listed === undefined) return null;
  const tag = page.node.cursorTag === null ? null : paramValue(page.context, page.node.cursorTag.index);
  return Buffer.from(JSON.stringify([tag, ...listed.position])).toString("base64url");
}

function renderObject<Item extends SelectItem | PageItem | EdgeItem>(
  items: readonly Item[],
  render: (item: Item) => string,
): string {
  return `{${items.map((item) => `${JSON.stringify(item.as)}:${render(item)}`).join(",")}}`;
}

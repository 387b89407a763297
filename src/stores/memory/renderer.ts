/**
 * The JSON text of rows, pages and nested relations. Text is joined by hand because an output name may be any
 * string, and an object of JavaScript would reorder or swallow some.
 */

import { createColumn } from "../../plan/column-node.ts";
import type { CountPlan, ReadPlan } from "../../plan/plan.ts";
import type { EdgeItem, PageInfo, PageItem, RowsNode, SelectItem, SelectNode } from "../../plan/rows-node.ts";
import { isValueField, type JsonValue, type ModelSchema } from "../../schema/schema-model.ts";
import { LINE_END } from "../contract/line-end.ts";
import type { CountResult, ReadResult } from "../contract/store.ts";
import { renderAllRows } from "./aggregator.ts";
import { type Context, columnValues, enterModel, modelRows, type Row, relatedRows, type Scope } from "./database.ts";
import { columnValue, decided, holds, paramValue, readableRelated, shows } from "./evaluator.ts";
import { type ListedRow, type Listing, listRows } from "./list.ts";

/** Runs a read. */
export function readRows(context: Context, { rows: node, counted }: ReadPlan): ReadResult {
  const scope = enterModel(context, node.model);
  const listing = listRows({ scope, rows: modelRows(scope) }, node);
  if (node.output.kind !== "array") return { json: renderListing(listing, node), hasMore: false, edge: null, rows: 0 };
  const json = renderArray(listing, node.output.select, LINE_END);
  const edge = listing.rows.at(node.seek?.direction === "before" ? 0 : -1);
  return {
    json,
    hasMore: listing.hasMore,
    edge: edge === undefined ? null : JSON.stringify(edge.position),
    rows: listing.rows.length,
    ...(counted === true && { total: listing.total }),
  };
}

/** Runs a count. */
export function countRows(context: Context, plan: CountPlan): CountResult {
  const scope = enterModel(context, plan.model);
  const access = decided(plan.access);
  const rows = modelRows(scope).filter((row) => holds(scope, access, row) && holds(scope, plan.where, row));
  return { count: rows.length, isExact: true };
}

/** The JSON text of one row. */
export function renderRow(scope: Scope, select: SelectNode, row: Row): string {
  return renderObject(select.items, (item) => renderItem(scope, item, row));
}

function renderItem(scope: Scope, item: SelectItem, row: Row): string {
  switch (item.kind) {
    case "constant":
      return JSON.stringify(item.value);
    case "field":
      return JSON.stringify(shows(scope, item, row) ? fieldValue(scope.model, item.field, row) : null);
    case "one": {
      const [found] = readableRelated(scope, item, row);
      if (found === undefined || !holds(found.scope, item.where, found.row)) return "null";
      return renderRow(found.scope, item.select, found.row);
    }
    case "aggregate":
      return renderAllRows(relatedRows(scope, item.relation, row), item.groups);
    case "many":
      return renderListing(listRows(relatedRows(scope, item.relation, row), item.rows), item.rows);
  }
}

/** A scalar's value, or a ref's key: one value, or an object of the target's key fields. */
function fieldValue(model: ModelSchema, name: string, row: Row): JsonValue {
  const field = model.fields[name];
  if (isValueField(field)) return columnValue(model, createColumn(name), row);
  if (field?.kind !== "ref") throw new Error(`${model.name}.${name} has no value of its own`);
  const key = columnValues(row, field.columns);
  if (key.includes(null)) return null;
  const [first = null] = key;
  return key.length === 1
    ? first
    : Object.fromEntries(field.columns.map((column, part) => [column.field, key[part] ?? null]));
}

function renderListing(listing: Listing, node: RowsNode): string {
  const { output } = node;
  switch (output.kind) {
    case "array":
      return renderArray(listing, output.select);
    case "single": {
      const [first] = listing.rows;
      return first === undefined ? "null" : renderRow(listing.scope, output.select, first.row);
    }
    case "page":
      return renderPage({ listing, node }, output.items);
  }
}

function renderArray({ scope, rows }: Listing, select: SelectNode, separator = ","): string {
  return `[${rows.map((listed) => renderRow(scope, select, listed.row)).join(separator)}]`;
}

interface Page {
  readonly listing: Listing;
  readonly node: RowsNode;
}

function renderPage(page: Page, items: readonly PageItem[]): string {
  return renderObject(items, (item) => renderPageItem(page, item));
}

function renderPageItem(page: Page, item: PageItem): string {
  switch (item.kind) {
    case "constant":
      return JSON.stringify(item.value);
    case "rows":
      return renderArray(page.listing, item.select);
    case "edges": {
      const edges = page.listing.rows.map((listed) =>
        renderObject(item.items, (part) => renderEdgeItem(page, part, listed)),
      );
      return `[${edges.join(",")}]`;
    }
    case "info":
      return JSON.stringify(pageFact(page, item.info));
    case "total":
      return String(page.listing.total);
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
      return renderRow(page.listing.scope, item.select, listed.row);
  }
}

function pageFact(page: Page, info: PageInfo["info"]): boolean | string | null {
  const { seek, offset } = page.node;
  const skipped = offset !== null && Number(paramValue(page.listing.scope, offset.index)) > 0;
  const behind = (seek !== null && seek.values.length > 0) || skipped;
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

function cursorOf({ listing, node }: Page, listed: ListedRow | undefined): string | null {
  if (listed === undefined) return null;
  const tag = node.cursorTag === null ? null : paramValue(listing.scope, node.cursorTag.index);
  return Buffer.from(JSON.stringify([tag, ...listed.position])).toString("base64url");
}

function renderObject<Item extends SelectItem | PageItem | EdgeItem>(
  items: readonly Item[],
  render: (item: Item) => string,
): string {
  return `{${items.map((item) => `${JSON.stringify(item.as)}:${render(item)}`).join(",")}}`;
}

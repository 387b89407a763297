/**
 * Compiles what leaves: rows, selections and pages as JSON, whatever the nesting, in one statement. A list
 * holds selections and a selection holds lists, so they stand in one file. It runs nothing.
 */
import { FootingError } from "../../errors/footing-error.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createMaskedColumn } from "../../plan/masked-column.ts";
import type { ReadPlan } from "../../plan/plan.ts";
import type {
  EdgeItem,
  FieldItem,
  ManyItem,
  OneItem,
  OutputNode,
  PageInfo,
  PageItem,
  PageTotal,
  RowsNode,
  SelectItem,
  SelectNode,
} from "../../plan/rows-node.ts";
import { isValueField, type ScalarType } from "../../schema/schema-model.ts";
import { LINE_END } from "../contract/line-end.ts";
import type { Compilation } from "./compilation.ts";
import { compileAllRows } from "./compile-aggregate.ts";
import { compileColumn, maskJson } from "./compile-column.ts";
import { reverseTerms, writeOrder } from "./compile-order.ts";
import { compileConditions, decided, joinWhere } from "./compile-predicate.ts";
import { DirectList, requireGaps } from "./direct-list.ts";
import { listParts } from "./join-rows.ts";
import { KEY_END, type ListCut } from "./read-list.ts";
import { isBackwards, RowList } from "./row-list.ts";
import { listColumns, type RelatedRows, type RowScope, relateRows, writeJoins } from "./row-scope.ts";

/** To-one relations that one row is joined to: a server orders no more tables well, and some refuse more than 61. */
const MAX_JOINS = 7;

const countType: ScalarType = Object.freeze({ kind: "int", list: false });

/** A compiled read: its text, and how its answer is made of what comes back. */
export interface CompiledRows {
  readonly text: string;
  /** Of a list that comes as one row: how it is cut to the limit. */
  readonly cut: ListCut | null;
  /** Of a list or page whose rows come one by one: the node that `joinRows` follows. */
  readonly joined: RowsNode | null;
  /** Columns that stand before the answer in each of these rows. */
  readonly named: number;
}

/**
 * The statement of a read. Of one object or a page: a row of its JSON, if any. Of a list: one row of what
 * `readList` takes. A list reads one row more than its limit and shows it; who reads the answer cuts it off, which is
 * several times cheaper than reading the rows into a table of their own first.
 */
export function compileRead(c: Compilation, { rows: node, counted }: ReadPlan): CompiledRows {
  const { output } = node;
  const isCounted = counted === true;
  if (output.kind === "single") return { text: compileSingle(c, node, null), cut: null, joined: null, named: 0 };
  if (c.dialect.gaps !== undefined && !isCounted && !countsAll(output))
    return { ...compileJoined(c, node), cut: null, joined: node };
  if (output.kind === "array") {
    const compile = c.dialect.gaps === undefined ? compileList : compileCounted;
    const text = compile(c, { node, select: output.select, isCounted });
    return { text, cut: { limit: node.limit?.index ?? 0, backwards: isBackwards(node) }, joined: null, named: 0 };
  }
  const page = openPage(c, node, { related: null, items: output.items });
  const json = c.dialect.answer(writePage(page, output.items));
  return { text: `${defineRows(page)}SELECT ${json}`, cut: null, joined: null, named: 0 };
}

/** The number of all rows stands in no row, so a page with it cannot be made of rows alone. */
function countsAll(output: OutputNode): boolean {
  const counts = (item: PageItem): boolean =>
    (item.kind === "total" && item.estimate === undefined) || (item.kind === "object" && item.items.some(counts));
  return output.kind === "page" && output.items.some(counts);
}

/** A list that leaves as an array. */
interface ArraySource {
  readonly node: RowsNode;
  readonly select: SelectNode;
  readonly isCounted: boolean;
}

function compileList(c: Compilation, { node, select, isCounted }: ArraySource): string {
  const list = new RowList(c, node, null);
  const row = list.openRow();
  const json = compileSelect(c, select, row);
  const order = list.orderOf("read", row);
  const rows = c.dialect.jsonArray(c.dialect.joinRows(json, LINE_END, order));
  const keys = c.dialect.joinRows(c.dialect.jsonItems(listKeys(c, list)), KEY_END, order);
  const from = `(${list.query(`${limitOf(c, node)} + 1`)}) AS ${list.alias}${writeJoins(row.joins)}`;
  return `SELECT ${c.dialect.answer(rows)}, count(*), ${keys}${isCounted ? `, ${list.total}` : ""} FROM ${from}`;
}

/** A counted list on an engine with gaps, whose other lists come row by row: then no row would be no number. */
function compileCounted(c: Compilation, { node, select }: ArraySource): string {
  const list = new DirectList(c, node, null);
  const row = list.openRow();
  const json = c.dialect.jsonArray(list.joinRead(row, compileSelect(c, select, row), LINE_END));
  const keys = list.joinRead(list.openRow(), c.dialect.jsonItems(listKeys(c, list)), KEY_END);
  return `SELECT ${c.dialect.answer(json)}, ${list.count}, ${c.dialect.answer(keys)}, ${list.total}`;
}

/** The rows of a list or page one by one: the sort keys, then what each part shows of the row. */
function compileJoined(c: Compilation, node: RowsNode): Pick<CompiledRows, "text" | "named"> {
  if (node.limit === null) throw new FootingError("FTG_INTERNAL", { detail: `A list of ${node.model} has no limit.` });
  const limit = c.bind(node.limit, "plusOne");
  // Behind a join, the engine would make the JSON of all rows before it sorts them.
  const isPlain = node.order.every(({ hops }) => hops.length === 0);
  const list = isPlain ? new DirectList(c, node, null) : new RowList(c, node, null);
  const named = list instanceof DirectList ? list.nameKeys() : 0;
  const row = list.openRow();
  const parts = [c.dialect.jsonItems(listKeys(c, list)), ...compileParts({ c, node, list, row })];
  // Without a name a column is called by its whole text, in every answer.
  const columns = parts.map((part, index) => `${part} AS j${index}`).join(", ");
  if (list instanceof DirectList) return { text: list.query(row, columns, limit), named };
  const from = `(${list.query(limit)}) AS ${list.alias}${writeJoins(row.joins)}`;
  return { text: `SELECT ${columns} FROM ${from} ORDER BY ${writeOrder(c, list.keys)}`, named };
}

function compileParts(listed: Listed): readonly string[] {
  const { c, node, row } = listed;
  const { output } = node;
  if (output.kind !== "page") return [c.dialect.answer(compileSelect(c, output.select, row))];
  return listParts(output.items).map((part) =>
    c.dialect.answer(part.kind === "rows" ? compileSelect(c, part.select, row) : writeEdge(listed, part.items)),
  );
}

/** The JSON object of one row. */
export function compileSelect(c: Compilation, select: SelectNode, row: RowScope): string {
  return c.dialect.jsonObject(select.items.map((item) => ({ as: item.as, json: compileItem(c, item, row) })));
}

function compileItem(c: Compilation, item: SelectItem, row: RowScope): string {
  switch (item.kind) {
    case "constant":
      return c.dialect.jsonConstant(JSON.stringify(item.value));
    case "field":
      return compileField(c, item, row);
    case "one":
      return compileOne(c, item, row);
    case "aggregate":
      return compileAllRows(c, item, row);
    case "many":
      return compileMany(c, item, row);
  }
}

function compileField(c: Compilation, { field: name, shown }: FieldItem, row: RowScope): string {
  const field = row.model.fields[name];
  if (!isValueField(field) && field?.kind !== "ref")
    throw new FootingError("FTG_INTERNAL", { detail: `${row.model.name}.${name} has no value of its own.` });
  if (field.kind !== "ref" || field.columns.length === 1) {
    const column = createColumn(name);
    const node = shown === undefined ? column : createMaskedColumn(column, shown);
    const { expression, type, nullable } = compileColumn(c, node, row);
    return c.dialect.toJson(expression, type, nullable);
  }
  const parts = field.columns.map((part) => ({
    as: part.field,
    json: c.dialect.toJson(row.column(part.column), part.type, false),
  }));
  const key = maskJson(c, c.dialect.jsonObject(parts), { shown, scope: row });
  return field.optional ? writeUnlessNull(c, listColumns(row, field.columns), key) : key;
}

function writeUnlessNull(c: Compilation, columns: readonly string[], json: string): string {
  const isNull = columns.map((column) => `${column} IS NULL`).join(" OR ");
  return `CASE WHEN ${isNull} THEN ${c.dialect.jsonConstant("null")} ELSE ${json} END`;
}

/** The row joined beside the one it belongs to, where there is a place left; several times faster than a query for each. */
function compileOne(c: Compilation, item: OneItem, row: RowScope): string {
  const { far, from, alias, conditions } = relateRows(c, row, item.relation);
  const shown = item.shown === undefined ? [] : compileConditions(c, [item.shown], row);
  const all = [...conditions, ...shown, ...compileConditions(c, [decided(item.access), item.where], far)];
  if (row.joins.length < MAX_JOINS) {
    row.joins.push(c.dialect.joinOne(from, { alias, condition: all.join(" AND ") }));
    const json = compileSelect(c, item.select, { ...far, joins: row.joins });
    return writeUnlessNull(c, listColumns(far, far.model.key.slice(0, 1)), json);
  }
  const json = compileSelect(c, item.select, far);
  return c.dialect.jsonOrNull(`(SELECT ${json} FROM ${from}${writeJoins(far.joins)}${joinWhere(all)})`);
}

function compileMany(c: Compilation, item: ManyItem, row: RowScope): string {
  const related = relateRows(c, row, item.relation);
  const { output } = item.rows;
  switch (output.kind) {
    case "single":
      return c.dialect.jsonOrNull(`(${compileSingle(c, item.rows, related)})`);
    case "array":
      return writeRows(openPlain(c, item.rows, related), output.select);
    case "page": {
      const page = openPage(c, item.rows, { related, items: output.items });
      const json = writePage(page, output.items);
      return `(${defineRows(page)}SELECT ${json})`;
    }
  }
}

/** The first row as an object; no row when there is none. */
function compileSingle(c: Compilation, node: RowsNode, related: RelatedRows | null): string {
  const select = node.output.kind === "single" ? node.output.select : { kind: "select" as const, items: [] };
  if (c.dialect.gaps !== undefined) {
    const list = new DirectList(c, node, related);
    const row = list.openRow();
    return list.query(row, `${compileSelect(c, select, row)} AS j0`, "1");
  }
  const list = new RowList(c, node, related);
  const row = list.openRow();
  const json = compileSelect(c, select, row);
  return `SELECT ${json} FROM (${list.query("1")}) AS ${list.alias}${writeJoins(row.joins)}`;
}

/** A list and what it is compiled from. */
interface ListSource {
  readonly c: Compilation;
  readonly node: RowsNode;
  readonly list: RowList | DirectList;
}

/** A row of a list that is shown. */
interface Listed extends ListSource {
  readonly row: RowScope;
}

/** A list whose rows leave inside a larger JSON value, cut to the limit. */
interface Page extends ListSource {
  /**
   * The name under which the rows, one more than the limit, are read once and shown in several parts. Null: they are
   * shown once and nobody asks whether more follow, so that no row is read beyond the limit.
   */
  readonly rows: string | null;
  /** Whether the rows belong to an outer row. */
  readonly isNested: boolean;
  /** The query of how many were read. */
  readonly count: string;
}

function openPage(
  c: Compilation,
  node: RowsNode,
  { related, items }: { readonly related: RelatedRows | null; readonly items: readonly PageItem[] },
): Page {
  if (countParts(items) < 2 || c.dialect.gaps !== undefined) return openPlain(c, node, related);
  const rows = c.alias("p");
  return {
    c,
    node,
    list: new RowList(c, node, related),
    rows,
    isNested: related !== null,
    count: `(SELECT count(*) FROM ${rows})`,
  };
}

function openPlain(c: Compilation, node: RowsNode, related: RelatedRows | null): Page {
  if (c.dialect.gaps !== undefined) {
    const list = new DirectList(c, node, related);
    return { c, node, list, rows: null, isNested: true, count: list.count };
  }
  return { c, node, list: new RowList(c, node, related), rows: null, isNested: related !== null, count: "" };
}

/** How many parts of a page look at its rows. */
function countParts(items: readonly PageItem[]): number {
  return items.reduce((sum, item) => {
    if (item.kind === "object") return sum + countParts(item.items);
    if (item.kind === "constant" || (item.kind === "total" && item.estimate === undefined)) return sum;
    // A page fact alone needs rows that are read, but never shown.
    return sum + (item.kind === "info" || item.kind === "total" ? 2 : 1);
  }, 0);
}

/** Materialized, so that several readers do not each run it. Stands last: what the others ask for is carried. */
function defineRows(page: Page): string {
  if (page.rows === null || page.list instanceof DirectList) return "";
  return `WITH ${page.rows} AS MATERIALIZED (${page.list.query(`${limitOf(page.c, page.node)} + 1`)}) `;
}

/**
 * The place of the limit. Never alone behind LIMIT: a bare parameter there makes one engine plan the statement
 * anew for every value.
 */
function limitOf(c: Compilation, node: RowsNode): string {
  if (node.limit === null) throw new FootingError("FTG_INTERNAL", { detail: `A list of ${node.model} has no limit.` });
  return c.bind(node.limit);
}

function writeRows(page: Page, select: SelectNode): string {
  return writeEach(page, ({ c, row }) => compileSelect(c, select, row));
}

/** A JSON array of what `write` makes of each row of the page. */
function writeEach(page: Page, write: (listed: Listed) => string): string {
  const { c, list } = page;
  const row = list.openRow();
  const item = write({ ...page, row });
  if (list instanceof DirectList) return c.dialect.jsonArray(list.join(row, item, ","));
  const items = c.dialect.joinRows(item, ",", list.orderOf("list", row));
  const from = `(${takeRows(page, list)}) AS ${list.alias}${writeJoins(row.joins)}`;
  return `(SELECT ${c.dialect.jsonArray(items)} FROM ${from})`;
}

function writePage(page: Page, items: readonly PageItem[]): string {
  return page.c.dialect.jsonObject(items.map((item) => ({ as: item.as, json: writePageItem(page, item) })));
}

function writePageItem(page: Page, item: PageItem): string {
  switch (item.kind) {
    case "constant":
      return page.c.dialect.jsonConstant(JSON.stringify(item.value));
    case "rows":
      return writeRows(page, item.select);
    case "edges":
      return writeEach(page, (listed) => writeEdge(listed, item.items));
    case "info":
      return writeInfo(page, item.info);
    case "total":
      return writeTotal(page, item);
    case "object":
      return writePage(page, item.items);
  }
}

function writeEdge(page: Listed, items: readonly EdgeItem[]): string {
  return page.c.dialect.jsonObject(items.map((item) => ({ as: item.as, json: writeEdgeItem(page, item) })));
}

function writeEdgeItem(page: Listed, item: EdgeItem): string {
  switch (item.kind) {
    case "constant":
      return page.c.dialect.jsonConstant(JSON.stringify(item.value));
    case "row":
      return compileSelect(page.c, item.select, page.row);
    case "cursor":
      return writeCursor(page);
  }
}

function writeTotal(page: Page, { estimate }: PageTotal): string {
  const { c, node, list, count } = page;
  if (estimate === undefined) return c.dialect.toJson(list.total, countType, false);
  // The rows that were read prove that there are as many, and those that were skipped.
  const skipped = node.offset === null ? "0" : c.bind(node.offset);
  const proven = `CASE WHEN ${count} > 0 THEN ${count} + ${skipped} ELSE 0 END`;
  const known = c.bind(estimate);
  return c.dialect.toJson(`(CASE WHEN ${known} > ${proven} THEN ${known} ELSE ${proven} END)`, countType, false);
}

function writeInfo(page: Page, info: PageInfo["info"]): string {
  const { c, node } = page;
  const isBefore = isBackwards(node);
  switch (info) {
    case "hasNext":
    case "hasPrevious":
      return isBefore === (info === "hasPrevious")
        ? c.dialect.jsonBoolean(`${page.count} > ${limitOf(c, node)}`)
        : writeBehind(page);
    case "startCursor":
      return c.dialect.jsonOrNull(readCursorAt(page, isBefore ? "far" : "near"));
    case "endCursor":
      return c.dialect.jsonOrNull(readCursorAt(page, isBefore ? "near" : "far"));
  }
}

/** Whether rows lie behind the start of reading: they do when a cursor or an offset skipped them. */
function writeBehind({ c, node }: Page): string {
  if (node.seek !== null && node.seek.values.length > 0) return c.dialect.jsonConstant("true");
  return node.offset === null ? c.dialect.jsonConstant("false") : c.dialect.jsonBoolean(`${c.bind(node.offset)} > 0`);
}

/** The cursor of the first (`near`) or last (`far`) row of the page in the direction of reading; null for no row. */
function readCursorAt(page: Page, end: "near" | "far"): string {
  const { c, node, list } = page;
  if (list instanceof DirectList) {
    const isStart = isBackwards(node) === (end === "far");
    const lists = list.join(list.openRow(), writeCursorList(page), KEY_END);
    return c.dialect.jsonCursor(requireGaps(c).partOf(lists, KEY_END, isStart ? "start" : "end"));
  }
  const place = end === "near" ? " LIMIT 1" : findFar(page);
  return `(SELECT ${writeCursor(page)} FROM (${takeRows(page, list)}) AS ${list.alias}${place})`;
}

/** Counting to the far row is cheaper than sorting, but an OFFSET cannot look into the rows of an outer row. */
function findFar({ c, node, list, count, isNested }: Page): string {
  if (isNested) return ` ORDER BY ${writeOrder(c, reverseTerms(list.keys))} LIMIT 1`;
  return ` LIMIT 1 OFFSET ${c.dialect.smaller(count, limitOf(c, node))} - 1`;
}

/** The rows of the page without the one read to know whether more follow. Stands last, as {@link defineRows}. */
function takeRows({ c, node, rows }: Page, list: RowList): string {
  if (rows === null) return list.query(`${limitOf(c, node)} + 0`);
  return `SELECT * FROM ${rows} LIMIT ${limitOf(c, node)} + 0`;
}

function writeCursor(page: ListSource): string {
  return page.c.dialect.jsonCursor(writeCursorList(page));
}

/** The JSON list that a cursor is made of. */
function writeCursorList({ c, node, list }: ListSource): string {
  const tag =
    node.cursorTag === null
      ? c.dialect.jsonConstant("null")
      : c.dialect.toJson(c.bind(node.cursorTag), { kind: "text", list: false }, false);
  return c.dialect.jsonArray(c.dialect.jsonItems([tag, ...listKeys(c, list)]));
}

function listKeys(c: Compilation, list: RowList | DirectList): readonly string[] {
  return list.keys.map((key) => c.dialect.toJson(key.expression, key.type, key.nullable));
}

/**
 * Writes rows as CSV (RFC 4180): lines end with CR LF, null is an empty cell and an empty text `""`. A text that
 * spreadsheets would run as a formula gets an apostrophe before it; numbers of numeric fields are numbers and stay.
 */
import type { SelectQuery } from "../../../plan/query.ts";
import { isValueField, type ScalarType } from "../../../schema/schema-model.ts";
import { LINE_END } from "../../../stores/contract/line-end.ts";
import type { View, Views } from "../door.ts";
import { JsonCursor } from "./json-cursor.ts";

/** One column, or those of an object inside the row. */
export interface CsvColumn {
  /** The member of the row. */
  readonly name: string;
  /** How its values are written; a plain one is no text. */
  readonly form: "plain" | "text" | "json" | readonly CsvColumn[];
}

const LINE = "\r\n";
const plainKinds: readonly string[] = ["int", "bigint", "float", "decimal", "bool"];
/** What spreadsheets take for the start of a formula, in the width of East Asian keyboards as well. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;
/** What ends a cell in RFC 4180 and in programs that separate by other characters. */
const special = /[",;\t\r\n]/;

/** The columns of the rows that a selection shows, in the order of their members. */
export function listColumns(views: Views, view: View, select: SelectQuery | undefined): readonly CsvColumn[] {
  return Object.entries(select ?? everyField(view)).flatMap(([name, entry]): readonly CsvColumn[] => {
    const related = entry === true ? undefined : views.get(view.relations.get(name)?.model ?? "");
    if (related === undefined) return listFieldColumns(view, name);
    const inside = entry !== true && "select" in entry ? entry.select : undefined;
    return [{ name, form: listColumns(views, related, inside) }];
  });
}

/** The names of the columns as the first line; inside an object with a dot. */
export function renderHead(columns: readonly CsvColumn[]): string {
  return listNames(columns).join(",") + LINE;
}

/** The rows of a JSON array as lines. */
export function renderRows(columns: readonly CsvColumn[], page: string | Buffer): string {
  const cursor = new JsonCursor(page.toString());
  if (cursor.skip("[]")) return "";
  cursor.take("[");
  let lines = "";
  do lines += renderObject(columns, cursor) + LINE;
  while (cursor.skip(LINE_END));
  cursor.take("]");
  return lines;
}

function everyField({ fields }: View): SelectQuery {
  return Object.fromEntries(fields.map((name) => [name, true]));
}

/** A reference to a key of several fields is an object of them. */
function listFieldColumns({ model }: View, name: string): readonly CsvColumn[] {
  const field = model.fields[name];
  if (isValueField(field)) return [{ name, form: formOf(field.type) }];
  if (field?.kind !== "ref") return [];
  const parts = field.columns.map((column): CsvColumn => ({ name: column.field, form: formOf(column.type) }));
  const [only, ...others] = parts;
  return [{ name, form: only === undefined || others.length > 0 ? parts : only.form }];
}

function formOf({ kind, list }: ScalarType): "plain" | "text" | "json" {
  if (list || kind === "json") return "json";
  return plainKinds.includes(kind) ? "plain" : "text";
}

function listNames(columns: readonly CsvColumn[]): readonly string[] {
  return columns.flatMap(({ name, form }) =>
    typeof form === "string" ? [name] : listNames(form).map((inside) => `${name}.${inside}`),
  );
}

/** An object shows its members in the order of its columns. */
function renderObject(columns: readonly CsvColumn[], cursor: JsonCursor): string {
  let cells = "";
  let lead = "{";
  for (const { name, form } of columns) {
    cursor.take(`${lead}"${name}":`);
    if (lead === ",") cells += ",";
    cells += renderValue(form, cursor);
    lead = ",";
  }
  cursor.take("}");
  return cells;
}

function renderValue(form: CsvColumn["form"], cursor: JsonCursor): string {
  if (cursor.skip("null")) return typeof form === "string" ? "" : ",".repeat(listNames(form).length - 1);
  if (typeof form !== "string") return renderObject(form, cursor);
  if (form === "json") return renderText(cursor.readJson());
  return form === "plain" ? cursor.readScalar() : renderText(cursor.readScalar());
}

function renderText(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return safe === "" || special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

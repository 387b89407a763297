/**
 * How PostgreSQL writes what the shared SQL compiler leaves open. JSON is text joined by `concat`: no spaces, no
 * rounding, and as fast as the server's own row_to_json. It never sees a value.
 */
import type { JsonReading } from "../../plan/json-place-node.ts";
import type { ParamType } from "../../plan/param-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { type Concatenation, writeConcat, writeConcatObject } from "../sql/concat-json.ts";
import type { Dialect, JsonStep } from "../sql/dialect.ts";
import type { Binding, BindingForm, RowColumn } from "../sql/sql-text.ts";
import { writeCalculation } from "../sql/write-calculation.ts";
import { aggregates } from "./aggregates.ts";
import { columnType, createEncoder, paramType, quoteText } from "./codec.ts";
import { estimate } from "./estimate.ts";
import { expressions } from "./expressions.ts";
import { FLOAT_FUNCTION, FOLD_FUNCTION } from "./functions.ts";
import { search } from "./search.ts";

/** A function of PostgreSQL takes so many arguments. */
const texts: Concatenation = Object.freeze({ quoteText, maxArguments: 100 });

/** The last code point there is, in SQL. */
const LAST_CHARACTER = "chr(1114111)";

/** PostgreSQL's part of the SQL compiler. */
export const dialect: Dialect = Object.freeze<Dialect>({
  quoteName: (name) => `"${name.replaceAll('"', '""')}"`,
  literal: (binding, value) => {
    const text = createEncoder(binding)(value);
    return text === null ? "NULL" : `${quoteText(text)}::${bindingType(binding)}`;
  },
  placeholder: (position, binding) => `$${position + 1}::${bindingType(binding)}`,
  columnType,

  toJson: writeJson,
  jsonConstant: quoteText,
  jsonObject: (entries) => writeConcatObject(entries, texts),
  jsonItems: (items) =>
    writeConcat(
      items.flatMap((item, index) => (index === 0 ? [item] : ["','", item])),
      texts,
    ),
  jsonArray: (items) => `concat('[', ${items}, ']')`,
  joinRows: (item, separator, order) =>
    `string_agg(${item}, ${writeSeparator(separator)}${order === "" ? "" : ` ORDER BY ${order}`})`,
  joinsKeepOrder: false,
  // A join of its own would read a table of some thousand rows whole rather than look up twenty of them.
  joinOne: (from, { alias, condition }) =>
    `LEFT JOIN LATERAL (SELECT * FROM ${from} WHERE ${condition} OFFSET 0) AS ${alias} ON true`,
  guessesLimit: true,
  sortsByName: false,
  jsonOrNull: (json) => `coalesce(${json}, 'null')`,
  jsonBoolean: (condition) => `CASE WHEN ${condition} THEN 'true' ELSE 'false' END`,
  // base64url is base64 with two other characters, and without line breaks or padding.
  jsonCursor: (list) => `concat('"', translate(encode(convert_to(${list}, 'UTF8'), 'base64'), E'+/=\\n', '-_'), '"')`,
  answer: (json) => json,

  estimate,
  sortable: (expression) => expression,
  contains: (text, part) => `strpos(${text}, ${part}) > 0`,
  // The range lets an index answer; a text that goes on with 64 of the last code points is beyond its end.
  startsWith: (text, part) => `(${text} >= ${part} AND ${text} < ${part} || repeat(${LAST_CHARACTER}, 64))`,
  endsWith: (text, part) => `right(${text}, length(${part})) = ${part}`,
  fold: (text) => `${FOLD_FUNCTION}(${text})`,
  jsonPlace: writePlace,
  listLength: (list) => `json_array_length(${list})`,
  listItems: (list, alias) => ({ from: `json_array_elements_text(${list}) AS ${alias}(item)`, item: `${alias}.item` }),
  locked: " FOR UPDATE",
  isMember: (expression, list) => `${expression} = ANY (${list})`,
  isSame: (left, right) => `${left} IS NOT DISTINCT FROM ${right}`,
  // To the server null is the largest value.
  orderTerm: (expression, { descending, nullable, nulls }) => {
    const isTurned = nullable && nulls === "smallest";
    if (descending) return isTurned ? `${expression} DESC NULLS LAST` : `${expression} DESC`;
    return isTurned ? `${expression} NULLS FIRST` : expression;
  },
  indexTerm: (expression, nullable) => (nullable ? `${expression} NULLS FIRST` : expression),
  aggregates,
  search,
  expressions,
  rowTable: {
    part: ({ type, form }, place) => `v.c${place}${form === "value" && isText(type) ? ' COLLATE "C"' : ""}`,
    from: (columns, bind) =>
      `unnest(${columns.map((column) => bind([column])).join(", ")}) AS v (${columns.map((_, place) => `c${place}`).join(", ")})`,
  },
  // At least 1: less one it is an OFFSET, and the server refuses one below zero, even of no rows.
  calculate: writeCalculation,
  smaller: (left, right) => `greatest(least(${left}, ${right}), 1)`,
  keyRows: (list, types, alias) => ({
    from: `json_array_elements(${list}) WITH ORDINALITY AS ${alias}(key, place)`,
    position: `${alias}.place - 1`,
    parts: types.map((type, part) => `(${alias}.key ->> ${part})::${paramType(type)}`),
  }),
  returns: ["create", "update"],
  collectKeys: (parts) =>
    `concat('[', string_agg(json_build_array(${parts.map((part) => `${part}::text`).join(", ")})::text, ','), ']')`,
});

/** What the forms of a search are bound as. */
const searchTypes: Readonly<Partial<Record<BindingForm, string>>> = {
  words: "tsvector",
  search: "tsquery",
  phrases: "text[]",
};

function bindingType(binding: Binding): string {
  if (binding.kind === "rows") return `${binding.columns.map(columnCast).join()}[]`;
  if (binding.kind !== "param" || binding.type.kind === "keys") return "json";
  if (binding.form === "oneItem") return "json";
  if (binding.form === "jsonStep") return binding.type.kind === "int" ? "int" : "text";
  const searching = searchTypes[binding.form];
  if (searching !== undefined) return searching;
  if (binding.form === "members") return `${paramType({ ...binding.type, list: false })}[]`;
  return `${paramType(binding.type)}${isText(binding.type) ? ' COLLATE "C"' : ""}`;
}

/** A value inside json of another JSON type than the one that is read is null. */
function writePlace(json: string, path: readonly JsonStep[], reading: JsonReading): string {
  const value = `(${[json, ...path.map(({ place }) => place)].join(" -> ")})`;
  const read = (type: string, as: string) =>
    `(CASE WHEN json_typeof${value} = '${type}' THEN (${value} #>> '{}')${as} END)`;
  switch (reading) {
    case "text":
      return read("string", ' COLLATE "C"');
    case "float":
      return read("number", "::float8");
    case "bool":
      return read("boolean", "::boolean");
    case "value":
      return `nullif(json_typeof${value}, 'null')`;
    case "place":
      return value;
  }
}

/** The type of a value of one of many rows; no array says a collation. */
function columnCast({ type, form }: RowColumn): string {
  return searchTypes[form] ?? paramType(type);
}

function isText(type: ParamType): boolean {
  return (type.kind === "text" || type.kind === "enum") && !type.list;
}

function writeSeparator(text: string): string {
  return text.includes("\n") ? `E${quoteText(text).replaceAll("\n", "\\n")}` : quoteText(text);
}

/** Of whatever type has this text: `concat` makes text of anything, at less cost than a cast. */
function writeJson(expression: string, type: ScalarType, nullable: boolean): string {
  const json = type.list || type.kind === "json" ? expression : writeScalar(expression, type);
  if (!nullable) return json;
  return type.kind === "int" && !type.list ? `coalesce(${json}::text, 'null')` : `coalesce(${json}, 'null')`;
}

/** The JSON of a value that is not null, and null of null. */
function writeScalar(x: string, type: ScalarType): string {
  switch (type.kind) {
    case "int":
      return x;
    case "float":
      return writeFloat(x);
    case "bool":
      return `${x}::text`;
    case "bigint":
    case "decimal":
    case "uuid":
      return `'"' || ${x} || '"'`;
    case "datetime":
      return `to_char(${x} AT TIME ZONE 'UTC', '"\\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\\""')`;
    case "bytes":
      return `'"' || replace(encode(${x}, 'base64'), E'\\n', '') || '"'`;
    default:
      // Escapes exactly what JSON.stringify escapes; a date it writes as ISO whatever the session's style.
      return `to_json(${x})`;
  }
}

/** A float as JSON.stringify prints it; in the range of nearly all of them the server does so by itself. */
function writeFloat(x: string): string {
  return `CASE WHEN abs(${x}) BETWEEN 1e-4 AND 1e14 OR ${x} = 0 THEN ${x}::text ELSE ${FLOAT_FUNCTION}(${x}) END`;
}

/**
 * How SQLite writes what the shared SQL compiler leaves open. JSON is text joined by `concat`, the fastest of
 * the ways measured (decisions/0005). It never sees a value.
 */
import type { ScalarType } from "../../schema/schema-model.ts";
import { type Concatenation, writeConcat, writeConcatObject } from "../sql/concat-json.ts";
import type { Dialect } from "../sql/dialect.ts";
import { writeCalculation } from "../sql/write-calculation.ts";
import { aggregates } from "./aggregates.ts";
import { columnType, createEncoder, FUNCTIONS, writeLiteral } from "./codec.ts";
import { expressions } from "./expressions.ts";
import { search } from "./search.ts";

/** SQLite's `concat` takes so many arguments. */
const texts: Concatenation = Object.freeze({ quoteText, maxArguments: 1000 });

/** SQLite's part of the SQL compiler. */
export const dialect: Dialect = Object.freeze<Dialect>({
  quoteName: (name) => `"${name.replaceAll('"', '""')}"`,
  literal: (binding, value) => {
    const encode = createEncoder(binding);
    // Canonical values without an encoder are text, numbers or null.
    return writeLiteral(encode === null ? (value as string | number | null) : encode(value));
  },
  placeholder: (position) => `?${position + 1}`,
  columnType,

  toJson: writeJson,
  jsonConstant: quoteText,
  jsonObject: (entries) => writeConcatObject(entries, texts),
  jsonItems: (items) =>
    items.length === 1
      ? items.join()
      : writeConcat(
          items.flatMap((item, index) => (index === 0 ? [item] : ["','", item])),
          texts,
        ),
  jsonArray: (items) => `concat('[', ${items}, ']')`,
  joinRows: (item, separator, order) =>
    `group_concat(${item}, ${quoteText(separator)}${order === "" ? "" : ` ORDER BY ${order}`})`,
  joinsKeepOrder: true,
  joinOne: (from, { condition }) => `LEFT JOIN ${from} ON ${condition}`,
  guessesLimit: false,
  sortsByName: true,
  jsonOrNull: (json) => `coalesce(${json}, 'null')`,
  jsonBoolean: (condition) => `iif(${condition}, 'true', 'false')`,
  jsonCursor: (list) => `${FUNCTIONS.cursor}(${list})`,
  answer: (json) => `CAST(${json} AS BLOB)`,

  sortable: (expression, type) => (type.kind === "decimal" ? `${FUNCTIONS.decimalKey}(${expression})` : expression),
  contains: (text, part) => `instr(${text}, ${part}) > 0`,
  // No text of UTF-8 holds the byte FF, so that is the end of the range; an index answers it.
  startsWith: (text, part) => `(${text} >= ${part} AND ${text} < ${part} || CAST(x'FF' AS TEXT))`,
  endsWith: (text, part) => `substr(${text}, length(${text}) - length(${part}) + 1) = ${part}`,
  fold: (text) => `${FUNCTIONS.fold}(${text})`,
  jsonPlace: (json, path, reading) =>
    `${FUNCTIONS.jsonPlace}(${[json, quoteText(reading), ...path.map(({ place }) => place)].join(", ")})`,
  listLength: (list) => `json_array_length(${list})`,
  listItems: (list, alias) => ({ from: `json_each(${list}) AS ${alias}`, item: `${alias}.value` }),
  // There is one writer at a time.
  locked: "",
  isMember: (expression, list) => `${expression} IN (SELECT value FROM json_each(${list}))`,
  isSame: (left, right) => `${left} IS ${right}`,
  orderTerm: (expression, { descending, nullable, nulls }) => {
    const term = descending ? `${expression} DESC` : expression;
    return nullable && nulls === "largest" ? `${term} NULLS ${descending ? "FIRST" : "LAST"}` : term;
  },
  indexTerm: (expression) => expression,
  aggregates,
  search,
  expressions,
  calculate: (operator, of) =>
    of.type.kind === "decimal" ? `${FUNCTIONS.decimalAdd}(${of.left}, ${of.right})` : writeCalculation(operator, of),
  smaller: (left, right) => `min(${left}, ${right})`,
  rowTable: {
    part: (_, place) => `v.value ->> ${place}`,
    from: (columns, bind) => `json_each(${bind(columns)}) AS v`,
  },
  keyRows: (list, types, alias) => ({
    from: `json_each(${list}) AS ${alias}`,
    position: `${alias}.key`,
    parts: types.map((_, part) => `${alias}.value ->> ${part}`),
  }),
  // It could, and is slower for it: 10 µs instead of 7.8 for an insert and its select.
  returns: [],
  collectKeys: (parts) => `json_group_array(json_array(${parts.join(", ")}))`,
});

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A float as JSON.stringify prints it. A text of up to 16 characters has at most 15 digits, so it is the shortest that
 * reads back, and in this range neither side writes an exponent; everything else, null included, takes the function.
 */
function writeFloat(x: string): string {
  const isPlain = `length(${x}) < 17 AND abs(${x}) BETWEEN 0.0001 AND 1e14 AND ${x} <> CAST(${x} AS INTEGER)`;
  return `CASE WHEN ${isPlain} THEN ${x} ELSE ${FUNCTIONS.float}(${x}) END`;
}

function writeJson(expression: string, type: ScalarType, nullable: boolean): string {
  if (type.list || type.kind === "json" || type.kind === "int")
    return nullable ? `coalesce(${expression}, 'null')` : expression;
  switch (type.kind) {
    case "bigint":
      return nullable ? `coalesce('"' || ${expression} || '"', 'null')` : `'"' || ${expression} || '"'`;
    case "float":
      return writeFloat(expression);
    case "bytes":
      return `${FUNCTIONS.base64}(${expression})`;
    case "bool":
      return nullable
        ? `CASE ${expression} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END`
        : `iif(${expression}, 'true', 'false')`;
    default:
      // Escapes exactly what JSON.stringify escapes, and prints null for null.
      return `json_quote(${expression})`;
  }
}

/**
 * How MySQL and MariaDB write what the shared SQL compiler leaves open. JSON is text made by CONCAT: their own JSON
 * functions keep no order and quote what is nested. What differs between the two stands in {@link Flavour} alone.
 */
import type { JsonReading } from "../../plan/json-place-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Dialect, DialectGaps, JsonEntry, JsonStep, KeyRows, SortWay } from "../sql/dialect.ts";
import type { RowTableDialect } from "../sql/row-table-dialect.ts";
import type { SearchDialect } from "../sql/search-dialect.ts";
import type { Binding, RowColumn } from "../sql/sql-text.ts";
import { writeCalculation } from "../sql/write-calculation.ts";
import { aggregates } from "./aggregates.ts";
import { columnType, HYPHEN, isHeldAsText, quoteText, writeLiteral } from "./codec.ts";
import { estimate } from "./estimate.ts";
import { createExpressions } from "./expressions.ts";
import { MARKS } from "./finish-json.ts";
import { mariadbSearch, mysqlSearch } from "./search.ts";

/** What the two engines write differently. */
export interface Flavour {
  /** Compares texts byte by byte, trailing spaces included. */
  readonly collation: string;
  /** Knows upper and lower case of the letters of all scripts. */
  readonly letters: string;
  /** Letters that it loses or leaves in lower and in upper case, each before the one that it should be, with blanks between. */
  readonly lost: Readonly<Record<"lower" | "upper", string>>;
  /** Whether the names of JSON's types come in a collation that nothing of ours compares with. */
  readonly namesTypesApart: boolean;
  /** Asks a list about its items without a table of them. */
  readonly askList: Pick<Dialect, "askList">;
  /** A float as JSON.stringify prints it, or marked. */
  readonly float: (x: string) => string;
  /** Most digits of a decimal behind the point. */
  readonly decimalScale: number;
  /** Whether it must be told to read rows in the order of an index. */
  readonly readsByIndex: boolean;
  /** Whether it locks rows beside a list of values only where their tables are named. */
  readonly locksByName: boolean;
  /** The writes that answer their row. */
  readonly returns: Dialect["returns"];
  /** Finds words. */
  readonly search: SearchDialect;
  /** Finds the keys of the first rows of a list inside a statement. */
  readonly firstRows: DialectGaps["firstRows"];
}

/** MariaDB: JSON_TABLE is the only table that sees outer rows, and GROUP_CONCAT takes a LIMIT. */
export const mariadb: Flavour = Object.freeze<Flavour>({
  collation: "utf8mb4_nopad_bin",
  letters: "utf8mb4_uca1400_as_cs",
  lost: { lower: "", upper: "" },
  namesTypesApart: false,
  askList: {},
  float: writeFloat,
  decimalScale: 38,
  readsByIndex: true,
  locksByName: false,
  returns: ["create"],
  search: mariadbSearch,
  firstRows: (rows) => {
    const { key, source, indexed, order, limit, offset, alias } = rows;
    // Sorting in GROUP_CONCAT takes null for zero.
    const terms = order.flatMap(({ expression, descending, nullable, nulls }) => {
      const isNull = `${expression} IS ${nulls === "smallest" ? "NOT " : ""}NULL`;
      return [...(nullable ? [isNull] : []), expression].map((term) => writeTerm(term, descending));
    });
    const types = key.map(({ type }) => type);
    const item = writeKey(
      key.map(({ expression }) => expression),
      types,
      mariadb.collation,
    );
    const cut = offset === null ? limit : `${limit} OFFSET ${offset}`;
    const all = `(SELECT GROUP_CONCAT(${item} ORDER BY ${terms.join(", ")} SEPARATOR ',' LIMIT ${cut}) ${source})`;
    const keys = indexed === null ? all : `IF(${limit} <= ${MAX_STEPS}, ${writeSteps(rows, item)}, ${all})`;
    // The mark is no JSON, and the server refuses it.
    const list = markCut(`CONCAT('[', COALESCE(${keys}, ''), ']')`);
    return readKeys(list, types, { alias, collation: mariadb.collation });
  },
});

/** Rows that are looked up one by one instead of sorting all. */
const MAX_STEPS = 10;

/** The items of the first rows, one after the other where the index has them: GROUP_CONCAT would read and sort all. */
function writeSteps({ indexed, order, limit }: Parameters<DialectGaps["firstRows"]>[0], item: string): string {
  const terms = order.map(({ expression, descending }) => writeTerm(expression, descending)).join(", ");
  const steps = Array.from({ length: MAX_STEPS }, (_, step) => {
    return `IF(${limit} > ${step}, (SELECT ${item} ${indexed} ORDER BY ${terms} LIMIT 1 OFFSET ${step}), NULL)`;
  });
  return `CONCAT_WS(',', ${steps.join(", ")})`;
}

/** MySQL: any derived table sees outer rows. */
export const mysql: Flavour = Object.freeze<Flavour>({
  collation: "utf8mb4_0900_bin",
  letters: "utf8mb4_0900_as_cs",
  // Those that would take more bytes than before, and a few that are younger than its Unicode.
  lost: { lower: "Ⱥⱥ Ⱦⱦ Ⱟⱟ", upper: "ȿⱾ ɀⱿ ɐⱯ ɑⱭ ɒⱰ ɜꞫ ɡꞬ ɥꞍ ɦꞪ ɪꞮ ɫⱢ ɬꞭ ɱⱮ ɽⱤ ʂꟅ ʇꞱ ʝꞲ ʞꞰ ⱟⰯ" },
  namesTypesApart: true,
  // It groups by nothing that holds a JSON_TABLE of the row.
  askList: {
    askList: (question, list, given) =>
      `COALESCE(${question === "hasAny" ? "JSON_OVERLAPS" : "JSON_CONTAINS"}(${list}, ${given}), FALSE)`,
  },
  // A float as text ends after 22 characters, whatever it lacks then. JSON has it whole.
  float: (x) => {
    const digits = `CONCAT(${quoteMark(MARKS.float)}, CAST(CAST(${x} AS JSON) AS CHAR(40)))`;
    return `IF(ABS(${x}) BETWEEN 1e-3 AND 1e14 OR ${x} = 0, CAST(${x} AS CHAR(40)), ${digits})`;
  },
  decimalScale: 30,
  readsByIndex: false,
  locksByName: true,
  returns: [],
  search: mysqlSearch,
  firstRows: ({ key, source, order, limit, offset, alias }) => {
    const terms = order.map(({ expression, ...way }) => writeOrderTerm(expression, way)).join(", ");
    const parts = key.map(({ expression }, part) => `${expression} AS p${part}`);
    const cut = offset === null ? limit : `${limit} OFFSET ${offset}`;
    const rows = `SELECT ${parts.join(", ")}, ROW_NUMBER() OVER (ORDER BY ${terms}) AS n ${source} ORDER BY n LIMIT ${cut}`;
    return { from: `(${rows}) AS ${alias}`, position: `${alias}.n`, parts: key.map((_, part) => `${alias}.p${part}`) };
  },
});

/** The part of the SQL compiler for an engine; `indexes` are the names of those that the database has. */
export function createDialect(flavour: Flavour, indexes: ReadonlySet<string> = new Set()): Dialect {
  const { collation, returns, search } = flavour;
  return Object.freeze<Dialect>({
    quoteName,
    literal: writeLiteral,
    placeholder: writePlaceholder,
    columnType,

    toJson: (expression, type, nullable) => {
      const json = writeJson(expression, type, flavour);
      return nullable ? `IF(${expression} IS NULL, 'null', ${json})` : json;
    },
    jsonConstant: quoteText,
    jsonObject: writeObject,
    jsonItems: (items) => (items.length === 1 ? items.join() : `CONCAT(${items.join(", ',', ")})`),
    jsonArray: (items) => markCut(`CONCAT('[', ${items}, ']')`),
    joinRows: (item, separator, order) =>
      `COALESCE(GROUP_CONCAT(${item}${order === "" ? "" : ` ORDER BY ${order}`} SEPARATOR ${quoteText(separator)}), '')`,
    joinsKeepOrder: false,
    joinOne: (from, { condition }) => `LEFT JOIN ${from} ON ${condition}`,
    guessesLimit: false,
    sortsByName: true,
    jsonOrNull: (json) => `COALESCE(${json}, 'null')`,
    jsonBoolean: (condition) => `IF(${condition}, 'true', 'false')`,
    jsonCursor: writeCursor,
    answer: (json) => `CAST(${json} AS BINARY)`,

    estimate,
    sortable: (expression) => expression,
    contains: (value, part) => `LOCATE(${part}, ${value}) > 0`,
    startsWith: (value, part) =>
      `${value} LIKE CONCAT(REPLACE(REPLACE(REPLACE(${part}, '|', '||'), '%', '|%'), '_', '|_'), '%') ESCAPE '|'`,
    endsWith: (value, part) => `RIGHT(${value}, CHAR_LENGTH(${part})) = ${part}`,
    fold: (text) => writeFolded(text, flavour),
    jsonPlace: (json, path, reading) => writePlace(json, path, { ...flavour, reading }),
    listLength: (list) => `JSON_LENGTH(${list})`,
    listItems: (list, alias) => readItems(list, alias, collation),
    ...flavour.askList,
    locked: " FOR UPDATE",
    isMember: (expression, list, type) =>
      `${expression} IN (SELECT m.v FROM JSON_TABLE(${list}, '$[*]' COLUMNS (v ${memberType(type, collation)} PATH '$')) AS m)`,
    isSame: (left, right) => `${left} <=> ${right}`,
    orderTerm: writeOrderTerm,
    indexTerm: (expression) => expression,
    aggregates,
    search,
    expressions: createExpressions(collation, (text) => writeRaised(text, flavour)),
    rowTable: createRowTable(collation),
    calculate: writeCalculation,
    smaller: (left, right) => `LEAST(${left}, ${right})`,
    keyRows: (list, types, alias) => readKeys(list, types, { alias, collation }),
    // Longer than JSON needs, so that what GROUP_CONCAT cuts is too long for CONCAT.
    collectKeys: (parts, types) =>
      `CONCAT(' [', COALESCE(GROUP_CONCAT(${writeKey(parts, types, collation)} SEPARATOR ','), ''), '] ')`,
    returns,
    gaps: createGaps(flavour, indexes),
  });
}

function readItems(list: string, alias: string, collation: string): ReturnType<Dialect["listItems"]> {
  const item = `item LONGTEXT CHARACTER SET utf8mb4 COLLATE ${collation} PATH '$'`;
  return { from: `JSON_TABLE(${list}, '$[*]' COLUMNS (${item})) AS ${alias}`, item: `${alias}.item` };
}

/** A text compared with a decimal would be compared as a double. */
function writePlaceholder(_: number, binding: Binding): string {
  const isDecimal = binding.kind === "param" && binding.type.kind === "decimal" && !binding.type.list;
  // Both are lists, as JSON.
  if (isDecimal && (binding.form === "members" || binding.form === "oneItem")) return "?";
  return isDecimal ? `CAST(? AS ${columnType(binding.type)})` : "?";
}

function createGaps(
  { firstRows, readsByIndex, locksByName }: Pick<Flavour, "firstRows" | "readsByIndex" | "locksByName">,
  indexes: ReadonlySet<string>,
): DialectGaps {
  return Object.freeze<DialectGaps>({
    firstRows,
    readBy: (table, index) =>
      readsByIndex && indexes.has(index) ? `${table} FORCE INDEX (${quoteName(index)})` : null,
    // With separators before it, a text that was cut is too long, and null.
    partOf: (joined, separator, end) =>
      end === "start"
        ? `SUBSTRING_INDEX(${joined}, ${quoteText(separator)}, 1)`
        : markCut(`SUBSTRING_INDEX(CONCAT(${quoteText(separator.repeat(4))}, ${joined}), ${quoteText(separator)}, -1)`),
    deleteFrom: (table, alias) => `DELETE ${alias} FROM ${quoteName(table)} AS ${alias}`,
    forUpdate: " FOR UPDATE",
    forUpdateOf: (aliases) => (locksByName ? ` FOR UPDATE OF ${aliases.join(", ")}` : " FOR UPDATE"),
  });
}

function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A text in its folded case; what the server's letters do not know is written out. */
function writeFolded(text: string, { letters, lost, collation }: Flavour): string {
  return `REPLACE(LOWER(REPLACE(${replaceLetters(text, lost.lower)}, 'İ', 'i') COLLATE ${letters}) COLLATE ${collation}, 'ς', 'σ')`;
}

function writeRaised(text: string, { letters, lost, collation }: Flavour): string {
  return `(UPPER((${replaceLetters(text, lost.upper)}) COLLATE ${letters}) COLLATE ${collation})`;
}

function replaceLetters(text: string, pairs: string): string {
  const letters = pairs === "" ? [] : pairs.split(" ");
  return letters.reduce((all, [from, to]) => `REPLACE(${all}, '${from}', '${to}')`, text);
}

/** To the server null is the smallest value. */
function writeOrderTerm(expression: string, { descending, nullable, nulls }: SortWay): string {
  const isTurned = nullable && nulls === "largest";
  return [...(isTurned ? [`${expression} IS NULL`] : []), expression]
    .map((term) => writeTerm(term, descending))
    .join(", ");
}

function writeTerm(expression: string, descending: boolean): string {
  return descending ? `${expression} DESC` : expression;
}

/**
 * What stands at a path inside json. The server takes a value for an array of itself, so a place in an array is one
 * only where there is an array. It compares names as they are written, and reads none that begins with a hyphen, which is
 * therefore written otherwise on both sides.
 */
function writePlace(
  stored: string,
  path: readonly JsonStep[],
  way: Pick<Flavour, "collation" | "namesTypesApart"> & { readonly reading: JsonReading },
): string {
  const { reading, collation, namesTypesApart } = way;
  const typeOf = (value: string) => `JSON_TYPE(${value})${namesTypesApart ? ` COLLATE ${collation}` : ""}`;
  const json = `REPLACE(${stored}, ${quoteText(HYPHEN.plain)}, ${quoteText(HYPHEN.written)})`;
  const lead = (count: number) =>
    `CONCAT('$', ${path
      .slice(0, count)
      .map(({ place }) => place)
      .join(", ")})`;
  const arrays = path.flatMap(({ isIndex }, at) =>
    isIndex ? [`${typeOf(at === 0 ? json : `JSON_EXTRACT(${json}, ${lead(at)})`)} = 'ARRAY'`] : [],
  );
  const value = `JSON_EXTRACT(${json}, ${lead(path.length)})`;
  const read = (types: readonly string[], as: string) => {
    const isType = `${typeOf(value)} IN (${types.map(quoteText).join(", ")})`;
    return `CASE WHEN ${[...arrays, isType].join(" AND ")} THEN ${as} END`;
  };
  switch (reading) {
    case "text":
      return read(["STRING"], `JSON_UNQUOTE(${value}) COLLATE ${collation}`);
    case "float":
      return read(["INTEGER", "DOUBLE", "DECIMAL", "UNSIGNED INTEGER"], `CAST(${value} AS DOUBLE)`);
    case "bool":
      return read(["BOOLEAN"], `JSON_UNQUOTE(${value}) COLLATE ${collation} = 'true'`);
    case "value":
      return `NULLIF(${writePlace(stored, path, { ...way, reading: "place" })}, 'NULL')`;
    case "place":
      return arrays.length === 0 ? typeOf(value) : `CASE WHEN ${arrays.join(" AND ")} THEN ${typeOf(value)} END`;
  }
}

/** The rows of a list of keys. */
function readKeys(
  list: string,
  types: readonly ScalarType[],
  { alias, collation }: { readonly alias: string; readonly collation: string },
): KeyRows {
  const columns = types.map((type, part) => `p${part} ${memberType(type, collation)} PATH '$[${part}]'`);
  return {
    from: `JSON_TABLE(${list}, '$[*]' COLUMNS (n FOR ORDINALITY, ${columns.join(", ")})) AS ${alias}`,
    position: `${alias}.n - 1`,
    parts: types.map((_, part) => `${alias}.p${part}`),
  };
}

/** Rows as a list of lists. Floats, bytes and json come as text, which the server does not read by itself. */
function createRowTable(collation: string): RowTableDialect {
  const text = `LONGTEXT CHARACTER SET utf8mb4 COLLATE ${collation}`;
  const columnOf = ({ type, form }: RowColumn) =>
    form === "words" || isHeldAsText(type) ? text : memberType(type, collation);
  return Object.freeze<RowTableDialect>({
    part: ({ type, form }, place) => {
      const name = `v.c${place}`;
      if (form === "words" || type.list) return name;
      if (type.kind === "float") return `CAST(${name} AS DOUBLE)`;
      return type.kind === "bytes" ? `FROM_BASE64(${name})` : name;
    },
    from: (columns, bind) => {
      const parts = columns.map((column, place) => `c${place} ${columnOf(column)} PATH '$[${place}]'`);
      return `JSON_TABLE(${bind(columns)}, '$[*]' COLUMNS (${parts.join(", ")})) AS v`;
    },
  });
}

/** One key as an item of the list that {@link readKeys} reads. */
function writeKey(parts: readonly string[], types: readonly ScalarType[], collation: string): string {
  const items = parts.map((part, index) => writeMember(part, types[index], collation));
  return `CONCAT('[', ${items.join(", ',', ")}, ']')`;
}

/** The type of a value that JSON_TABLE reads, where a text is in the database's own collation unless it says otherwise. */
function memberType(type: ScalarType, collation: string): string {
  const text = `CHARACTER SET utf8mb4 COLLATE ${collation}`;
  const name = columnType(type);
  if (/^(VARCHAR|LONG)/.test(name)) return `LONGTEXT ${text}`;
  return name.startsWith("CHAR") ? `${name} ${text}` : name;
}

/** A stored value as an item of a list that {@link memberType} reads. */
function writeMember(expression: string, type: ScalarType | undefined, collation: string): string {
  switch (type?.kind) {
    case "int":
    case "bigint":
    case "bool":
    case "float":
      return expression;
    case "decimal":
      return `CONCAT('"', ${writeDigits(expression, type)}, '"')`;
    case "date":
    case "datetime":
      return `CONCAT('"', ${expression}, '"')`;
    default:
      return writeText(expression, collation);
  }
}

function writeJson(expression: string, type: ScalarType, { collation, float }: Flavour): string {
  if (type.list) return expression;
  switch (type.kind) {
    case "json":
    case "int":
      return expression;
    case "bigint":
    case "date":
    case "uuid":
      return `CONCAT('"', ${expression}, '"')`;
    case "decimal":
      return `CONCAT('"', ${writeDigits(expression, type)}, '"')`;
    case "datetime":
      return `CONCAT('"', REPLACE(${expression}, ' ', 'T'), 'Z"')`;
    case "float":
      return float(expression);
    case "bytes":
      return `CONCAT('"', ${writeBase64(expression)}, '"')`;
    case "bool":
      return `IF(${expression}, 'true', 'false')`;
    default:
      return writeText(expression, collation);
  }
}

/**
 * A decimal as text. The server forgets the zero before the point when it counts how long the text may be, and cuts off
 * the end of longer ones where it sorts them.
 */
function writeDigits(expression: string, type: ScalarType | undefined): string {
  return `CAST(${expression} AS CHAR(${(type?.precision ?? 0) + 3}))`;
}

/** The server divides base64 into lines. */
function writeBase64(expression: string): string {
  return `REPLACE(TO_BASE64(${expression}), '\\n', '')`;
}

/** A text as JSON.stringify prints it, but for the case of a few escapes. */
function writeText(expression: string, collation: string): string {
  return `JSON_QUOTE(${expression}) COLLATE ${collation}`;
}

/**
 * A float as JSON.stringify prints it, or marked. The server finds the same shortest digits; the two differ in where an
 * exponent begins, and in its sign. It forgets how long they get where it sorts rows, unless it is told; they get 34 characters.
 */
function writeFloat(x: string): string {
  const mark = `IF(ABS(${x}) BETWEEN 1e-6 AND 1e14 OR ${x} = 0, '', ${quoteMark(MARKS.float)})`;
  return `CONCAT(${mark}, CAST(${x} AS CHAR(40)))`;
}

function writeObject(entries: readonly JsonEntry[]): string {
  if (entries.length === 0) return "'{}'";
  const parts = entries.flatMap(({ as, json }, index) => [
    quoteText(`${index === 0 ? "{" : ","}${JSON.stringify(as)}:`),
    json,
  ]);
  // What GROUP_CONCAT cuts lacks three bytes at most, and the name of its entry makes it too long again.
  return markCut(`CONCAT(${[...parts, "'}'"].join(", ")})`);
}

function quoteMark(mark: string): string {
  return `'${mark.replace("\0", "\\0")}'`;
}

/** A text, or the mark where it would be longer than max_allowed_packet: null, with nothing but a warning. */
function markCut(text: string): string {
  return `COALESCE(${text}, ${quoteMark(MARKS.cut)})`;
}

/** A cursor; null for the empty list of no row. */
function writeCursor(list: string): string {
  return `CONCAT(${quoteMark(MARKS.cursor)}, NULLIF(${list}, ''), ${quoteMark(MARKS.cursorEnd)})`;
}

/**
 * The overridable parts of the SQL compiler: everything two engines write differently, as functions from SQL
 * text to SQL text. It holds no plan logic and knows no engine's name.
 */
import type { JsonReading } from "../../plan/json-place-node.ts";
import type { NullRank } from "../../plan/order-node.ts";
import type { ListQuestion } from "../../plan/predicate-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import type { AggregateDialect } from "./aggregate-dialect.ts";
import type { Calculated, ExpressionDialect } from "./expression-dialect.ts";
import type { RowTableDialect } from "./row-table-dialect.ts";
import type { SearchDialect } from "./search-dialect.ts";
import type { Binding } from "./sql-text.ts";

/** One entry of a JSON object: its name and the SQL of its value, which is JSON already. */
export interface JsonEntry {
  readonly as: string;
  readonly json: string;
}

/** Rows made of a bound list of keys: a table to select from, the position in the list, and one expression per part. */
export interface KeyRows {
  readonly from: string;
  readonly position: string;
  readonly parts: readonly string[];
}

/** In which way something is sorted. */
export interface SortWay {
  readonly descending: boolean;
  readonly nullable: boolean;
  /** What null counts as, where there may be one. */
  readonly nulls: NullRank;
}

/** The first rows of a list that is read straight from its table. */
export interface FirstRows {
  /** Their key. */
  readonly key: readonly { readonly expression: string; readonly type: ScalarType }[];
  /** `FROM … WHERE …`; it may name columns of outer rows. */
  readonly source: string;
  /** The same rows, read by an index that holds them in their order; null when there is none. */
  readonly indexed: string | null;
  /** Their order. */
  readonly order: readonly (SortWay & { readonly expression: string })[];
  /** What stands behind LIMIT and behind OFFSET. */
  readonly limit: string;
  readonly offset: string | null;
  /** The alias of the result. */
  readonly alias: string;
}

/**
 * How an engine with gaps writes what the others need no word for. Such an engine takes nothing but a bare place behind
 * LIMIT, binds a value once for each time it stands, reads lists straight from their tables (a derived table sees no
 * outer row, and is slow), finds no place in an index by comparing several columns at once, and changes row by row,
 * reading nothing of the table that changes.
 */
export interface DialectGaps {
  /** The keys of the rows, in a table of their own that can be joined to the list's. */
  firstRows(rows: FirstRows): KeyRows;
  /** A table, `name AS alias`, read by an index; null when the engine needs no such word or the database lacks the index. */
  readBy(table: string, index: string): string | null;
  /** The part of a joined text before the first (`start`) or behind the last separator. */
  partOf(text: string, separator: string, end: "start" | "end"): string;
  /** The beginning of a statement that deletes rows of the table under the alias. */
  deleteFrom(table: string, alias: string): string;
  /** Ends a query whose rows nobody else may change before the transaction ends. */
  readonly forUpdate: string;
  /** The same, of the tables under these aliases, where a list of bound rows stands beside them. */
  forUpdateOf(aliases: readonly string[]): string;
}

/** One step into json: where its value is bound, and whether it is a place in an array. */
export interface JsonStep {
  readonly place: string;
  readonly isIndex: boolean;
}

/** How an engine tells how many rows of a query its planner expects, without running it. */
export interface EstimateDialect {
  /** The statement that asks. */
  explain(query: string): string;
  /** The number in the first column of its first row. */
  read(plan: unknown): number;
}

/** How one engine writes SQL. "JSON" below is whatever the engine's own functions take for JSON: text, or a type. */
export interface Dialect {
  /** A table, column, index or constraint name. */
  quoteName(name: string): string;
  /** A literal of any canonical value, for constraints, which take no parameters. */
  literal(binding: Binding, value: unknown): string;
  /** The placeholder of the binding at a position, from 0. One position may stand several times in a statement. */
  placeholder(position: number, binding: Binding): string;
  /** The type of a column. */
  columnType(type: ScalarType): string;

  /** A stored value in its canonical JSON form; JSON null for null. */
  toJson(expression: string, type: ScalarType, nullable: boolean): string;
  /** A JSON constant, given as its text. */
  jsonConstant(text: string): string;
  /** A JSON object with its entries in order. */
  jsonObject(entries: readonly JsonEntry[]): string;
  /** JSON values with commas between them. */
  jsonItems(items: readonly string[]): string;
  /** A JSON array of what {@link jsonItems} or {@link joinRows} give; empty for null. */
  jsonArray(items: string): string;
  /** One text of all rows, an aggregate; null for no rows. `order` empty: in the order the rows come. */
  joinRows(item: string, separator: string, order: string): string;
  /** `LEFT JOIN …` of the one row of `from`, called `alias`, that stands beside each of a short list, or of none. */
  joinOne(from: string, row: { readonly alias: string; readonly condition: string }): string;
  /** Whether rows of a derived table come in its order when others are left joined to them. */
  readonly joinsKeepOrder: boolean;
  /**
   * Whether the planner takes a limit that is bound for a part of all rows, and plans anew for every value because that
   * looks cheaper. Then the most it can be is written out.
   */
  readonly guessesLimit: boolean;
  /** Whether `ORDER BY` may calculate with the names that the query gives its columns. */
  readonly sortsByName: boolean;
  /** `json`, or JSON null where it is an SQL null. */
  jsonOrNull(json: string): string;
  /** JSON true or false. */
  jsonBoolean(condition: string): string;
  /** The JSON string of a cursor: base64url of the text of a JSON list. */
  jsonCursor(list: string): string;
  /** How a long JSON text leaves a statement. */
  answer(json: string): string;

  /** What values of the type are compared and sorted by, usually the expression itself. */
  sortable(expression: string, type: ScalarType): string;
  /** Whether a text holds another. */
  contains(text: string, part: string): string;
  /** Whether a text starts with another; an index must be able to answer it. */
  startsWith(text: string, part: string): string;
  /** Whether a text ends with another. */
  endsWith(text: string, part: string): string;
  /** A text in its folded case (`util/fold-case.ts`), which compares as any text does. */
  fold(text: string): string;
  /** What stands at a path inside json, read as it says; null when there is nothing of the kind. */
  jsonPlace(json: string, path: readonly JsonStep[], reading: JsonReading): string;
  /** The number of items of a stored list. */
  listLength(list: string): string;
  /** The items of a stored list as rows: what to select from, and the item, which compares with those of other lists. */
  listItems(list: string, alias: string): { readonly from: string; readonly item: string };
  /** Whether a stored list has any or every item of a bound one, where it is not asked of their items as rows. */
  readonly askList?: (question: ListQuestion, list: string, given: string) => string;
  /** Ends a query whose rows nobody else may change before the transaction ends; empty where nobody can. */
  readonly locked: string;
  /** Whether the expression equals a member of the bound list. */
  isMember(expression: string, list: string, type: ScalarType): string;
  /** Whether two values are equal or both null. */
  isSame(left: string, right: string): string;
  /** One sort term. An index with the same {@link indexTerm} must serve it where null is the smallest value. */
  orderTerm(expression: string, way: SortWay): string;
  /** One ascending term of an index; null is the smallest value. */
  indexTerm(expression: string, nullable: boolean): string;
  /** What an operator makes of a number of the type; null when one of the two is. */
  calculate(operator: "add" | "multiply", of: Calculated): string;
  /** The smaller of two numbers. */
  smaller(left: string, right: string): string;
  /** The rows of a bound list of keys. */
  keyRows(list: string, types: readonly ScalarType[], alias: string): KeyRows;
  /** The keys of all selected rows as one value that {@link keyRows} takes back, an aggregate. */
  collectKeys(parts: readonly string[], types: readonly ScalarType[]): string;
  /** The writes that can answer what they made of a row, behind RETURNING. */
  readonly returns: readonly ("create" | "update")[];
  /** Rows of values as a table. */
  readonly rowTable: RowTableDialect;
  /** Full-text search. */
  readonly search: SearchDialect;
  /** Calculating over groups of rows. */
  readonly aggregates: AggregateDialect;
  /** Computing values of the fields of a row. */
  readonly expressions: ExpressionDialect;
  /** Asking the planner how many rows it expects. Absent: it does not say. */
  readonly estimate?: EstimateDialect;
  /** Absent: the engine has none of these gaps. */
  readonly gaps?: DialectGaps;
}

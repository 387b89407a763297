/** A plan with its SQL, as a store gives it out and takes it back, and how the row of a read becomes its answer. */
import { FootingError } from "../../errors/footing-error.ts";
import type { Plan } from "../../plan/plan.ts";
import type { ReadResult, Statement, Values } from "../contract/store.ts";
import type { Compiled } from "./compile-plan.ts";
import { type ListCut, readList } from "./read-list.ts";

/** A compiled plan. Made by one store for itself. */
export class SqlStatement<P extends Plan> implements Statement<P> {
  readonly plan: P;
  readonly compiled: Compiled;

  constructor(plan: P, compiled: Compiled) {
    this.plan = plan;
    this.compiled = compiled;
    Object.freeze(this);
  }
}

const noObject: ReadResult = Object.freeze({ json: "null", hasMore: false, edge: null, rows: 0 });

/** The SQL of a statement that a store was given back. */
export function compiledOf(statement: Statement): Compiled {
  if (statement instanceof SqlStatement) return statement.compiled;
  throw new FootingError("FTG_INTERNAL", { detail: "A statement was run by a store that did not compile it." });
}

/** Whether a statement leaves the database as it is. */
export function isReading(statement: Statement): boolean {
  const { kind } = statement.plan;
  return kind === "read" || kind === "count" || kind === "aggregate";
}

/** The answer in the row of a list, a page or one object; no row is no object. */
export function readAnswer(row: readonly unknown[] | undefined, values: Values, cut: ListCut | null): ReadResult {
  if (row === undefined) return noObject;
  return cut === null ? { ...noObject, json: readJson(row[0]) } : readList(row, values, cut);
}

/** The answer in the row of an aggregate: the groups, one more than the limit when there are more, and their number. */
export function readGroups([json, count]: readonly unknown[], values: Values, limit: number): ReadResult {
  const result = readList([json, count, ""], values, { limit, backwards: false });
  return { ...result, edge: null };
}

/** Long texts come as bytes, which go to the socket as they are. */
function readJson(value: unknown): string | Buffer {
  if (!(value instanceof Uint8Array)) return String(value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

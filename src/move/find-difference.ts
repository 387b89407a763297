/** Finds the first row in which two lists of rows of one table, both in key order, differ. Pure. */
import type { JsonValue } from "../schema/schema-model.ts";
import { compareKeys, createStandIn, type MoveTable, type Row, readKey, readRef, renderKey } from "./move-table.ts";

/** Where the rows of a table begin to differ. */
export interface Difference {
  readonly table: MoveTable;
  readonly key: readonly JsonValue[];
  /** What is different there, as a sentence that names the key. */
  readonly detail: string;
}

/** The first difference between the rows of the source and of the target, or null. */
export function findDifference(table: MoveTable, source: readonly Row[], target: readonly Row[]): Difference | null {
  for (let index = 0; index < Math.max(source.length, target.length); index++) {
    const difference = compareRows(table, source[index], target[index]);
    if (difference !== null) return difference;
  }
  return null;
}

/** How two rows that should be the same differ; an absent row is one that its side does not have there. */
export function compareRows(table: MoveTable, source: Row | undefined, target: Row | undefined): Difference | null {
  const order = orderRows(table, source, target);
  if (order < 0 && source !== undefined) return createDifference(table, source, "is missing in the target");
  if (order > 0 && target !== undefined) return createDifference(table, target, "is only in the target");
  if (source === undefined || target === undefined || JSON.stringify(source) === JSON.stringify(target)) return null;
  const fields = Object.keys(source).filter((name) => !isSame(source[name], target[name]));
  return createDifference(table, source, `differs in ${fields.join(", ")}`);
}

/** The row of the target as it will be once refs that still wait are filled in from the row of the source. */
export function fillStandIns(table: MoveTable, source: Row, target: Row): Row {
  const waiting = table.deferred.filter((ref) =>
    isSame(readRef(table, ref, target), createStandIn(table, ref, source)),
  );
  if (waiting.length === 0) return target;
  const fields = waiting.flatMap(({ columns }) => columns.map(({ field }) => field));
  return { ...target, ...Object.fromEntries(fields.map((name) => [name, source[name] ?? null])) };
}

/** Negative when the row of the source comes first, positive when that of the target does. */
function orderRows(table: MoveTable, source: Row | undefined, target: Row | undefined): number {
  if (source === undefined) return 1;
  if (target === undefined) return -1;
  return compareKeys(table, readKey(table, source), readKey(table, target));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function createDifference(table: MoveTable, row: Row, what: string): Difference {
  const key = readKey(table, row);
  return { table, key, detail: `The row ${renderKey(table, key)} ${what}.` };
}

/** Ends rows with what their refs say goes along: rows that cascade, refs that are emptied, links. It refuses nothing. */
import { listReferrers } from "../../schema/cascades.ts";
import type { OnDelete } from "../../schema/schema-model.ts";
import { columnValues, enterModel, modelRows, type Row, rowsWithKey, type Scope, type ScopedRows } from "./database.ts";
import { dropLinks } from "./links.ts";

/** Removes the rows and all that goes along; answers what went along, by model. */
export function endRows(scope: Scope, rows: readonly Row[]): readonly ScopedRows[] {
  const gone = new Map<string, Set<Row>>([[scope.model.name, new Set(rows)]]);
  const open: ScopedRows[] = [{ scope, rows }];
  for (const ended of open) {
    for (const { scope: child, rows: found } of findReferring(ended, "cascade")) {
      const known = gone.get(child.model.name) ?? new Set();
      const added = found.filter((row) => !known.has(row));
      gone.set(child.model.name, new Set([...known, ...added]));
      if (added.length > 0) open.push({ scope: child, rows: added });
    }
  }
  for (const [name, set] of gone) replaceRows(enterModel(scope, name), (row) => (set.has(row) ? [] : [row]));
  for (const ended of open) {
    for (const row of ended.rows) dropLinks(ended.scope, row);
    emptyRefs(ended);
  }
  return open.slice(1);
}

/** The rows that refer to one of the given rows by a ref of that behaviour. */
function findReferring({ scope, rows }: ScopedRows, behaviour: OnDelete): readonly ScopedRows[] {
  const keys = rows.map((row) => columnValues(row, scope.model.key));
  return listReferrers(Object.values(scope.schema.models), scope.model.name)
    .filter(({ field }) => field.onDelete === behaviour)
    .map(({ model, field }) => {
      const child = enterModel(scope, model.name);
      return { scope: child, rows: keys.flatMap((key) => rowsWithKey(modelRows(child), field.columns, key)) };
    });
}

function emptyRefs({ scope, rows }: ScopedRows): void {
  const keys = rows.map((row) => columnValues(row, scope.model.key));
  for (const { model, field } of listReferrers(Object.values(scope.schema.models), scope.model.name)) {
    if (field.onDelete !== "setNull") continue;
    const empty = Object.fromEntries(field.columns.map(({ column }) => [column, null]));
    replaceRows(enterModel(scope, model.name), (row) =>
      keys.some((key) => rowsWithKey([row], field.columns, key).length > 0)
        ? [Object.freeze({ ...row, ...empty })]
        : [row],
    );
  }
}

function replaceRows(scope: Scope, replace: (row: Row) => readonly Row[]): void {
  scope.data.set(scope.model.table, Object.freeze(modelRows(scope).flatMap(replace)));
}

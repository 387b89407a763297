/** The stored columns of a model, in the one order that rows of values follow everywhere. */
import type { ModelSchema, ScalarType } from "./schema-model.ts";

/** One stored column. */
export interface StoredColumn {
  readonly field: string;
  /** Which of a ref's key columns; 0 for a scalar. */
  readonly part: number;
  readonly column: string;
  readonly type: ScalarType;
}

/** All stored columns: the scalar fields in declared order, then the key parts of the refs in declared order. */
export function listColumns(model: ModelSchema): readonly StoredColumn[] {
  const scalars: StoredColumn[] = [];
  const parts: StoredColumn[] = [];
  for (const field of Object.values(model.fields)) {
    if (field.kind === "scalar") scalars.push({ field: field.name, part: 0, column: field.column, type: field.type });
    if (field.kind !== "ref") continue;
    for (const [part, { column, type }] of field.columns.entries())
      parts.push({ field: field.name, part, column, type });
  }
  return [...scalars, ...parts];
}

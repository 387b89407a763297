/** One stored column of the model in scope: a scalar field, or one part of a ref's key. */
export interface ColumnNode {
  readonly kind: "column";
  readonly field: string;
  /** Which of the ref's key columns; 0 for a scalar. */
  readonly part: number;
}

/** Makes a {@link ColumnNode}. */
export function createColumn(field: string, part = 0): ColumnNode {
  return Object.freeze({ kind: "column", field, part });
}

/**
 * The state of compiling one statement: names that are still free and the values it binds. Holds no rule of
 * the language; those stand beside it, one file per part of a plan.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { ParamNode } from "../../plan/param-node.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import type { Dialect } from "./dialect.ts";
import type { RowTableDialect } from "./row-table-dialect.ts";
import type { Binding, BindingForm, RowColumn, SqlText } from "./sql-text.ts";

/** Marks a place for a value until the statement is whole. No name, literal or canonical text holds a NUL. */
const MARK = "\0";

const none: ReadonlySet<number> = new Set();

/** One statement being made. */
export class Compilation {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly #bindings: Binding[] = [];
  readonly #rowParams: ReadonlySet<number>;
  readonly #columns: RowColumn[] = [];
  #names = 0;

  /** `rowParams` are the params that each of many rows has for itself: they are columns of the {@link rowTable}. */
  constructor(schema: Schema, dialect: Dialect, rowParams: ReadonlySet<number> = none) {
    this.schema = schema;
    this.dialect = dialect;
    this.#rowParams = rowParams;
  }

  /** A table alias that this statement does not use yet. */
  alias(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  /** The place of a param's value. */
  bind(param: ParamNode, form: BindingForm = "value"): string {
    const { index, type } = param;
    if (type.kind !== "keys" && this.#rowParams.has(index)) return this.#column({ index, type, form });
    return this.#mark({ kind: "param", index: param.index, type: param.type, form });
  }

  /** The place of the keys that an earlier statement collected. */
  bindCollected(): string {
    return this.#mark({ kind: "collected" });
  }

  /** The place of keys with the values that their rows get; a statement has one. */
  bindPatched(types: Pick<Binding & { readonly kind: "patched" }, "keys" | "values">): string {
    return this.#mark({ kind: "patched", ...types });
  }

  /** The table of the rows with what was bound of them so far: to be asked for last. */
  rowTable(): string {
    return this.#rowDialect.from(this.#columns, (columns) => this.#mark({ kind: "rows", columns }));
  }

  /** The statement of the given text, its places numbered in the order they stand in it. */
  finish(text: string): SqlText {
    const used: Binding[] = [];
    const isRepeated = this.dialect.gaps !== undefined;
    const finished = this.#replaceMarks(text, (binding) => {
      if (isRepeated || !used.includes(binding)) used.push(binding);
      return this.dialect.placeholder(isRepeated ? used.length - 1 : used.indexOf(binding), binding);
    });
    return Object.freeze({ text: finished, bindings: Object.freeze(used) });
  }

  /** The text with literals in the places of values. */
  inline(text: string, values: readonly unknown[]): string {
    return this.#replaceMarks(text, (binding) =>
      this.dialect.literal(binding, binding.kind === "param" ? values[binding.index] : null),
    );
  }

  /** The model of that name. */
  model(name: string): ModelSchema {
    const model = this.schema.models[name];
    if (model === undefined)
      throw new FootingError("FTG_INTERNAL", { detail: `A plan names the unknown model ${name}.` });
    return model;
  }

  #column(column: RowColumn): string {
    const isSame = ({ index, form }: RowColumn) => index === column.index && form === column.form;
    const known = this.#columns.findIndex(isSame);
    const place = known < 0 ? this.#columns.push(column) - 1 : known;
    return this.#rowDialect.part(column, place);
  }

  get #rowDialect(): RowTableDialect {
    const { rowTable } = this.dialect;
    if (rowTable !== undefined) return rowTable;
    throw new FootingError("FTG_INTERNAL", { detail: "The engine takes no rows of values." });
  }

  #mark(binding: Binding): string {
    const known = this.#bindings.findIndex((other) => isSameBinding(other, binding));
    if (known >= 0) return `${MARK}${known}${MARK}`;
    this.#bindings.push(Object.freeze(binding));
    return `${MARK}${this.#bindings.length - 1}${MARK}`;
  }

  #replaceMarks(text: string, replace: (binding: Binding) => string): string {
    const parts = text.split(MARK);
    return parts.map((part, index) => (index % 2 === 0 ? part : replace(this.#binding(Number(part))))).join("");
  }

  #binding(slot: number): Binding {
    const binding = this.#bindings[slot];
    if (binding === undefined)
      throw new FootingError("FTG_INTERNAL", { detail: `A statement marks no place ${slot}.` });
    return binding;
  }
}

function isSameBinding(left: Binding, right: Binding): boolean {
  if (left.kind !== "param" || right.kind !== "param") return left.kind === right.kind && left.kind !== "rows";
  return left.index === right.index && left.form === right.form;
}

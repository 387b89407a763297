/**
 * The state of compiling one statement: names that are still free and the values it binds. Holds no rule of
 * the language; those stand beside it, one file per part of a plan.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { ParamNode } from "../../plan/param-node.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import type { Dialect } from "./dialect.ts";
import type { Binding, BindingForm, RowColumn, SqlText } from "./sql-text.ts";

/** Marks a place for a value until the statement is whole. No name, literal or canonical text holds a NUL. */
const MARK = "\0";

const none: ReadonlyMap<number, number> = new Map();

/** One statement being made. */
export class Compilation {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly #bindings: Binding[] = [];
  readonly #rowParams: ReadonlyMap<number, number>;
  readonly #columns: RowColumn[] = [];
  #names = 0;

  /**
   * `rowParams` are the params that each of many rows has for itself, with their places in its values: they are columns of
   * the {@link rowTable}.
   */
  constructor(schema: Schema, dialect: Dialect, rowParams: ReadonlyMap<number, number> = none) {
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
    const place = this.#rowParams.get(index);
    if (type.kind !== "keys" && place !== undefined) return this.#column({ index: place, type, form });
    return this.#mark({ kind: "param", index: param.index, type: param.type, form });
  }

  /** The place of the keys that an earlier statement collected. */
  bindCollected(): string {
    return this.#mark({ kind: "collected" });
  }

  /** The table of the rows with what was bound of them so far: to be asked for last. */
  rowTable(): string {
    return this.dialect.rowTable.from(this.#columns, (columns) => this.#mark({ kind: "rows", columns }));
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
    return this.dialect.rowTable.part(column, place);
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

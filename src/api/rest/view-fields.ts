/** The fields of a view that have a column, as the tables of parameters need them. */
import { isSortable } from "../../schema/operators.ts";
import {
  type Field,
  isValueField,
  type RefField,
  type ScalarType,
  type ValueField,
} from "../../schema/schema-model.ts";
import type { View } from "./door.ts";

/** A field with a value of its own. */
export type OwnField = ValueField | RefField;

/** Whether a field has a value of its own. */
export function isOwn(field: Field): field is OwnField {
  return isValueField(field) || field.kind === "ref";
}

/** The visible fields with a value of their own. */
export function listOwn(view: View | undefined): readonly OwnField[] {
  return Object.values(view?.model.fields ?? {})
    .filter(isOwn)
    .filter((field) => !field.hidden);
}

/** Those that have an order. */
export function listOrdered(view: View | undefined): readonly OwnField[] {
  return listOwn(view).filter((field) => field.kind === "ref" || isSortable(field.type));
}

/** The type of a field's one value; null for a key of several fields, which no one value can be compared with. */
export function singleType(field: OwnField): ScalarType | null {
  if (isValueField(field)) return field.type;
  const [first, ...others] = field.columns;
  return first === undefined || others.length > 0 ? null : first.type;
}

/** Lengths, ranges and patterns bind what is stored, not what is asked for. */
export function withoutLimits({ kind, values, precision, scale }: ScalarType): ScalarType {
  return Object.freeze({
    kind,
    list: false,
    ...(values && { values }),
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
  });
}

/** The ways to sort by a key: up and down, and where nulls stand if there may be any. */
export function listDirections(name: string, nullable: boolean): readonly string[] {
  const placed = nullable ? ["", ":nullsFirst", ":nullsLast"] : [""];
  return placed.flatMap((place) => [`${name}${place}`, `-${name}${place}`]);
}

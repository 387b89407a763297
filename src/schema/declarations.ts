/**
 * What the builders write down: plain data, unchecked, exactly as declared. `createSchema` checks it and turns
 * it into a `Schema`. The typed views carry what TypeScript must know of a field; they do not exist at run time.
 */
import type { Keeping, ScalarKind } from "./schema-model.ts";

/** What TypeScript remembers of a field beside its value. */
export type Flag = "optional" | "default" | "hidden" | "immutable" | "unique" | "kept" | "masked" | "computed";

/** The kinds of a field that holds values: the scalar kinds, and lists. */
export type ValueKind = ScalarKind | "list";

/** The key under which a typed view keeps its types. Never a property at run time. */
export declare const types: unique symbol;

/** What TypeScript must know of a field. One shape for all kinds, so that types look properties up instead of matching. */
export interface FieldTypes {
  readonly kind: "scalar" | "ref" | "many" | "one" | "manyToMany";
  readonly scalar: ValueKind;
  /** The JSON form of the value. */
  readonly value: unknown;
  readonly flags: Flag;
  /** The related model. */
  readonly model: string;
  /** The field of the related model this one mirrors. */
  readonly via: string;
}

/** A declared field as TypeScript sees it. */
export interface FieldBuilder<T extends FieldTypes = FieldTypes> {
  readonly [types]: T;
  /** What was declared so far. */
  readonly declaration: FieldDeclaration;
}

/** The fields of one model. */
export type FieldBuilders = Readonly<Record<string, FieldBuilder>>;

/** A condition of a check. */
export type CheckDeclaration<N extends string> = { readonly [field in N]?: unknown } & {
  readonly all?: readonly CheckDeclaration<N>[];
  readonly any?: readonly CheckDeclaration<N>[];
  readonly not?: CheckDeclaration<N>;
};

/** What all declared fields have. */
interface BaseDeclaration {
  readonly optional: boolean;
  readonly unique: boolean;
  readonly hidden: boolean;
  readonly immutable: boolean;
  readonly describe?: unknown;
}

/** What the limit methods and arguments of a scalar were given, by the name of the method or argument. */
export interface DeclaredLimits {
  readonly min?: unknown;
  readonly max?: unknown;
  readonly length?: unknown;
  readonly pattern?: unknown;
  readonly format?: "email" | "url";
  readonly precision?: unknown;
  readonly scale?: unknown;
  readonly values?: readonly unknown[];
  readonly item?: unknown;
}

/** A declared field that holds values. */
export interface ScalarDeclaration extends BaseDeclaration {
  readonly kind: "scalar";
  readonly scalar: ValueKind;
  /** Present when `.default()` was called. */
  readonly default?: { readonly value: unknown };
  /** Present when Footing writes the field, and nobody else. */
  readonly keeps?: Keeping;
  readonly limits: DeclaredLimits;
}

/** A declared field that names another model. */
export interface RelationDeclaration extends BaseDeclaration {
  readonly kind: "ref" | "many" | "one" | "manyToMany";
  readonly model: unknown;
  /** The field of the other model that this one mirrors; undefined for a ref and for the owner of a manyToMany. */
  readonly via?: unknown;
  /** Of a ref, when `.onDelete()` was called. */
  readonly onDelete?: unknown;
}

/** Any declared field. */
export type FieldDeclaration = ScalarDeclaration | RelationDeclaration;

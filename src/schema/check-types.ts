/** Checks at compile time that every name by which models refer to each other exists and fits. Types only. */
import type { FieldBuilders, FieldTypes, types } from "./declarations.ts";
import type { Model } from "./model.ts";

/** Models by name. */
export type Models = Readonly<Record<string, Model>>;

/** The fields of the model `N`, an added `id` included. */
export type FieldsOf<M extends Models, N extends keyof M> = M[N][typeof types]["fields"];

/**
 * What a parameter of models must also be, so that a wrong name is an error at the call: `unknown` for each model
 * whose names all fit, a message for the others. Models known only as a record are checked at run time.
 */
export type CheckedModels<M extends Models> = string extends keyof M
  ? unknown
  : { readonly [N in keyof M]: OrUnknown<WrongNames<M, N & string, FieldsOf<M, N>>> };

type OrUnknown<Message> = [Message] extends [never] ? unknown : Message;

/** Messages about the relations of one model; never when all fit. */
type WrongNames<M extends Models, N extends string, F extends FieldBuilders> = {
  [P in keyof F & string]: F[P][typeof types]["kind"] extends "scalar"
    ? never
    : WrongRelation<M, { model: N; field: P }, F[P][typeof types]>;
}[keyof F & string];

interface Spot {
  model: string;
  field: string;
}

type WrongRelation<M extends Models, At extends Spot, T extends FieldTypes> = T["model"] extends keyof M & string
  ? T["kind"] extends "ref"
    ? never
    : WrongVia<M, At, T>
  : `${At["model"]}.${At["field"]}: no model is called ${T["model"]}`;

type WrongVia<M extends Models, At extends Spot, T extends FieldTypes> = [T["via"]] extends [never]
  ? never
  : T["via"] extends keyof FieldsOf<M, T["model"]>
    ? Mirrors<T["kind"], FieldsOf<M, T["model"]>[T["via"]][typeof types], At["model"]> extends true
      ? never
      : `${At["model"]}.${At["field"]}: ${T["model"]}.${T["via"]} is not the other side of a ${T["kind"]} field`
    : `${At["model"]}.${At["field"]}: ${T["model"]} has no field ${T["via"]}`;

/** Whether the field `V` of the other model is what a field of kind `K` of the model `N` mirrors. */
type Mirrors<K, V extends FieldTypes, N> = V["model"] extends N
  ? K extends "manyToMany"
    ? V["kind"] extends "manyToMany"
      ? true
      : false
    : V["kind"] extends "ref"
      ? "unique" extends V["flags"]
        ? K extends "one"
          ? true
          : false
        : K extends "many"
          ? true
          : false
      : false
  : false;

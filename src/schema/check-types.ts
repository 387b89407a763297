/** Checks at compile time that every name by which models refer to each other exists and fits. Types only. */
import type { Model } from "./model.ts";

/** Models by name. */
export type Models = Readonly<Record<string, Model>>;

export type CheckedModels<M> = { readonly [N in keyof M]: unknown };

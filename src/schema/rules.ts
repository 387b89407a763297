/**
 * What an access rule is: plain functions of the caller, kept beside the plain-data schema because
 * functions are not data. Evaluating them is the engine's work.
 */
import type { Operation } from "./schema-model.ts";

/** Who is asking: the signed-in user's row or claims, with whatever fields the app put there. */
export type User = Readonly<Record<string, unknown>>;

/** What a rule is told. `user` is null for an anonymous request. */
export interface RuleContext {
  readonly user: User | null;
}

/**
 * What a rule answers: everything, nothing, or the rows that a `where` describes. Inside that `where`
 * null and undefined match nothing, whichever way they are negated; `{ field: { isNull: true } }` asks for null.
 */
export type RuleResult = boolean | Readonly<Record<string, unknown>>;

/** A rule: a constant, or a function run once per request and model. */
export type Rule = boolean | ((context: RuleContext) => RuleResult);

/** The rules of one field, beside those of its model: who sees its value, and who may set it. Without one: everybody. */
export interface FieldRules {
  readonly read?: Rule;
  readonly write?: Rule;
}

/** The rules of one model. An operation without a rule is denied. */
export interface ModelRules extends Readonly<Partial<Record<Operation, Rule>>> {
  readonly fields?: Readonly<Record<string, FieldRules>>;
}

/** The name of one rule: of a model and an operation, or of one of its fields. */
export interface RuleName {
  readonly model: string;
  /** Of a field: `read` or `write`. */
  readonly operation: Operation | "write";
  readonly field?: string;
}

/** The rules of all models, by model name. */
export type RuleTable = Readonly<Record<string, ModelRules>>;

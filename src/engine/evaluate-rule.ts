/**
 * Runs access rules: once per request and rule, in plain JavaScript. An answer is everything, nothing, or a
 * `where`; anything else stops the request, so a broken rule never opens a door.
 */
import { FootingError } from "../errors/footing-error.ts";
import type { Rule, RuleName, RuleTable, User } from "../schema/rules.ts";
import type { Schema } from "../schema/schema-model.ts";
import { isPlainObject } from "../util/is-object.ts";
import type { Actor } from "./actor.ts";
import { type Shape, ShapeKey } from "./shape-key.ts";

/** What a rule said for one caller. `shape` is the part of it that decides the plan. */
export interface RuleOutcome {
  readonly answer: boolean | Readonly<Record<string, unknown>>;
  readonly shape: Shape;
}

type RuleFunction = Exclude<Rule, boolean>;

const open: RuleOutcome = Object.freeze({ answer: true, shape: ["everything"] });
const closed: RuleOutcome = Object.freeze({ answer: false, shape: ["nothing"] });

/** Evaluates rules against their schema's static access levels. */
export class RuleBook {
  readonly #schema: Schema;
  readonly #rules: RuleTable;

  constructor(schema: Schema, rules: RuleTable) {
    this.#schema = schema;
    this.#rules = rules;
  }

  /**
   * What the rule says for the actor.
   * @throws FootingError FTG_RULE when the rule throws or answers something else than true, false or a where.
   */
  evaluate(name: RuleName, actor: Actor): RuleOutcome {
    if (actor.kind === "system") return open;
    const rule = this.#find(name);
    return typeof rule === "boolean" ? createOutcome(name, rule) : createOutcome(name, runRule(name, rule, actor.user));
  }

  /** What the rule says to every principal alike; null when it must be evaluated for each. */
  fixed(name: RuleName): RuleOutcome | null {
    const rule = this.#find(name);
    return typeof rule === "boolean" ? createOutcome(name, rule) : null;
  }

  #find({ model, field, operation }: RuleName): Rule {
    if (operation === "write" || field !== undefined) return this.#findOfField(model, field ?? "", operation);
    const level = this.#schema.models[model]?.access[operation];
    if (level === "everyone") return true;
    return level === "rule" ? (this.#rules[model]?.[operation] ?? false) : false;
  }

  #findOfField(model: string, name: string, operation: RuleName["operation"]): Rule {
    const use = operation === "write" ? "write" : "read";
    const level = this.#schema.models[model]?.fields[name]?.access?.[use];
    if (level === "everyone") return true;
    return level === "rule" ? (this.#rules[model]?.fields?.[name]?.[use] ?? false) : false;
  }
}

/** What an error calls the rule. */
export function nameRule({ model, field, operation }: RuleName): string {
  return `The ${operation} rule of ${model}${field === undefined ? "" : `.${field}`}`;
}

function runRule(name: RuleName, rule: RuleFunction, user: User | null): unknown {
  try {
    return rule({ user });
  } catch (cause) {
    throw new FootingError("FTG_RULE", {
      detail: `${nameRule(name)} threw an error.`,
      cause,
    });
  }
}

function createOutcome(name: RuleName, answer: unknown): RuleOutcome {
  if (answer === true) return open;
  if (answer === false) return closed;
  if (isPlainObject(answer) && Object.keys(answer).length > 0)
    return { answer, shape: new ShapeKey("where").addFilter(answer).tokens };
  throw new FootingError("FTG_RULE", {
    detail: `${nameRule(name)} answered neither true, false nor a where with a condition.`,
  });
}

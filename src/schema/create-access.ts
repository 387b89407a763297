/** Splits the declared access rules of a model into what is plain data (levels, for the schema) and the functions (for the engine). */
import { describeValue } from "../util/describe-value.ts";
import { isObject } from "../util/is-object.ts";
import type { ModelDraft } from "./model-draft.ts";
import type { ProblemList } from "./problem-list.ts";
import type { ModelRules, Rule } from "./rules.ts";
import type { AccessLevel, Operation } from "./schema-model.ts";

/** The levels and rules of one model. */
export interface Access {
  readonly levels: Readonly<Record<Operation, AccessLevel>>;
  readonly rules: ModelRules;
}

const OPERATIONS: readonly Operation[] = ["read", "create", "update", "delete"];

/** The access of the model; what is wrong goes to `problems`. */
export function createAccess(draft: ModelDraft, problems: ProblemList): Access {
  const declared = draft.options["access"] ?? {};
  const levels: Record<Operation, AccessLevel> = {
    read: "nobody",
    create: "nobody",
    update: "nobody",
    delete: "nobody",
  };
  const rules: Partial<Record<Operation, Rule>> = {};
  if (!isObject(declared)) {
    problems.add(
      draft.name,
      `access: expected rules by operation, got ${describeValue(declared)}.`,
      "Say for instance access: { read: true }.",
    );
    return { levels, rules };
  }
  for (const [name, rule] of Object.entries(declared)) {
    if (name === "fields") continue;
    const operation = OPERATIONS.find((candidate) => candidate === name);
    if (operation === undefined)
      problems.addUnknown(draft.name, `access: ${name} is no operation.`, {
        name,
        candidates: [...OPERATIONS, "fields"],
      });
    else if (!isRule(rule))
      problems.add(
        draft.name,
        `access.${name}: expected true, false or a function, got ${describeValue(rule)}.`,
        "A rule answers true, false or a where.",
      );
    else {
      rules[operation] = rule;
      levels[operation] = levelOf(rule);
    }
  }
  return { levels, rules };
}

/** What can be said of a rule without asking it. */
export function levelOf(rule: Rule): AccessLevel {
  if (typeof rule === "function") return "rule";
  return rule ? "everyone" : "nobody";
}

/** Whether a value can be a rule. */
export function isRule(value: unknown): value is Rule {
  return typeof value === "boolean" || typeof value === "function";
}

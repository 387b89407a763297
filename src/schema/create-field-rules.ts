/**
 * Reads the access rules of single fields: who sees a value and who may set it, beside the rules of the model. It refuses
 * rules that could not hold everywhere: on keys, on the mirrored side of a relation, and on half of a constraint.
 */
import { describeValue } from "../util/describe-value.ts";
import { isObject } from "../util/is-object.ts";
import { isRule, levelOf } from "./create-access.ts";
import { isKept } from "./kept-fields.ts";
import { listConstraints } from "./list-constraints.ts";
import type { ModelDraft } from "./model-draft.ts";
import type { ProblemList } from "./problem-list.ts";
import type { FieldRules, Rule } from "./rules.ts";
import type { Field, ModelSchema } from "./schema-model.ts";

type Use = keyof FieldRules;

/** The rules of fields, by name of the field. */
type FieldRuleTable = Readonly<Record<string, FieldRules>>;

const USES: readonly Use[] = ["read", "write"];

/** The fields with their levels, and the rules of those that have some; what is wrong goes to `problems`. */
export function createFieldRules(
  draft: ModelDraft,
  fields: readonly Field[],
  problems: ProblemList,
): { readonly fields: readonly Field[]; readonly rules: FieldRuleTable } {
  const rules = readDeclared(draft, fields, problems);
  const withLevels = fields.map((field): Field => {
    const own = Object.hasOwn(rules, field.name) ? rules[field.name] : undefined;
    if (own === undefined) return field;
    return { ...field, access: { read: levelOf(own.read ?? true), write: levelOf(own.write ?? true) } };
  });
  return { fields: withLevels, rules };
}

/**
 * Reports constraints over fields that not the same callers see: a violation would tell who sees the one about the other.
 */
export function checkConcealed(model: ModelSchema, rules: FieldRuleTable, problems: ProblemList): void {
  for (const { what, fields } of listConstraints(model)) {
    const readers = new Set(fields.map((name) => rules[name]?.read ?? true));
    if (readers.size < 2) continue;
    problems.add(
      model.name,
      `${what}: ${fields.join(", ")} have different read rules, so that a violation would tell about a value that is not shown.`,
      "Give all of them the same function, or leave the constraint out.",
    );
  }
}

function readDeclared(draft: ModelDraft, fields: readonly Field[], problems: ProblemList): FieldRuleTable {
  const access = draft.options["access"];
  const declared = isObject(access) ? (access["fields"] ?? {}) : {};
  const rules: Record<string, FieldRules> = Object.create(null);
  if (!isObject(declared)) {
    problems.add(
      draft.name,
      `access.fields: expected rules by field, got ${describeValue(declared)}.`,
      "Say for instance fields: { salary: { read: false } }.",
    );
    return rules;
  }
  for (const [name, given] of Object.entries(declared)) {
    const field = fields.find((candidate) => candidate.name === name);
    if (field !== undefined) rules[name] = readRules(draft, { field, given, problems });
    // A field that was declared but is wrong has been reported already.
    else if (!draft.fields.has(name))
      problems.addUnknown(draft.name, `access.fields: ${draft.name} has no field ${name}.`, {
        name,
        candidates: fields.map((known) => known.name),
      });
  }
  return rules;
}

function readRules(
  draft: ModelDraft,
  { field, given, problems }: { readonly field: Field; readonly given: unknown; readonly problems: ProblemList },
): FieldRules {
  const path = `${draft.name}.${field.name}`;
  if (!isObject(given)) {
    problems.add(
      path,
      `access.fields: expected read and write, got ${describeValue(given)}.`,
      `Say for instance ${field.name}: { read: false }.`,
    );
    return {};
  }
  const rules: { read?: Rule; write?: Rule } = {};
  for (const [name, rule] of Object.entries(given)) {
    const use = USES.find((known) => known === name);
    if (use === undefined)
      problems.addUnknown(path, `access.fields: ${name} is neither read nor write.`, { name, candidates: USES });
    else if (!isRule(rule))
      problems.add(
        path,
        `access.fields.${name}: expected true, false or a function, got ${describeValue(rule)}.`,
        "A rule answers true, false or a where.",
      );
    else rules[use] = rule;
  }
  checkPlace(draft, { field, rules, problems });
  return rules;
}

/** Reports a rule that this field cannot have. */
function checkPlace(
  draft: ModelDraft,
  { field, rules, problems }: { readonly field: Field; readonly rules: FieldRules; readonly problems: ProblemList },
): void {
  const path = `${draft.name}.${field.name}`;
  if (field.hidden)
    problems.add(path, "access.fields: the field is hidden, which no rule lifts.", "Leave the rule or hidden() out.");
  else if (field.kind === "many" || field.kind === "one")
    problems.add(
      path,
      `access.fields: the field only mirrors ${field.model}.${field.via}.`,
      `Give the rule to ${field.via} of ${field.model}; it holds from both sides.`,
    );
  else if (rules.read !== undefined && field.kind === "manyToMany")
    problems.add(
      path,
      "access.fields: a manyToMany has no read rule of its own.",
      `Rows of ${field.model} that may not be read are not shown; give ${field.model} a read rule.`,
    );
  else if (isKept(field) && rules.write !== undefined)
    problems.add(path, "access.fields: nobody writes the field but the server.", "Leave its write rule out.");
  else if (field.kind === "scalar" && field.keeps === "version" && rules.read !== undefined)
    problems.add(
      path,
      "access.fields: a version has no read rule, because writes are bound to it.",
      "Guard the rows instead.",
    );
  else if (rules.read !== undefined && draft.key.includes(field.name))
    problems.add(
      path,
      "access.fields: a key field has no read rule, because it names the row.",
      "Guard the rows instead.",
    );
}

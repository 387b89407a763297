/**
 * Turns declared models into the frozen schema every floor above reads, and the table of their access rules.
 * It refuses a schema with any problem, and names all of them.
 */
import { findCascadeClashes } from "./cascades.ts";
import type { CheckedModels, Models } from "./check-types.ts";
import { createAccess } from "./create-access.ts";
import { createChecks } from "./create-checks.ts";
import { createComputed } from "./create-computed.ts";
import { checkConcealed, createFieldRules } from "./create-field-rules.ts";
import { createFields, createTypes, type FieldSources } from "./create-fields.ts";
import { createIndexes } from "./create-indexes.ts";
import { createSearch } from "./create-search.ts";
import { findClashes } from "./find-clashes.ts";
import { createFingerprint } from "./fingerprint.ts";
import { type ModelDraft, readModels } from "./model-draft.ts";
import { ProblemList } from "./problem-list.ts";
import { resolveKeys } from "./resolve-keys.ts";
import type { ModelRules, RuleTable } from "./rules.ts";
import type { Field, ModelSchema, Schema } from "./schema-model.ts";

/** What was declared: the plain-data schema, and the rules, which are functions. */
export interface DeclaredSchema {
  readonly schema: Schema;
  readonly rules: RuleTable;
}

/**
 * The schema of the models, deeply frozen. `own` are models of Footing itself; their tables begin with `footing_`, as no
 * other may.
 *
 * @throws FootingError FTG_SCHEMA with every problem: its path (`City.region`), what was expected and what came, and a fix.
 */
export function createSchema<M extends Models>(models: M & CheckedModels<M>, own: Models = {}): DeclaredSchema {
  const problems = new ProblemList();
  const drafts = new Map([...readModels(models, problems), ...readOwnModels(own, problems)]);
  const types = createTypes(drafts, problems);
  const sources: FieldSources = { drafts, types, keys: resolveKeys(drafts, types, problems), problems };
  const made = [...drafts.values()].map((draft) => createModel(draft, sources));
  const list = made.map(({ model }) => model);
  findClashes(list, problems);
  findCascadeClashes(list, problems);
  problems.throwIfAny();
  const schema = {
    models: createTable(list.map((model) => [model.name, model])),
    fingerprint: createFingerprint(list),
  };
  const rules = createTable(made.map(({ model, rules: own }): [string, ModelRules] => [model.name, own]));
  return freezeDeep({ schema, rules });
}

function readOwnModels(own: Models, problems: ProblemList): readonly (readonly [string, ModelDraft])[] {
  return Array.from(readModels(own, problems), ([name, draft]) => [
    name,
    { ...draft, table: `footing_${draft.table}` },
  ]);
}

function createModel(
  draft: ModelDraft,
  sources: FieldSources,
): { readonly model: ModelSchema; readonly rules: ModelRules } {
  const { name, plural, table, describe } = draft;
  const { levels, rules: modelRules } = createAccess(draft, sources.problems);
  const { fields: stored, rules: fieldRules } = createFieldRules(draft, createFields(draft, sources), sources.problems);
  const byName: ReadonlyMap<string, Field> = new Map(stored.map((field) => [field.name, field]));
  const fields = [...stored, ...createComputed(draft, byName, sources.problems)];
  const model: ModelSchema = {
    name,
    plural,
    table,
    fields: createTable(fields.map((field) => [field.name, field])),
    ...(describe === undefined ? {} : { describe }),
    key: sources.keys.get(name) ?? [],
    indexes: createIndexes(draft, byName, sources.problems),
    checks: createChecks(draft, byName, sources.problems),
    search: createSearch(draft, byName, sources.problems),
    access: levels,
  };
  checkConcealed(model, fieldRules, sources.problems);
  return { model, rules: Object.keys(fieldRules).length === 0 ? modelRules : { ...modelRules, fields: fieldRules } };
}

/** An object without a prototype, so that looking up a name a caller sent never finds `constructor` or `__proto__`. */
function createTable<V>(entries: readonly (readonly [string, V])[]): Readonly<Record<string, V>> {
  const table: Record<string, V> = Object.create(null);
  for (const [name, value] of entries) table[name] = value;
  return table;
}

function freezeDeep<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null && !Object.isFrozen(part)) freezeDeep(part);
  }
  return Object.freeze(value);
}

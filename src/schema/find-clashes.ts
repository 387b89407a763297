/** Finds what only the whole schema shows: two things of one name, and hidden fields that nobody could ever set. */
import { listFieldColumns } from "./create-indexes.ts";
import { toCamelCase } from "./naming.ts";
import type { ProblemList } from "./problem-list.ts";
import type { Field, ModelSchema } from "./schema-model.ts";

/** Segments of addresses that are no model's: `/api/batch`. */
const RESERVED_PLURALS: readonly string[] = ["aggregate", "export", "preview", "batch", "actions"];

/** Reports names that are taken twice and required hidden fields without a default. */
export function findClashes(models: readonly ModelSchema[], problems: ProblemList): void {
  findTakenPlurals(models, problems);
  findTakenTables(models, problems);
  findTakenIndexes(models, problems);
  for (const model of models) {
    findTakenColumns(model, problems);
    findUnsettable(model, problems);
  }
}

function findTakenPlurals(models: readonly ModelSchema[], problems: ProblemList): void {
  const taken = new Map(models.map(({ name }) => [toCamelCase(name), `the single ${name}`]));
  for (const { name, plural } of models) {
    const other = taken.get(plural);
    if (RESERVED_PLURALS.includes(plural))
      problems.add(name, `the plural ${plural} is kept for the address /api/${plural}.`, "Give another `plural`.");
    else if (other !== undefined)
      problems.add(name, `the plural ${plural} is also the name of ${other}.`, "Give another `plural`.");
    else taken.set(plural, `the plural of ${name}`);
  }
}

function findTakenTables(models: readonly ModelSchema[], problems: ProblemList): void {
  const taken = new Map<string, string>();
  for (const model of models) claim(taken, model.table, { path: model.name, kind: "table", problems });
  for (const model of models) {
    for (const field of Object.values(model.fields)) {
      if (field.kind === "manyToMany" && field.owner)
        claim(taken, field.table, { path: `${model.name}.${field.name}`, kind: "table", problems });
    }
  }
}

function findTakenIndexes(models: readonly ModelSchema[], problems: ProblemList): void {
  const taken = new Map<string, string>();
  for (const { name, table } of models) taken.set(table.toLowerCase(), `the table of ${name}`);
  for (const { name, indexes, checks, search } of models) {
    for (const index of [...indexes, ...checks])
      claim(taken, index.name, { path: name, kind: "index or check", problems });
    if (search !== null) claim(taken, search.name, { path: name, kind: "search index", problems });
  }
}

function findTakenColumns(model: ModelSchema, problems: ProblemList): void {
  const taken = new Map<string, string>();
  for (const field of Object.values(model.fields)) {
    for (const column of listFieldColumns(field))
      claim(taken, column, { path: `${model.name}.${field.name}`, kind: "column", problems });
  }
  for (const { field, words } of model.search?.parts ?? [])
    claim(taken, words, { path: `search of ${model.name}.${field}`, kind: "column", problems });
}

interface Claim {
  readonly path: string;
  readonly kind: string;
  readonly problems: ProblemList;
}

/** Stores compare names without regard to case. */
function claim(taken: Map<string, string>, name: string, { path, kind, problems }: Claim): void {
  const owner = taken.get(name.toLowerCase());
  if (owner === undefined) taken.set(name.toLowerCase(), path);
  else
    problems.add(
      path,
      `the ${kind} ${name} is also that of ${owner}.`,
      owner === path ? "Declare it once." : "Rename one of the two.",
    );
}

function findUnsettable(model: ModelSchema, problems: ProblemList): void {
  if (model.access.create === "nobody") return;
  for (const field of Object.values(model.fields)) {
    if (!field.hidden || !isRequired(field)) continue;
    const detail =
      "the field is hidden and required and has no default, so that nobody the create rule lets in could create a row.";
    problems.add(
      `${model.name}.${field.name}`,
      detail,
      "Make it optional(), give it a default(), or leave creating to the app.",
    );
  }
}

function isRequired(field: Field): boolean {
  if (field.kind === "scalar") return !field.optional && field.default === null;
  return field.kind === "ref" && !field.optional;
}

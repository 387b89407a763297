/** Reads the `search` option of a model: which of its texts full-text search looks into, and where their words are kept. */
import { describeValue } from "../util/describe-value.ts";
import type { FieldTable } from "./create-indexes.ts";
import type { ModelDraft } from "./model-draft.ts";
import { createConstraintName } from "./naming.ts";
import type { ProblemList } from "./problem-list.ts";
import type { Field, SearchSchema } from "./schema-model.ts";

/** What search needs of the model; null without the option. What is wrong with it goes to `problems`. */
export function createSearch(draft: ModelDraft, fields: FieldTable, problems: ProblemList): SearchSchema | null {
  const declared = draft.options["search"];
  if (declared === undefined) return null;
  const names: readonly unknown[] = Array.isArray(declared) ? declared : [];
  if (names.length === 0 || new Set(names).size !== names.length)
    problems.add(
      draft.name,
      `search: expected a list of different text fields, got ${describeValue(declared)}.`,
      'Say for instance search: ["title", "body"].',
    );
  const parts = names.flatMap((name) => createPart(draft, fields, { name, problems }));
  return { name: createConstraintName(draft.table, [], "search"), parts };
}

function createPart(
  draft: ModelDraft,
  fields: FieldTable,
  { name, problems }: { readonly name: unknown; readonly problems: ProblemList },
): SearchSchema["parts"] {
  const field = typeof name === "string" ? fields.get(name) : undefined;
  if (field === undefined) {
    // A field that was declared but is wrong has been reported already.
    if (typeof name !== "string" || !draft.fields.has(name))
      problems.addUnknown(draft.name, `search: ${draft.name} has no field ${String(name)}.`, {
        name: String(name),
        candidates: fields.keys(),
      });
    return [];
  }
  if (field.hidden)
    problems.add(
      draft.name,
      `search: ${field.name} is hidden, and searching would tell what is in it.`,
      "Leave it out, or make the field visible.",
    );
  if (field.kind === "scalar" && field.type.kind === "text" && !field.type.list)
    return [{ field: field.name, column: field.column, words: createConstraintName(field.column, [], "words") }];
  problems.add(draft.name, `search: ${field.name} is a ${nameKind(field)} field, not a text.`, "Name text fields.");
  return [];
}

function nameKind(field: Field): string {
  if (field.kind !== "scalar") return field.kind;
  return field.type.list ? "list" : field.type.kind;
}

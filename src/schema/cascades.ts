/**
 * What goes along when rows are deleted, as the schema says it: which refs lead to a model, what a delete cascades to,
 * and which schemas leave it open whether a delete goes through. It reads no rows.
 */
import type { ProblemList } from "./problem-list.ts";
import type { ModelSchema, RefField } from "./schema-model.ts";

/** A ref, with the model that it stands in. */
export interface Referrer {
  readonly model: ModelSchema;
  readonly field: RefField;
}

/** The refs that lead to the model, in schema order. */
export function listReferrers(models: Iterable<ModelSchema>, target: string): readonly Referrer[] {
  return Array.from(models).flatMap((model) =>
    Object.values(model.fields).flatMap((field) =>
      field.kind === "ref" && field.model === target ? [{ model, field }] : [],
    ),
  );
}

/** The name that callers may be told of what refers to a row: null for what none of them can see. */
export function nameReferrer({ model, field }: Referrer): string | null {
  return field.hidden || model.access.read === "nobody" ? null : model.name;
}

/** The models whose rows may go along with a row of the model: itself only when a cascade leads back to it. */
export function listCascaded(models: readonly ModelSchema[], start: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [start];
  for (const name of open) {
    for (const { model, field } of listReferrers(models, name)) {
      if (field.onDelete !== "cascade" || reached.has(model.name)) continue;
      reached.add(model.name);
      open.push(model.name);
    }
  }
  return reached;
}

/** Whether a delete of rows of the model may be refused because of rows that refer to them, or to what goes along. */
export function mayBeKept(models: readonly ModelSchema[], name: string): boolean {
  const going = [...new Set([name, ...listCascaded(models, name)])];
  return going.some(
    (model) =>
      listReferrers(models, model).some(({ field }) => field.onDelete === "restrict") ||
      // Rows may go along through more levels than the database follows.
      listCascaded(models, model).has(model),
  );
}

/** Whether what goes along with rows of the model may be too much to follow: in circles, or over many models. */
export function goesFar(models: readonly ModelSchema[], name: string): boolean {
  const cascaded = listCascaded(models, name);
  return cascaded.size > 8 || [...cascaded].some((model) => listCascaded(models, model).has(model));
}

/**
 * Reports refs that keep a row which the same delete may take along: databases judge the two in different orders, so
 * that one would delete what the other refuses to.
 */
export function findCascadeClashes(models: readonly ModelSchema[], problems: ProblemList): void {
  const reported = new Set<RefField>();
  for (const { name: start } of models) {
    const cascaded = listCascaded(models, start);
    for (const model of models.filter(({ name }) => name === start || cascaded.has(name))) {
      for (const field of Object.values(model.fields)) {
        if (field.kind !== "ref" || field.onDelete !== "restrict" || reported.has(field)) continue;
        const isReached = cascaded.has(field.model) || (field.model === start && cascaded.has(model.name));
        if (!isReached) continue;
        reported.add(field);
        problems.add(
          `${model.name}.${field.name}`,
          `onDelete: the ref keeps its ${field.model}, but deleting a ${start} may take both along.`,
          `Say onDelete("cascade")${field.optional ? ' or onDelete("setNull")' : ""} here too, or leave the other cascade out.`,
        );
      }
    }
  }
}

/** Says in words, for the documents of an API, what the delete of a row does to rows that refer to it. */
import { listCascaded, listReferrers } from "./cascades.ts";
import type { ModelSchema, OnDelete, Schema } from "./schema-model.ts";

const sentences: Readonly<Record<OnDelete, (names: string) => string>> = {
  cascade: (names) => `What refers to it goes with it: ${names}.`,
  setNull: (names) => `Set to null: ${names}.`,
  restrict: (names) => `While something refers to it by ${names}, it stays.`,
};

/** Some sentences; null for a row that nothing refers to. Hidden refs and models that nobody may read are not named. */
export function describeDelete({ models }: Schema, { name }: ModelSchema): string | null {
  const all = Object.values(models);
  const going = [name, ...[...listCascaded(all, name)].filter((other) => other !== name)];
  const refs = going.flatMap((target) => listReferrers(all, target));
  const shown = refs.filter(({ model, field }) => !field.hidden && model.access.read !== "nobody");
  const text = (["cascade", "setNull", "restrict"] as const).flatMap((behaviour) => {
    const names = shown.filter(({ field }) => field.onDelete === behaviour);
    if (names.length === 0) return [];
    return [sentences[behaviour](names.map(({ model, field }) => `${model.name}.${field.name}`).join(", "))];
  });
  return text.length === 0 ? null : text.join(" ");
}

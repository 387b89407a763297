/** Finds the key of every model: its parts, their columns and types, through refs where a part is a ref. */
import type { RelationDeclaration } from "./declarations.ts";
import type { Drafts, ModelDraft } from "./model-draft.ts";
import { toSnakeCase } from "./naming.ts";
import type { ProblemList } from "./problem-list.ts";
import type { KeyColumn, ScalarKind, ScalarType } from "./schema-model.ts";

/** The types of the scalar fields, by model and field. */
export type TypeTable = ReadonlyMap<string, ReadonlyMap<string, ScalarType>>;

/** The keys by model. A model whose key is wrong has none. */
export type KeyTable = ReadonlyMap<string, readonly KeyColumn[]>;

const UNFIT: readonly ScalarKind[] = ["json", "bytes", "float"];

/** The keys of all models; what is wrong goes to `problems`. */
export function resolveKeys(drafts: Drafts, types: TypeTable, problems: ProblemList): KeyTable {
  const resolver = new KeyResolver(drafts, types, problems);
  for (const draft of drafts.values()) resolver.resolve(draft);
  return resolver.keys;
}

/** Remembers finished keys, and which are being resolved, to notice a circle. */
class KeyResolver {
  readonly keys: Map<string, readonly KeyColumn[]> = new Map();
  readonly #done: Set<string> = new Set();
  readonly #open: Set<string> = new Set();
  readonly #drafts: Drafts;
  readonly #types: TypeTable;
  readonly #problems: ProblemList;

  constructor(drafts: Drafts, types: TypeTable, problems: ProblemList) {
    this.#drafts = drafts;
    this.#types = types;
    this.#problems = problems;
  }

  resolve(draft: ModelDraft): void {
    if (this.#done.has(draft.name) || this.#open.has(draft.name)) return;
    this.#open.add(draft.name);
    const parts = draft.key.map((field) => this.#resolvePart(draft, field));
    this.#open.delete(draft.name);
    this.#done.add(draft.name);
    const whole = parts.filter((part) => part !== null);
    if (whole.length === parts.length && whole.length > 0) this.keys.set(draft.name, whole);
  }

  #resolvePart(draft: ModelDraft, field: string): KeyColumn | null {
    const declaration = draft.fields.get(field);
    if (declaration === undefined) {
      this.#problems.addUnknown(draft.name, `key: ${draft.name} has no field ${field}.`, {
        name: field,
        candidates: draft.fields.keys(),
      });
      return null;
    }
    if (declaration.optional || declaration.hidden) {
      this.#problems.add(
        `${draft.name}.${field}`,
        `a key field cannot be ${declaration.optional ? "optional" : "hidden"}.`,
        "Leave the modifier out, or choose another key.",
      );
      return null;
    }
    return declaration.kind === "scalar"
      ? this.#resolveScalar(draft, field)
      : this.#resolveRef(draft, field, declaration);
  }

  #resolveScalar(draft: ModelDraft, field: string): KeyColumn | null {
    const type = this.#types.get(draft.name)?.get(field);
    if (type === undefined) return null;
    if (!type.list && !UNFIT.includes(type.kind)) return { column: toSnakeCase(field), field, type };
    this.#problems.add(
      `${draft.name}.${field}`,
      `a key field cannot be ${type.list ? "a list" : type.kind}.`,
      "Choose a field of another kind.",
    );
    return null;
  }

  #resolveRef(draft: ModelDraft, field: string, declaration: RelationDeclaration): KeyColumn | null {
    const path = `${draft.name}.${field}`;
    if (declaration.kind !== "ref") {
      this.#problems.add(path, `a ${declaration.kind} field cannot be part of a key.`, "Use scalar fields and refs.");
      return null;
    }
    const target = this.#drafts.get(String(declaration.model));
    if (target === undefined) return null; // Reported with the field.
    if (this.#open.has(target.name)) {
      this.#problems.add(
        path,
        `the key of ${draft.name} refers to ${target.name}, whose key refers back.`,
        "Give one of the two a key of its own.",
      );
      return null;
    }
    this.resolve(target);
    return this.#resolveTarget(field, path, this.keys.get(target.name));
  }

  #resolveTarget(field: string, path: string, key: readonly KeyColumn[] | undefined): KeyColumn | null {
    const [part, second] = key ?? [];
    if (part === undefined) return null; // The target's key is wrong and reported there.
    if (second === undefined) return { column: toSnakeCase(`${field}_${part.field}`), field, type: part.type };
    this.#problems.add(
      path,
      "a ref in a key must refer to a model whose key has one field.",
      "Give this model a key of its own and make the ref unique or part of `unique`.",
    );
    return null;
  }
}

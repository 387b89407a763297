/**
 * The fluent declaration of a field that names another model. Each method answers a new builder; names are
 * strings here and looked up by `createSchema`.
 */
import type { FieldBuilder, Flag, RelationDeclaration, types } from "./declarations.ts";

/** A reference to one row of the model `M`. */
export interface RefBuilder<M extends string, F extends Flag = never> extends FieldBuilder {
  readonly [types]: { kind: "ref"; scalar: never; value: never; flags: F; model: M; via: never };
  /** The reference may be absent: null in JSON. */
  optional(): RefBuilder<M, F | "optional">;
  /** No two rows refer to the same row, which makes the relation one-to-one. */
  unique(): RefBuilder<M, F | "unique">;
  /** Never leaves through a principal's door and is never accepted from it; `db.asSystem()` sees it. */
  hidden(): RefBuilder<M, F | "hidden">;
  /** Set at creation only. */
  immutable(): RefBuilder<M, F | "immutable">;
  /**
   * What becomes of this row when the row it refers to is deleted: `restrict` keeps that one from being deleted, which is
   * the default; `cascade` deletes this row too; `setNull` empties the reference, which must be `optional()` first.
   * The database does it: no rule and no hook of this model is asked.
   */
  onDelete(behaviour: "restrict" | "cascade" | ("optional" extends F ? "setNull" : never)): this;
  /** One sentence for the API documents. */
  describe(text: string): this;
}

/** Rows of the model `M` that refer here, or rows linked with this one; `Via` is the field of `M` on the other side. */
export interface ListBuilder<
  K extends "many" | "one" | "manyToMany",
  M extends string,
  Via extends string,
  F extends Flag = never,
> extends FieldBuilder {
  readonly [types]: { kind: K; scalar: never; value: never; flags: F; model: M; via: Via };
  /** Never leaves through a principal's door and is never accepted from it; `db.asSystem()` sees it. */
  hidden(): ListBuilder<K, M, Via, F | "hidden">;
  /** One sentence for the API documents. */
  describe(text: string): this;
}

/** A new builder of a reference. */
export function createRefBuilder<M extends string>(model: M): RefBuilder<M> {
  const builder: unknown = createDeclarer("ref", model, undefined);
  // The type shows the methods that fit and adds the types of the field.
  return builder as RefBuilder<M>;
}

/** A new builder of the other side of a reference, or of a side of a manyToMany. */
export function createListBuilder<K extends "many" | "one" | "manyToMany", M extends string, Via extends string>(
  kind: K,
  model: M,
  via: Via | undefined,
): ListBuilder<K, M, Via> {
  const builder: unknown = createDeclarer(kind, model, via);
  // As above.
  return builder as ListBuilder<K, M, Via>;
}

function createDeclarer(kind: RelationDeclaration["kind"], model: unknown, via: unknown): RelationDeclarer {
  return new RelationDeclarer({ kind, model, via, optional: false, unique: false, hidden: false, immutable: false });
}

class RelationDeclarer {
  readonly declaration: RelationDeclaration;

  constructor(declaration: RelationDeclaration) {
    this.declaration = Object.freeze(declaration);
    Object.freeze(this);
  }

  optional(): RelationDeclarer {
    return this.#with({ optional: true });
  }

  unique(): RelationDeclarer {
    return this.#with({ unique: true });
  }

  hidden(): RelationDeclarer {
    return this.#with({ hidden: true });
  }

  immutable(): RelationDeclarer {
    return this.#with({ immutable: true });
  }

  onDelete(behaviour: unknown): RelationDeclarer {
    return this.#with({ onDelete: behaviour });
  }

  describe(text: unknown): RelationDeclarer {
    return this.#with({ describe: text });
  }

  #with(change: Partial<RelationDeclaration>): RelationDeclarer {
    return new RelationDeclarer({ ...this.declaration, ...change });
  }
}

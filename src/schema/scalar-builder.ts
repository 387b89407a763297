/**
 * The fluent declaration of a field that holds values. Each method answers a new builder. Nothing is checked
 * here, so that `createSchema` can report everything that is wrong at once.
 */
import type { DeclaredLimits, FieldBuilder, Flag, ScalarDeclaration, types, ValueKind } from "./declarations.ts";
import type { Keeping } from "./schema-model.ts";

/** The methods every field that holds values has. `V` is the JSON form of the value, `F` what was said so far. */
export interface ScalarModifiers<K extends ValueKind, V, F extends Flag> extends FieldBuilder {
  readonly [types]: { kind: "scalar"; scalar: K; value: V; flags: F; model: never; via: never };
  /** The value may be absent: null in JSON. */
  optional(): ScalarBuilder<K, V, F | "optional">;
  /** What a create gets that leaves the field out. `"now"` is the time of the write, `"uuid"` a new uuid of version 7. */
  default(value: DefaultValue<K, V>): ScalarBuilder<K, V, F | "default">;
  /** No two rows have the same value; rows without a value do not count. */
  unique(): ScalarBuilder<K, V, F | "unique">;
  /** Never leaves through a principal's door and is never accepted from it; `db.asSystem()` sees it. */
  hidden(): ScalarBuilder<K, V, F | "hidden">;
  /** Set at creation only. */
  immutable(): ScalarBuilder<K, V, F | "immutable">;
  /** One sentence for the API documents. */
  describe(text: string): this;
}

/** Limits of text, counted in code points. */
export interface TextLimits {
  /** Shortest length. */
  min(length: number): this;
  /** Longest length. */
  max(length: number): this;
  /** Exact length. */
  length(length: number): this;
  /**
   * Must match somewhere; no flags, Unicode mode. A pattern that is not sure to take time in proportion to the text
   * is refused at start: begin with `^`, and let no two repetitions match the same characters.
   */
  pattern(pattern: RegExp): this;
  /** Must be an e-mail address. */
  email(): this;
  /** Must be an absolute http or https address. */
  url(): this;
}

/** Limits of numbers, inclusive. `N` is how the kind writes a number. */
export interface NumberLimits<N> {
  /** Smallest value. */
  min(value: N): this;
  /** Largest value. */
  max(value: N): this;
}

/** Limit of bytes (octets) and lists (items). */
export interface SizeLimit {
  /** Most octets or items. */
  max(count: number): this;
}

/** No limits. */
type NoLimits = unknown;

/** The limit methods of each kind. */
interface LimitsOf {
  text: TextLimits;
  int: NumberLimits<number>;
  bigint: NumberLimits<bigint | string>;
  float: NumberLimits<number>;
  decimal: NumberLimits<string>;
  bytes: SizeLimit;
  list: SizeLimit;
  bool: NoLimits;
  date: NoLimits;
  datetime: NoLimits;
  uuid: NoLimits;
  json: NoLimits;
  enum: NoLimits;
}

/** What a kind takes beside its JSON form. */
export interface Convenience {
  text: never;
  int: never;
  bigint: bigint;
  float: never;
  decimal: never;
  bool: never;
  date: never;
  datetime: Date;
  uuid: never;
  bytes: Uint8Array;
  json: never;
  enum: never;
  list: never;
}

const undeclared = { kind: "scalar", optional: false, unique: false, hidden: false, immutable: false } as const;

/** Defaults that are made at the time of the write. */
interface MadeDefault {
  date: "now";
  datetime: "now";
  uuid: "uuid";
}

type DefaultValue<K extends ValueKind, V> = V | Convenience[K] | (K extends keyof MadeDefault ? MadeDefault[K] : never);

/** A declared field that holds values, with the methods that fit its kind. */
export type ScalarBuilder<K extends ValueKind, V, F extends Flag = never> = ScalarModifiers<K, V, F> & LimitsOf[K];

/** A declared field that Footing writes, and nobody else. */
export interface KeptBuilder<K extends ValueKind, V, F extends Flag = "kept"> extends FieldBuilder {
  readonly [types]: { kind: "scalar"; scalar: K; value: V; flags: F; model: never; via: never };
  /** Never leaves through a principal's door; `db.asSystem()` sees it. */
  hidden(): KeptBuilder<K, V, F | "hidden">;
  /** One sentence for the API documents. */
  describe(text: string): this;
}

/** A new builder of the kind. */
export function createScalarBuilder<K extends ValueKind, V>(
  scalar: K,
  limits: DeclaredLimits = {},
): ScalarBuilder<K, V> {
  const builder: unknown = new ScalarDeclarer({ ...undeclared, scalar, limits });
  // One class has the methods of all kinds; the type shows those that fit and adds the types of the field.
  return builder as ScalarBuilder<K, V>;
}

/** A new builder of a field in which Footing keeps something. */
export function createKeptBuilder<K extends ValueKind, V>(scalar: K, keeps: Keeping): KeptBuilder<K, V> {
  const builder: unknown = new ScalarDeclarer(createKeptDeclaration(scalar, keeps));
  // Same reason as above.
  return builder as KeptBuilder<K, V>;
}

/** The declaration of a field in which Footing keeps something. */
export function createKeptDeclaration(scalar: ValueKind, keeps: Keeping): ScalarDeclaration {
  return { ...undeclared, scalar, limits: {}, keeps };
}

/** All methods of all kinds: `createSchema` reports those that do not fit, which TypeScript would not have let pass. */
class ScalarDeclarer {
  readonly declaration: ScalarDeclaration;

  constructor(declaration: ScalarDeclaration) {
    this.declaration = Object.freeze(declaration);
    Object.freeze(this);
  }

  optional(): ScalarDeclarer {
    return this.#with({ optional: true });
  }

  default(value: unknown): ScalarDeclarer {
    return this.#with({ default: { value } });
  }

  unique(): ScalarDeclarer {
    return this.#with({ unique: true });
  }

  hidden(): ScalarDeclarer {
    return this.#with({ hidden: true });
  }

  immutable(): ScalarDeclarer {
    return this.#with({ immutable: true });
  }

  describe(text: unknown): ScalarDeclarer {
    return this.#with({ describe: text });
  }

  min(min: unknown): ScalarDeclarer {
    return this.#withLimit({ min });
  }

  max(max: unknown): ScalarDeclarer {
    return this.#withLimit({ max });
  }

  length(length: unknown): ScalarDeclarer {
    return this.#withLimit({ length });
  }

  pattern(pattern: unknown): ScalarDeclarer {
    return this.#withLimit({ pattern });
  }

  email(): ScalarDeclarer {
    return this.#withLimit({ format: "email" });
  }

  url(): ScalarDeclarer {
    return this.#withLimit({ format: "url" });
  }

  #with(change: Partial<ScalarDeclaration>): ScalarDeclarer {
    return new ScalarDeclarer({ ...this.declaration, ...change });
  }

  #withLimit(limit: DeclaredLimits): ScalarDeclarer {
    return this.#with({ limits: { ...this.declaration.limits, ...limit } });
  }
}

/**
 * Readers of parsed JSON: each checks a value and gives it back typed and frozen, or says where it is not what was
 * expected. They know no node of a plan.
 */
import { FootingError } from "../errors/footing-error.ts";
import { isObject } from "../util/is-object.ts";

/** Checks a value found at a JSON Pointer and gives it back typed and frozen. */
type Reader<T> = (value: unknown, path: string) => T;
/** One reader per property; every property must have one, so a new property fails to compile. */
type Properties<T> = { readonly [K in keyof T]-?: Reader<Exclude<T[K], undefined>> };
/** One reader per kind of a union; a new kind fails to compile. */
type Kinds<T extends { readonly kind: string }> = {
  readonly [K in T["kind"]]: Reader<Extract<T, { readonly kind: K }>>;
};

/** Reads a text. */
export function readText(value: unknown, path: string): string {
  return typeof value === "string" ? value : refuse(path, "a text", value);
}

/** Reads true or false. */
export function readBoolean(value: unknown, path: string): boolean {
  return typeof value === "boolean" ? value : refuse(path, "true or false", value);
}

/** Reads true. */
export function readTrue(value: unknown, path: string): true {
  return value === true ? value : refuse(path, "true", value);
}

/** Reads a whole number from 0. */
export function readCount(value: unknown, path: string): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? value
    : refuse(path, "a whole number from 0", value);
}

/** Reads a number or a text. */
export function readNumberOrText(value: unknown, path: string): number | string {
  return typeof value === "number" ? value : readText(value, path);
}

/** Reads what JSON can hold beside lists and objects. */
export function readJsonScalar(value: unknown, path: string): string | number | boolean | null {
  return value === null || typeof value === "boolean" ? value : readNumberOrText(value, path);
}

/** Makes a reader of one text. */
export function readKind<K extends string>(kind: K): Reader<K> {
  return oneOf([kind]);
}

/** Makes a reader of one of several texts. */
export function oneOf<K extends string>(known: readonly K[]): Reader<K> {
  return (value, path) =>
    known.find((item) => item === value) ?? refuse(path, known.map((item) => `"${item}"`).join(" or "), value);
}

/** Makes a reader of a value that may be null. */
export function orNull<T>(read: Reader<T>): Reader<T | null> {
  return (value, path) => (value === null ? null : read(value, path));
}

/** Makes a reader of a list, which it freezes. */
export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, "a list", value);
    return Object.freeze(value.map((item: unknown, index) => read(item, `${path}/${index}`)));
  };
}

/** An object with these properties only. All are required unless `required` names those that are. */
export function object<T extends object>(
  properties: Properties<T>,
  required: readonly (keyof T & string)[] = keysOf(properties),
): Reader<T> {
  const readers: Readonly<Record<string, Reader<unknown>>> = properties;
  return (value, path) => {
    if (!isObject(value)) return refuse(path, "an object", value);
    const missing = required.find((name) => !Object.hasOwn(value, name));
    if (missing !== undefined) return refuse(`${path}/${missing}`, "a value", undefined);
    const entries = Object.entries(value).map(([name, item]) => {
      const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
      return [
        name,
        read === undefined ? refuse(`${path}/${name}`, "no such property", item) : read(item, `${path}/${name}`),
      ];
    });
    // Every property went through the reader of its type, and the required ones are there.
    return Object.freeze(Object.fromEntries(entries)) as T;
  };
}

/** One of several objects, told apart by `kind`. */
export function union<T extends { readonly kind: string }>(kinds: Kinds<T>): Reader<T> {
  const readers: Readonly<Record<string, Reader<T>>> = kinds;
  return (value, path) => {
    const kind = isObject(value) ? value["kind"] : undefined;
    const read = typeof kind === "string" && Object.hasOwn(readers, kind) ? readers[kind] : undefined;
    return read === undefined ? refuse(`${path}/kind`, keysOf(kinds).join(" or "), kind) : read(value, path);
  };
}

function keysOf<T extends object>(value: T): (keyof T & string)[] {
  // Object.keys is typed for objects that may have more keys than their type says; these are literals.
  return Object.keys(value) as (keyof T & string)[];
}

/** Parses JSON text. Throws FTG_QUERY. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FootingError("FTG_QUERY", { detail: "The plan is not well-formed JSON.", cause });
  }
}

function refuse(path: string, expected: string, value: unknown): never {
  const came = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
  throw new FootingError("FTG_QUERY", {
    detail: `The plan is wrong at ${path || "/"}: expected ${expected}, got ${came}.`,
  });
}

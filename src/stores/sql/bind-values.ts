/** Puts values where a statement's placeholders want them, in a driver's form. What that form is, each store's codec says. */
import type { Values } from "../contract/store.ts";
import type { Binding, SqlText } from "./sql-text.ts";

/** The values of a statement in the order of its placeholders; `collected` are the keys that an earlier one found. */
export type Bind<T> = (text: SqlText, values: Values, collected: unknown) => T[];

/** Where the values of one statement come from. */
interface Sources<T> {
  /** Per placeholder: the index of the value, or -1 for the collected keys. */
  readonly indexes: readonly number[];
  readonly encoders: readonly ((value: unknown) => T)[];
}

/** Makes the {@link Bind} of a store, which finds out once per statement where its values come from. */
export function createBind<T>(createEncoder: (binding: Binding) => (value: unknown) => T): Bind<T> {
  const known = new WeakMap<SqlText, Sources<T>>();
  const prepare = (text: SqlText): Sources<T> => {
    const indexes = text.bindings.map((binding) => (binding.kind === "param" ? binding.index : -1));
    const sources = { indexes, encoders: text.bindings.map(createEncoder) };
    known.set(text, sources);
    return sources;
  };
  return (text, values, collected) => {
    const { indexes, encoders } = known.get(text) ?? prepare(text);
    return encoders.map((encode, place) => {
      const index = indexes[place] ?? -1;
      return encode(index < 0 ? collected : (values[index] ?? null));
    });
  };
}

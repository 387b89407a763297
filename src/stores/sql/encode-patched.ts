/** Binds rows that were patched: each with its key, and its patched values in the form in which they are stored. */
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Binding } from "./sql-text.ts";

type Encoder<T> = (value: unknown) => T;

const text: ScalarType = Object.freeze({ kind: "text", list: false });

/**
 * The encoder of patched rows, made of those of a store: for its dialect's `keyRows` they are keys with further parts, which
 * are texts. A store's encoder may be null, where it binds a value as it is.
 */
export function createPatchedEncoder<T>(
  { keys, values }: Binding & { readonly kind: "patched" },
  createEncoder: (binding: Binding) => Encoder<T> | null,
): Encoder<T> | null {
  const parts = [...keys, ...values.map(() => text)];
  const encodeRows = createEncoder({ kind: "param", index: 0, type: { kind: "keys", parts }, form: "value" });
  const encoders = values.map((type) => createEncoder({ kind: "param", index: 0, type, form: "value" }));
  const encodePart = (part: unknown, index: number): unknown => {
    const encode = encoders[index - keys.length];
    return part === null || encode === undefined || encode === null ? part : encode(part);
  };
  return encodeRows && ((rows) => encodeRows(Array.isArray(rows) ? rows.map((row) => row.map(encodePart)) : []));
}

/**
 * Brings an operation into the JSON that the server reads: dates, bigints and bytes become text,
 * references and what only looks like one are marked. Refuses what JSON would silently turn into something else.
 */
import { ClientError } from "./client-error.ts";
import type { SentOperation } from "./send-batch.ts";

/** Stands for a value of an earlier result. */
export class Reference {
  readonly $ref: string;

  constructor(target: string) {
    this.$ref = target;
  }
}

/** Where a value stands: in a filter or key, where undefined is an error; in data, where it is left out; elsewhere in a query; in the input of an action. */
type Mode = "filter" | "data" | "query" | "input";

const modes: Readonly<Record<string, Mode>> = {
  where: "filter",
  key: "filter",
  having: "filter",
  data: "data",
  create: "data",
  update: "data",
  rows: "data",
};

/**
 * The operation with its members as JSON values.
 *
 * @throws ClientError USAGE with the place of what cannot be sent.
 */
export function encodeOperation({ op, ...given }: SentOperation): SentOperation {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    op,
    ...Object.fromEntries(entries.map(([name, value]) => [name, encode(value, modes[name] ?? "query", name)])),
  };
}

/** The input of an action as a JSON value. Throws ClientError USAGE with the place of what cannot be sent. */
export function encodeInput(input: unknown): unknown {
  return encode(input, "input", "input");
}

function encode(value: unknown, mode: Mode, path: string): unknown {
  if (value instanceof Reference) return { ...value };
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) throw refuse(path, String(value));
  if (typeof value === "function" || typeof value === "symbol" || value === undefined) throw refuse(path, typeof value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return encodeDate(value, path);
  if (value instanceof Uint8Array) return encodeBytes(value);
  if (Array.isArray(value)) return value.map((item, index) => encode(item, mode, `${path}.${index}`));
  return encodeObject(value, mode, path);
}

function encodeObject(value: object, mode: Mode, path: string): unknown {
  const entries = Object.entries(value).filter(([, part]) => part !== undefined || mode === "filter");
  const encoded = Object.fromEntries(
    entries.map(([name, part]) => {
      const inner = mode === "query" && name === "where" ? "filter" : mode;
      return [name, encode(part, inner, `${path}.${name}`)];
    }),
  );
  const [first, ...others] = entries;
  const looksMarked = others.length === 0 && (first?.[0] === "$ref" || first?.[0] === "$value");
  return looksMarked && (mode === "data" || mode === "filter") ? { $value: encoded } : encoded;
}

function encodeDate(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw refuse(path, "an invalid Date");
  return date.toISOString();
}

function encodeBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function refuse(path: string, came: string): ClientError {
  return new ClientError("USAGE", { detail: `${path}: expected a value that can be sent, got ${came}.` });
}

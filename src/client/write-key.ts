/** Names writes, so that the server knows one that it has seen. What is sent again, and when, is decided elsewhere. */
import { ClientError } from "./client-error.ts";

/** What the server takes as a key without quotes. */
const form = /^[!#-+\--[\]-~]{1,255}$/;

/** A key that no other write has. Made without `randomUUID`, which browsers keep from pages that came over plain HTTP. */
export function createWriteKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** Throws ClientError USAGE for what cannot be a key. */
export function checkWriteKey(key: unknown): void {
  if (key === undefined || (typeof key === "string" && form.test(key))) return;
  const detail = `idempotencyKey: expected 1 to 255 visible ASCII characters other than , " and \\, got ${JSON.stringify(key)}.`;
  throw new ClientError("USAGE", { detail });
}

/** Reads the header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header). */
import { FootingError } from "../errors/footing-error.ts";

/** The header, in lower case. */
export const KEY_HEADER = "idempotency-key";

/** What a key may be: in double quotes, as the draft has it, or bare, as many clients send it. */
export const keyPattern: string = String.raw`^(?:"[!#-\[\]-~]{1,255}"|[!#-+\--\[\]-~]{1,255})$`;

const form = new RegExp(keyPattern);

/**
 * The key that a header spells.
 *
 * @throws FootingError FTG_IDEMPOTENCY_KEY
 */
export function parseKey(header: string): string {
  if (form.test(header)) return header.startsWith('"') ? header.slice(1, -1) : header;
  throw new FootingError("FTG_IDEMPOTENCY_KEY", {
    detail: `Expected one key of 1 to 255 visible ASCII characters, got ${JSON.stringify(header.slice(0, 100))}.`,
  });
}

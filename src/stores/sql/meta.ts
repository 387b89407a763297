/** The table in which Footing remembers what belongs to a database: its name and what must be in it. It writes no SQL. */
import { FootingError } from "../../errors/footing-error.ts";

/** Two columns: `name`, the key, and `value`, bytes. */
export const META_TABLE = "footing_meta";

/** Bytes of a database's secret. */
export const SECRET_LENGTH = 32;

/**
 * The secret as it was read from the row "secret".
 * @throws FootingError FTG_DATABASE when it is none.
 */
export function readSecret(value: unknown): Buffer {
  if (value instanceof Uint8Array && value.length === SECRET_LENGTH) return Buffer.from(value);
  throw new FootingError("FTG_DATABASE", {
    detail: `The table ${META_TABLE} holds no secret of ${SECRET_LENGTH} bytes.`,
    fix: `Delete its row "secret".`,
  });
}

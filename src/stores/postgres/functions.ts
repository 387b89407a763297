/**
 * The one function that a database of ours holds: it prints floats that the server and JavaScript print differently. In
 * every statement its text would cost more than the rest of the statement, because the server sets up what it never runs.
 */
import type { Line } from "./driver.ts";

/** The JSON of a float outside of the range in which `::text` is that already. */
export const FLOAT_FUNCTION = "footing_float";

/**
 * Both sides print the shortest digits that read back; they differ in when they use an exponent, and in how many digits
 * they give it. The server also never prints digits that stand for the middle between two floats, such as 1e+23,
 * although they read back as the float; JSON.stringify does. Beyond 1e40 no digits do: 5 to the power of 24 has too many
 * bits. From 1e21 on an exponent and perhaps zeros before it remain.
 */
const FLOAT_BODY = String.raw`
DECLARE
  size float8 := abs(x);
  digits text := x::text;
  short text;
BEGIN
  IF size < 1e-6 THEN RETURN replace(digits, 'e-0', 'e-'); END IF;
  IF size < 1e16 THEN RETURN digits::numeric::text; END IF;
  IF size >= 1e40 THEN RETURN digits; END IF;
  short := ltrim(to_char(x, '9.99999999999999EEEE'));
  IF short::float8 <> x THEN short := ltrim(to_char(x, '9.999999999999999EEEE')); END IF;
  IF short::float8 = x THEN digits := short; END IF;
  IF size < 1e21 THEN RETURN digits::numeric::text; END IF;
  RETURN regexp_replace(digits, '\.?0+e', 'e');
END`;

/** The statement that creates the function in the current schema. */
export const FLOAT_DEFINITION: string = `CREATE OR REPLACE FUNCTION ${FLOAT_FUNCTION}(x float8) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $body$${FLOAT_BODY}$body$`;

/** Creates the function, or brings it up to date. */
export async function writeFunctions(link: Line): Promise<void> {
  const { rows } = await link.query(
    "SELECT prosrc FROM pg_proc WHERE proname = $1::text AND pronamespace = current_schema()::regnamespace",
    [FLOAT_FUNCTION],
  );
  if (String(rows[0]?.[0]) === FLOAT_BODY) return;
  await link.exec(FLOAT_DEFINITION);
}

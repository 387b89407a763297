/**
 * The functions that a database of ours holds. One prints floats that the server and JavaScript print differently: in
 * every statement its text would cost more than the rest of the statement, because the server sets up what it never
 * runs. The others change the case of letters, by the best collation that the database has.
 */
import { iotaLetters } from "../../util/fold-case.ts";
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

/** A text in its folded case, as `util/fold-case.ts` has it. */
export const FOLD_FUNCTION = "footing_fold";

/**
 * Collations that know the letters of all scripts, the best first: the server's own, ICU's, and that of the C library.
 * What stands around `lower` is where they differ.
 */
const FOLDERS = ["pg_c_utf8", "und-x-icu", "C.UTF-8", "C.utf8", "en_US.utf8", "en_US.UTF-8"];

/** One expression, which the server puts into the place of the call. */
function createFold(collation: string): string {
  return `SELECT translate(lower(translate(x, 'İ', 'i') COLLATE "${collation}"), 'ς', 'σ') COLLATE "C"`;
}

/** A text in upper case, as `raiseCase` of `util/fold-case.ts` has it. */
export const UPPER_FUNCTION = "footing_upper";

/** ICU makes several letters of some, which stay as they are then, but for those that have a capital of their own. */
function createUpper(collation: string): string {
  const raise = (text: string) => `upper(${text} COLLATE "${collation}")`;
  const rest = `translate(letter, '${iotaLetters.small}', '${iotaLetters.capital}')`;
  const each = `CASE WHEN length(${raise("letter")}) = 1 THEN ${raise("letter")} ELSE ${rest} END`;
  const letters = "regexp_split_to_table(x, '') WITH ORDINALITY AS s(letter, place)";
  const one = `SELECT string_agg(${each}, '' ORDER BY place) FROM ${letters}`;
  return `SELECT CASE WHEN length(${raise("x")}) = length(x) THEN ${raise("x")} ELSE (${one}) END COLLATE "C"`;
}

function defineCase(name: string, body: string): string {
  return `CREATE OR REPLACE FUNCTION ${name}(x text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$${body}$body$`;
}

/**
 * Creates the functions, or brings them up to date.
 * @returns the collation that knows upper and lower case.
 */
export async function writeFunctions(link: Line): Promise<string> {
  const { rows } = await link.query(
    `SELECT proname, prosrc FROM pg_proc WHERE proname IN ($1::text, $2::text, $3::text)
       AND pronamespace = current_schema()::regnamespace`,
    [FLOAT_FUNCTION, FOLD_FUNCTION, UPPER_FUNCTION],
  );
  const known = new Map(rows.map(([name, body]) => [String(name), String(body)]));
  if (known.get(FLOAT_FUNCTION) !== FLOAT_BODY) await link.exec(FLOAT_DEFINITION);
  const folders = await listFolders(link);
  // What is there stays as long as its collation does: an index may be made with it, and it may belong to another user.
  const kept = folders.find((name) => known.get(FOLD_FUNCTION) === createFold(name));
  const collation = kept ?? folders[0] ?? "default";
  if (kept === undefined) await link.exec(defineCase(FOLD_FUNCTION, createFold(collation)));
  const upper = createUpper(collation);
  if (known.get(UPPER_FUNCTION) !== upper) await link.exec(defineCase(UPPER_FUNCTION, upper));
  return collation;
}

/** Those that the database has. One without any of them knows the case of the letters that its own collation knows. */
async function listFolders(link: Line): Promise<readonly string[]> {
  const { rows } = await link.query(
    "SELECT collname FROM pg_collation WHERE collnamespace = 'pg_catalog'::regnamespace AND collencoding IN (-1, 6)",
    [],
  );
  const names = new Set(rows.map(([name]) => String(name)));
  return [...FOLDERS.filter((name) => names.has(name)), "default"];
}

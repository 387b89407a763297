/** Reads SQLite's errors: which constraint refused a statement, or what is wrong with the database. */
import { FootingError } from "../../errors/footing-error.ts";
import type { Refusal } from "../sql/run-program.ts";

/** Primary result codes, https://sqlite.org/rescode.html. */
const CODE = {
  error: 1,
  perm: 3,
  busy: 5,
  locked: 6,
  nomem: 7,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  toobig: 18,
  constraint: 19,
  notadb: 26,
} as const;

const CONSTRAINT_CHECK = 275;
const CONSTRAINT_FOREIGN_KEY = 787;
const CONSTRAINT_PRIMARY_KEY = 1555;
const CONSTRAINT_UNIQUE = 2067;
/** A calculation came out of 64 bits, and its result is no integer any more. */
const CONSTRAINT_DATATYPE = 3091;

/** What the database itself can suffer, in words, with what to do. */
const DATABASE_PROBLEMS: ReadonlyMap<number, readonly [problem: string, fix: string]> = new Map([
  [
    CODE.perm,
    [
      "may not be used by this user",
      "Give the user of this process the right to read and write the file and its folder.",
    ],
  ],
  [CODE.readonly, ["cannot be written", "Give the user of this process the right to write the file and its folder."]],
  [CODE.ioerr, ["cannot be read or written: the disk reports an error", "Check the disk."]],
  [CODE.corrupt, ["is corrupt", "Restore it from a backup."]],
  [CODE.full, ["cannot grow: the disk is full", "Free some space on the disk."]],
  [CODE.cantopen, ["cannot be opened", "Check that its folder exists and that this process may write there."]],
  [CODE.notadb, ["is not an SQLite database", "Give the address of another file, or move this one away."]],
]);

/** The constraint that refused a statement, or null when the error is about something else. */
export function readRefusal(error: unknown): Refusal | null {
  if (!(error instanceof Error)) return null;
  switch (readCode(error)) {
    case CONSTRAINT_FOREIGN_KEY:
      return { kind: "reference" };
    case CONSTRAINT_DATATYPE:
      return { kind: "range" };
    case CONSTRAINT_CHECK:
      return { kind: "check", name: error.message.slice(error.message.indexOf(": ") + 2) };
    case CONSTRAINT_PRIMARY_KEY:
    case CONSTRAINT_UNIQUE:
      return { kind: "unique", columns: readColumns(error.message) };
    case CODE.error:
      return error.message === "too many levels of trigger recursion" ? { kind: "depth" } : null;
    default:
      return null;
  }
}

/** Whether another connection holds the lock: worth trying again. */
export function isBusy(error: unknown): boolean {
  const code = readCode(error) & 0xff;
  return code === CODE.busy || code === CODE.locked;
}

/** What a caller sees of an error of the database at `path`; every other error stays as it is. */
export function translateError(error: unknown, path: string): unknown {
  if (readCode(error) === 0) return error;
  if (isBusy(error)) {
    return new FootingError("FTG_BUSY", {
      detail: `Another program has locked the database ${path}.`,
      headers: { "Retry-After": "1" },
      cause: error,
    });
  }
  if (readCode(error) === CODE.toobig) {
    return new FootingError("FTG_TOO_LARGE", {
      detail: "A value or an answer is longer than SQLite makes in one piece.",
      fix: "Send or ask for less at once.",
      cause: error,
    });
  }
  const known = DATABASE_PROBLEMS.get(readCode(error) & 0xff);
  if (known === undefined) {
    return new FootingError("FTG_INTERNAL", { detail: "The database refused a statement.", cause: error });
  }
  const [problem, fix] = known;
  return new FootingError("FTG_DATABASE", { detail: `The database ${path} ${problem}.`, fix, cause: error });
}

/** The extended result code; 0 for an error that is not SQLite's. */
function readCode(error: unknown): number {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
}

/** The columns of `UNIQUE constraint failed: city.name, city.country_code`. */
function readColumns(message: string): readonly string[] {
  const list = message.slice(message.indexOf(": ") + 2);
  return list.split(", ").map((name) => name.slice(name.indexOf(".") + 1));
}

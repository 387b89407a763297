/**
 * The catalogue: every error Footing can raise, as data. A code is stable for ever; `docs/errors.md` is
 * tested against this table in both directions.
 */

/** One kind of failure. */
export interface CatalogueEntry {
  /** HTTP status the failure has when it answers a request. */
  readonly status: number;
  /** A few words, the same for every occurrence. */
  readonly title: string;
  /** What the reader should do. */
  readonly fix: string;
}

/** A stable error code. */
export type ErrorCode =
  | "FTG_BAD_REQUEST"
  | "FTG_PARAMETER"
  | "FTG_QUERY"
  | "FTG_VALUE"
  | "FTG_CURSOR"
  | "FTG_PATH"
  | "FTG_BODY"
  | "FTG_COST"
  | "FTG_UNBOUNDED_WRITE"
  | "FTG_IDEMPOTENCY_KEY"
  | "FTG_FORBIDDEN"
  | "FTG_NOT_FOUND"
  | "FTG_METHOD"
  | "FTG_NOT_ACCEPTABLE"
  | "FTG_SLOW_REQUEST"
  | "FTG_CONFLICT"
  | "FTG_REFERENCE"
  | "FTG_IDEMPOTENCY_RUNNING"
  | "FTG_TOO_MANY_ROWS"
  | "FTG_VERSION_MISMATCH"
  | "FTG_TOO_LARGE"
  | "FTG_URI_TOO_LONG"
  | "FTG_MEDIA_TYPE"
  | "FTG_INVALID"
  | "FTG_CHECK"
  | "FTG_IDEMPOTENCY_REUSED"
  | "FTG_HEADERS"
  | "FTG_INTERNAL"
  | "FTG_RULE"
  | "FTG_HOOK"
  | "FTG_OUTPUT"
  | "FTG_UNKNOWN_OUTCOME"
  | "FTG_METHOD_UNKNOWN"
  | "FTG_BUSY"
  | "FTG_OVERLOADED"
  | "FTG_TIMEOUT"
  | "FTG_SCHEMA"
  | "FTG_CONFIG"
  | "FTG_DATABASE"
  | "FTG_DATABASE_MISMATCH"
  | "FTG_PORT"
  | "FTG_APP"
  | "FTG_OUTDATED"
  | "FTG_MOVE";

/** All codes with their status, title and default fix. Sorted by theme, then status. */
export const catalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = {
  // What a request may get wrong.
  FTG_BAD_REQUEST: { status: 400, title: "Malformed request", fix: "Send a request of the documented form." },
  FTG_PARAMETER: {
    status: 400,
    title: "Unknown or wrong parameter",
    fix: "Use a parameter that the API document lists for this route.",
  },
  FTG_QUERY: { status: 400, title: "Wrong query", fix: "Use only the fields, operators and arguments of the model." },
  FTG_VALUE: { status: 400, title: "Wrong value", fix: "Send a value of the type and range that the field declares." },
  FTG_CURSOR: {
    status: 400,
    title: "Unusable cursor",
    fix: "Take the cursor from the previous page of the same list, with the same sort.",
  },
  FTG_PATH: {
    status: 400,
    title: "Path not in canonical form",
    fix: "Send the path in its shortest percent-encoded form, without empty or dot segments.",
  },
  FTG_BODY: { status: 400, title: "Unreadable body", fix: "Send well-formed JSON in UTF-8, each key once." },
  FTG_COST: { status: 400, title: "Query too expensive", fix: "Ask for fewer rows, or for fewer levels at once." },
  FTG_UNBOUNDED_WRITE: {
    status: 400,
    title: "Bulk write without a filter",
    fix: "Give a `where`, or say `all: true` if every row is meant.",
  },
  FTG_IDEMPOTENCY_KEY: {
    status: 400,
    title: "Unusable idempotency key",
    fix: "Send one key of 1 to 255 visible ASCII characters, best a new UUID, or leave the header out.",
  },
  FTG_FORBIDDEN: {
    status: 403,
    title: "Not allowed",
    fix: "Sign in if you have not; if you have, use an account that the access rules allow to do this.",
  },
  FTG_NOT_FOUND: { status: 404, title: "Not found", fix: "Check the address or the key." },
  FTG_METHOD: { status: 405, title: "Method not allowed", fix: "Use a method of the `Allow` header." },
  FTG_NOT_ACCEPTABLE: {
    status: 406,
    title: "No acceptable media type",
    fix: "Accept a media type that the API document lists.",
  },
  FTG_SLOW_REQUEST: { status: 408, title: "Request too slow", fix: "Send the whole request within 30 seconds." },
  FTG_CONFLICT: { status: 409, title: "Already taken", fix: "Use another value, or change the row that has it." },
  FTG_REFERENCE: {
    status: 409,
    title: "Referenced row is missing or still in use",
    fix: "Create the referenced row first, or remove what refers to this one.",
  },
  FTG_IDEMPOTENCY_RUNNING: {
    status: 409,
    title: "Same request is under way",
    fix: "Try again after the time in `Retry-After`.",
  },
  FTG_TOO_MANY_ROWS: {
    status: 409,
    title: "Too many rows",
    fix: "Narrow the filter, or raise `atMost` if so many rows are meant.",
  },
  FTG_VERSION_MISMATCH: {
    status: 412,
    title: "Changed meanwhile",
    fix: "Read the row again, and send the change with the version that it has now.",
  },
  FTG_TOO_LARGE: { status: 413, title: "Body too large", fix: "Send less in one request." },
  FTG_URI_TOO_LONG: { status: 414, title: "Address too long", fix: "Send a shorter query string." },
  FTG_MEDIA_TYPE: {
    status: 415,
    title: "Unsupported media type",
    fix: "Send the media type that the API document lists.",
  },
  FTG_INVALID: { status: 422, title: "Invalid data", fix: "Correct the listed fields." },
  FTG_CHECK: { status: 422, title: "Check failed", fix: "Send values that satisfy the check of the model." },
  FTG_IDEMPOTENCY_REUSED: {
    status: 422,
    title: "Idempotency key of another request",
    fix: "Repeat a request exactly as it was, and take a new key for another.",
  },
  FTG_HEADERS: { status: 431, title: "Headers too large", fix: "Send less than 16 KiB of headers." },
  FTG_INTERNAL: { status: 500, title: "Internal error", fix: "Look in the server's log; the request changed nothing." },
  FTG_RULE: { status: 500, title: "Access rule failed", fix: "Let the rule return true, false or a where." },
  FTG_HOOK: { status: 500, title: "Hook failed", fix: "Let the hook answer data or nothing." },
  FTG_OUTPUT: {
    status: 500,
    title: "Wrong answer of own code",
    fix: "Let the action or route answer what it declares, or correct its output schema.",
  },
  FTG_UNKNOWN_OUTCOME: {
    status: 500,
    title: "Outcome unknown",
    fix: "Look whether the change is there before you send it again.",
  },
  FTG_METHOD_UNKNOWN: {
    status: 501,
    title: "Method not implemented",
    fix: "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.",
  },
  FTG_BUSY: { status: 503, title: "Busy", fix: "Try again after the time in `Retry-After`." },
  FTG_OVERLOADED: {
    status: 503,
    title: "Overloaded",
    fix: "Try again after the time in `Retry-After`, more slowly.",
  },
  FTG_TIMEOUT: { status: 503, title: "Took too long", fix: "Ask for less, or try again later." },
  // What stops a program from starting.
  FTG_SCHEMA: { status: 500, title: "Schema is wrong", fix: "Correct the listed declarations." },
  FTG_CONFIG: { status: 500, title: "Configuration is wrong", fix: "Correct the listed settings." },
  FTG_DATABASE: {
    status: 500,
    title: "Database cannot be used",
    fix: "Check the address, the file and its permissions.",
  },
  FTG_DATABASE_MISMATCH: {
    status: 500,
    title: "Database does not match the schema",
    fix: "Migrate the database, or start with a new one.",
  },
  FTG_PORT: { status: 500, title: "Port cannot be used", fix: "Stop the other program, or set PORT to a free port." },
  FTG_APP: {
    status: 500,
    title: "App cannot be loaded",
    fix: "Let the file export the result of defineApp as its default.",
  },
  FTG_OUTDATED: {
    status: 500,
    title: "Generated files are out of date",
    fix: "Run footing generate and commit what it writes.",
  },
  FTG_MOVE: {
    status: 500,
    title: "Data was not moved",
    fix: "Stop everything that writes to either database, then run the move again.",
  },
};

/** How a front end describes one of its operations for the API document. Data only; the document is written elsewhere. */
import type { ErrorCode } from "../errors/catalogue.ts";
import type { JsonSchema } from "../schema/json-schema.ts";

/** Where code of the app runs that may refuse a request, with any failure of the catalogue. */
export interface OwnCode {
  /** In requests that only read. */
  readonly reads: boolean;
  /** In those that may write. */
  readonly writes: boolean;
}

/** Nowhere. */
export const noOwnCode: OwnCode = Object.freeze({ reads: false, writes: false });

/** One POST with a JSON answer. */
export interface OperationDocument {
  readonly path: string;
  /** Unique among all operations of the app. */
  readonly operationId: string;
  /** The heading it stands under; in lower case, so that it is no model's. */
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** Null for one without a body. */
  readonly body: JsonSchema | null;
  /** Of status 200. */
  readonly answer: JsonSchema;
  /** Whether it may also answer 204, with nothing. */
  readonly mayBeEmpty?: boolean;
  /** Whether it may change anything; then it takes `Footing-Dry-Run`. */
  readonly writes: boolean;
  /** Whether it takes an `Idempotency-Key`. */
  readonly idempotent: boolean;
  /** The failures it can answer with beside those any request can meet. */
  readonly codes: readonly ErrorCode[];
  /** Whether code of the app runs in it, which may fail with any other code too. */
  readonly runsOwnCode: boolean;
}

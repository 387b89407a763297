/** What running a root field takes and gives, whatever it does. */
import type { OwnRequest } from "../../actions/served-action.ts";
import type { Actor } from "../../engine/actor.ts";
import type { Executor } from "../../engine/executor.ts";
import type { Abort } from "../../stores/contract/store.ts";
import type { RawVariables, VariableValues } from "./read-variables.ts";

/** What the root fields of one request share. */
export interface FieldRequest {
  readonly executor: Executor;
  readonly actor: Actor;
  readonly raw: RawVariables;
  readonly variables: VariableValues;
  /** What the app's own code may know of it. */
  readonly request: OwnRequest;
  /** Tells when nobody waits for the answer any more. */
  readonly abort: Abort;
}

/** Runs a root field for one request; the JSON of its value, as text or bytes. Throws FootingError, and GraphQLError for an argument. */
export type RunRootField = (request: FieldRequest) => Promise<string | Buffer>;

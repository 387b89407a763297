/** The entry `footing/client`: the typed client, for browsers and other programs. */
export { ClientError, type ClientErrorCode } from "./client/client-error.ts";
export type {
  CallOptions,
  Client,
  ClientOptions,
  ClientTransaction,
  RequestHeaders,
} from "./client/client-types.ts";
export { createClient } from "./client/create-client.ts";

/** Names requests, so that a caller and the log can speak of the same one. */
import type { IncomingMessage } from "node:http";

const start = Date.now().toString(36);
const wellFormed = /^[A-Za-z0-9._-]{1,64}$/;
let count = 0;

/** The request's own `x-request-id` when that is 1 to 64 letters, digits, `.`, `_` or `-`; otherwise a new one. */
export function createRequestId(message: Pick<IncomingMessage, "headers">): string {
  const given = message.headers["x-request-id"];
  if (typeof given === "string" && wellFormed.test(given)) return given;
  count += 1;
  return `${start}-${count.toString(36)}`;
}

/** Tells whether headers can be sent at all: Node throws for some where it is too late for another answer. */
import { validateHeaderName, validateHeaderValue } from "node:http";

/** Headers of an answer, by name. */
type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Throws TypeError for a name that is no token, or a value with a control character or one beyond Latin-1. */
export function checkHeaders(headers: Headers): void {
  for (const [name, given] of Object.entries(headers)) {
    validateHeaderName(name);
    for (const value of typeof given === "string" ? [given] : given) validateHeaderValue(name, value);
  }
}

/** Whether the headers can be sent. */
export function canSend(headers: Headers): boolean {
  try {
    checkHeaders(headers);
    return true;
  } catch {
    return false;
  }
}

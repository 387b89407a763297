/** Turns what the code of a route answers into an answer of the host. Checks its form and judges nothing else. */
import { Readable } from "node:stream";
import { FootingError } from "../../errors/footing-error.ts";
import { checkHeaders } from "../../http/check-headers.ts";
import type { HostResponse } from "../../http/host-route.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isPlainObject } from "../../util/is-object.ts";

/** A whole answer, as a route gave it. */
interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: unknown;
}

const MEMBERS: readonly string[] = ["status", "headers", "body"];

/**
 * The answer. An object with a numeric `status` and no members but `status`, `headers` and `body` is a whole one; any
 * other value is the body of a 200, and undefined of a 204.
 *
 * @throws FootingError FTG_OUTPUT for a status or a header that HTTP does not have.
 */
export function renderReply(answer: unknown): HostResponse {
  if (!isReply(answer)) return renderBody({ status: answer === undefined ? 204 : 200, headers: {}, body: answer });
  return renderBody({
    status: readStatus(answer["status"]),
    headers: readHeaders(answer["headers"]),
    body: answer["body"],
  });
}

function isReply(answer: unknown): answer is Readonly<Record<string, unknown>> {
  return (
    isPlainObject(answer) &&
    typeof answer["status"] === "number" &&
    Object.keys(answer).every((name) => MEMBERS.includes(name))
  );
}

function renderBody({ status, headers, body }: Reply): HostResponse {
  if (body === undefined || status === 204 || status === 304) return { status, headers };
  const [type, content] = encodeBody(body);
  if (headers["content-type"] === undefined)
    return { status, body: content, headers: { ...headers, "content-type": type } };
  // To text the server would add a charset that the route did not name.
  return { status, body: typeof content === "string" ? Buffer.from(content) : content, headers };
}

function encodeBody(body: unknown): [type: string, content: string | Buffer | Readable] {
  if (typeof body === "string") return ["text/plain; charset=utf-8", body];
  if (body instanceof Readable) return ["application/octet-stream", body];
  if (body instanceof Uint8Array)
    return ["application/octet-stream", Buffer.from(body.buffer, body.byteOffset, body.byteLength)];
  if (body instanceof Response) throw refuse("an object with status, headers and body", "a Response of fetch");
  const json: string | undefined = JSON.stringify(body);
  if (json === undefined) throw refuse("a body that JSON can hold", describeValue(body));
  return ["application/json; charset=utf-8", json];
}

function readStatus(status: unknown): number {
  if (typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw refuse("a status from 200 to 599", describeValue(status));
}

function readHeaders(headers: unknown): Readonly<Record<string, string | string[]>> {
  if (headers === undefined) return {};
  if (!isPlainObject(headers)) throw refuse("an object of headers", describeValue(headers));
  const read = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
  try {
    checkHeaders(read);
  } catch (error) {
    throw refuse("headers that HTTP can hold", error instanceof Error ? error.message : String(error));
  }
  return read;
}

function refuse(expected: string, came: string): FootingError {
  return new FootingError("FTG_OUTPUT", { detail: `The route answered wrongly: expected ${expected}, got ${came}.` });
}

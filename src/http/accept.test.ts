import { expect, test } from "vitest";
import { checkAccept, parseAccept, weighType } from "./accept.ts";

test.each([
  ["*/*", 1],
  ["application/*;q=0.3", 0.3],
  ["*/*;q=0.1, application/*;q=0.2, application/json;q=0.3", 0.3],
  ["*/*, application/json;q=0", 0],
  ["application/json;q=0.2, application/json;version=2;q=0.7", 0.7],
  ["APPLICATION/JSON ; Q=0.5", 0.5],
  ["application/json;q=9", 1],
  ["application/json;q=x", 0],
  ["application/json;q=-1", 0],
  ["text/json, application/jsonp, json", 0],
  [",;,", 0],
])("%s gives application/json the weight %d", (accept, weight) => {
  expect(weighType(parseAccept(accept), "application/json")).toBe(weight);
});

test("without a header, or with an empty one, everything is accepted", () => {
  expect(() => checkAccept(undefined, "application/json")).not.toThrow();
  expect(() => checkAccept("", "application/json")).not.toThrow();
});

test("a refusal names what is offered and what came, in short", () => {
  expect(() => checkAccept("text/html", "application/json")).toThrow(
    'The answer is application/json, the only type offered here; the accept header takes "text/html".',
  );
  const long = `text/html${" ".repeat(5_000)}`;
  expect(() => checkAccept(long, "application/json")).toThrow(/^.{0,250}$/);
});

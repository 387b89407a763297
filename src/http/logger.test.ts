import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

function logError(err: unknown): { readonly err: unknown; readonly msg: string } {
  const lines: string[] = [];
  createLogger({ write: (line) => void lines.push(line) }).error({ err }, "request failed");
  return JSON.parse(lines.join());
}

test("an error is logged with its message, its stack and its causes", () => {
  const error = new TypeError("outer", { cause: new Error("inner") });
  expect(logError(error)).toMatchObject({
    msg: "request failed",
    err: { type: "TypeError", message: "outer: inner", stack: expect.stringMatching(/outer.*inner/s) },
  });
});

const unreadable = new Error("no");
Object.defineProperty(unreadable, "stack", {
  get: () => {
    throw new Error("nobody reads me");
  },
});

test.each([
  ["frozen", Object.freeze(new Error("frozen")), { stack: expect.stringContaining("frozen") }],
  [
    "with a frozen cause",
    new Error("outer", { cause: Object.freeze(new Error("inner")) }),
    { stack: expect.any(String) },
  ],
  ["that cannot be read", unreadable, { stack: "an error that cannot be read" }],
  ["that is none", null, null],
])("an error %s does not keep the line from being written", (_name, error, expected) => {
  const { msg, err } = logError(error);
  expect(msg).toBe("request failed");
  if (expected === null) expect(err).toBeNull();
  else expect(err).toMatchObject(expected);
});

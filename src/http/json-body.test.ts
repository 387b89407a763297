import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FootingError } from "../errors/footing-error.ts";
import { parseJsonBody } from "./json-body.ts";
import { maxDepth, maxKeys } from "./json-scanner.ts";

/** The value, or the FTG_BODY error; anything else thrown fails the test. */
function attempt(body: string | Buffer): unknown {
  try {
    return parseJsonBody(Buffer.from(body));
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    expect(error.code).toBe("FTG_BODY");
    return error;
  }
}

/** Whether a parsed value has what only the strict reader refuses. Repeated keys cannot be seen any more. */
function isForbidden(value: unknown, owner = "", depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth >= maxDepth) return true;
  if (Array.isArray(value)) return value.some((item: unknown) => isForbidden(item, "", depth + 1));
  return Object.entries(value).some(
    ([key, item]) =>
      key === "__proto__" || (owner === "constructor" && key === "prototype") || isForbidden(item, key, depth + 1),
  );
}

describe("parseJsonBody", () => {
  test.each([
    ["", "The body must be JSON; it is empty."],
    [Buffer.from([0x22, 0xff, 0x22]), "The body must be JSON in UTF-8; it has bytes that are not UTF-8."],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), "The body must be JSON in UTF-8; it has bytes that are not UTF-8."],
    ["\ufeff{}", 'The body is not JSON: expected a value, got "\ufeff", at line 1, column 1.'],
    ['{"a":1,\n "b":}', 'The body is not JSON: expected a value, got "}", at line 2, column 6.'],
    ['{"a":1}x', 'The body is not JSON: expected the end of the body, got "x", at line 1, column 8.'],
    ["[1,2", 'The body is not JSON: expected "," or "]", got the end of the body, at line 1, column 5.'],
    ["[1,]", 'The body is not JSON: expected a value, got "]", at line 1, column 4.'],
    ["{a:1}", 'The body is not JSON: expected a key in double quotes, got "a", at line 1, column 2.'],
    ['{"a" 1}', 'The body is not JSON: expected ":", got "1", at line 1, column 6.'],
    ['{"a":1,"b":2,"\\u0061":3}', 'The body has the key "\\u0061" twice in one object, at line 1, column 14.'],
    ['{"a":{"__proto__":{}}}', 'The body has the forbidden key "__proto__", at line 1, column 7.'],
    ['{"__\\u0070roto__":1}', 'The body has the forbidden key "__\\u0070roto__", at line 1, column 2.'],
    ['{"constructor":{"prototype":1}}', 'The body has the forbidden key "prototype", at line 1, column 17.'],
    ['"a\tb"', "The body has an unescaped control character in a string, at line 1, column 3."],
    ['"\\x"', "The body has an unknown escape in a string, at line 1, column 3."],
    ["01", 'The body is not JSON: expected the end of the body, got "1", at line 1, column 2.'],
    ["NaN", 'The body is not JSON: expected a value, got "N", at line 1, column 1.'],
  ])("refuses %j and says where", (body, detail) => {
    expect(attempt(body)).toMatchObject({ message: detail });
  });

  test.each([
    '{"constructor":1,"prototype":{"x":1}}',
    '[{"a":1},{"a":1}]',
    '"\ud83d\ude00\\ud800"',
    " \r\n\t-0.5e+3 ",
    '{"":null}',
  ])("takes %j", (body) => {
    expect(attempt(body)).toEqual(JSON.parse(body));
  });

  test("bounds the depth, and survives much more than that", () => {
    expect(attempt("[".repeat(maxDepth) + "]".repeat(maxDepth))).toBeInstanceOf(Array);
    expect(attempt("[".repeat(maxDepth + 1) + "]".repeat(maxDepth + 1))).toMatchObject({ code: "FTG_BODY" });
    expect(attempt('{"a":'.repeat(200_000))).toMatchObject({ message: expect.stringContaining("deeper than 20") });
  });

  test("bounds the number of keys", () => {
    const body = (count: number): string =>
      `{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join(",")}}`;
    expect(Object.keys(attempt(body(maxKeys)) ?? {})).toHaveLength(maxKeys);
    expect(attempt(body(maxKeys + 1))).toMatchObject({ message: expect.stringContaining("more than 10000 keys") });
  });

  test("reads a long string without exhausting a stack", () => {
    expect(attempt(JSON.stringify("é\n".repeat(300_000)))).toBe("é\n".repeat(300_000));
  });

  test("agrees with JSON.parse on every JSON value", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 25 }), (text) => {
        const expected: unknown = JSON.parse(text);
        const came = attempt(text);
        if (isForbidden(expected)) expect(came).toBeInstanceOf(FootingError);
        else expect(came).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test("agrees with JSON.parse on broken JSON: both refuse, or both give the same", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      '"a"',
      '"b":',
      "1",
      "-",
      "0",
      ".5",
      "e9",
      "true",
      "null",
      "nul",
      " ",
      "\n",
      "\u0001",
      "\\u12",
      "é",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const text = parts.join("");
        const came = attempt(text);
        const expected = parseOrError(text);
        if (expected instanceof Error) expect(came).toBeInstanceOf(FootingError);
        else if (!(came instanceof FootingError)) expect(came).toEqual(expected);
        else expect(came.message).toContain("twice");
      }),
      { numRuns: 20_000 },
    );
  });

  test("never throws anything but FTG_BODY for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        attempt(Buffer.from(bytes));
      }),
      { numRuns: 5000 },
    );
  });
});

function parseOrError(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

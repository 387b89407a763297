/** What is left to do on the server's JSON, and what is left alone. */
import { expect, test } from "vitest";
import { finishJson } from "./finish-json.ts";

function finish(json: string): string {
  const bytes = finishJson(Buffer.from(json)).toString();
  expect(finishJson(json)).toBe(bytes);
  return bytes;
}

test("JSON in which nothing is marked stays the same object", () => {
  const json = Buffer.from('{"name":"São \\n Paulo","at":0.5}');
  expect(finishJson(json)).toBe(json);
});

test.each([
  ["1e15", "1000000000000000"],
  ["-1.5e15", "-1500000000000000"],
  ["1e22", "1e+22"],
  ["0.0000001", "1e-7"],
  ["1.7976931348623157e308", "1.7976931348623157e+308"],
])("a marked float %s is %s", (digits, json) => {
  expect(finish(`[\0f${digits},{"a":\0f${digits}}]`)).toBe(`[${json},{"a":${json}}]`);
});

test("escapes are small, and what only looks like one stays", () => {
  const text = "\v \u001f \\u000B \\\\u000B u00AB É";
  const large = JSON.stringify(text).replace("\\u000b", "\\u000B").replace("\\u001f", "\\u001F");
  expect(finish(large)).toBe(JSON.stringify(text));
});

test("a cursor is made of its finished list", () => {
  const list = Buffer.from('["tag","\\u000b",1e+22,null]').toString("base64url");
  expect(finish('{"c":\0c["tag","\\u000B",\0f1e22,null]\0e,"d":null}')).toBe(`{"c":"${list}","d":null}`);
});

test.each(["\0", '{"a":\0,"b":false}', '{"c":\0c["tag",\0]\0e}', "[\0]"])("%j is not whole", (json) => {
  expect(() => finishJson(json)).toThrow("longer than the database makes in one piece");
});

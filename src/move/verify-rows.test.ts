import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Checksum } from "./verify-rows.ts";

const rows = ['{"id":1}', '{"id":2}', '{"id":3}'];

test("a checksum is SHA-256 of the rows, one a line, however they were cut into pages", () => {
  const expected = createHash("sha256").update(rows.join(",\n")).digest("hex");
  expect(sum([rows])).toBe(expected);
  expect(sum([rows.slice(0, 1), rows.slice(1)])).toBe(expected);
});

test("a checksum tells order and rows apart", () => {
  const sums = [rows, rows.toReversed(), rows.slice(1), []].map((each) => sum([each]));
  expect(new Set(sums).size).toBe(4);
});

function sum(pages: readonly (readonly string[])[]): string {
  const checksum = new Checksum();
  for (const page of pages) checksum.add({ json: Buffer.from(page.join(",\n")) });
  return checksum.end();
}

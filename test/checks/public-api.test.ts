// Holds the public interface to the accepted one, so that no release changes it unseen.
// A wanted change is accepted with: npm run check:api -- --update

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ts } from "../../scripts/typescript.ts";
import { makeWorkFolder, writeWorkFile } from "./compiler.ts";
import { listEntries, printEntry, printPublicApi, SNAPSHOT } from "./public-api.ts";
import { root } from "./source-files.ts";

test("every entry of package.json has its file", () => {
  const missing = listEntries().filter(({ source }) => !existsSync(`${root}src/${source}`));
  expect(missing).toEqual([]);
});

test("the public interface is the accepted one", () => {
  expect(printPublicApi()).toBe(readFileSync(root + SNAPSHOT, "utf8"));
});

test("the printer follows re-exports to the declaration", () => {
  const folder = makeWorkFolder("public-api-proof");
  writeWorkFile(`${folder}entry.d.ts`, 'export { b, type C } from "./inner.js";');
  writeWorkFile(
    `${folder}inner.d.ts`,
    "/** Doc. */ export declare function b(x: C): void; export interface C { d: 1 } export declare const hidden: 1;",
  );
  const program = ts.createProgram([`${root}${folder}entry.d.ts`], { module: ts.ModuleKind.NodeNext, noLib: true });
  const text = printEntry(program, `${root}${folder}entry.d.ts`);
  expect(text).toContain("## b\nexport declare function b(x: C): void;");
  expect(text).toContain("## C\nexport interface C {\n    d: 1;\n}");
  expect(text).not.toContain("hidden");
  expect(text).not.toContain("Doc");
});

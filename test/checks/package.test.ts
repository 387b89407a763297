// Builds the package as users get it, in .cache/, and holds it to what package.json promises.

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, readFileSync } from "node:fs";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, expect, test } from "vitest";
import { makeWorkFolder, runCompiler, writeWorkFile } from "./compiler.ts";
import { listEntries } from "./public-api.ts";
import { root } from "./source-files.ts";

const folder = ".cache/package/node_modules/footing/";
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

beforeAll(() => {
  makeWorkFolder("package");
  writeWorkFile(".cache/package/package.json", '{ "name": "user", "private": true, "type": "module" }');
  expect(runCompiler(["-p", "tsconfig.build.json", "--outDir", `${folder}dist`])).toEqual([]);
  for (const file of ["package.json", "LICENSE", "CHANGELOG.md"]) copyFileSync(root + file, root + folder + file);
  cpSync(`${root}bin`, `${root}${folder}bin`, { recursive: true });
});

test("publint has nothing to say", async () => {
  const { messages } = await publint({ pkgDir: root + folder, strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
});

test("publint sees a wrong package", async () => {
  const proof = makeWorkFolder("package-proof");
  writeWorkFile(`${proof}package.json`, JSON.stringify({ ...manifest, exports: { ".": "./dist/missing.js" } }));
  const { messages } = await publint({ pkgDir: root + proof, strict: true, pack: false });
  expect(messages.map(({ code }) => code)).toContain("FILE_DOES_NOT_EXIST");
});

test.each(listEntries())("$specifier can be imported without its source", ({ specifier }) => {
  writeWorkFile(".cache/package/user.mjs", `console.log(Object.keys(await import(process.argv[2])).length > 0);`);
  const args = [`${root}.cache/package/user.mjs`, specifier];
  expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe("true\n");
});

test("its declarations hold for a strict user who checks libraries too", () => {
  const lines = listEntries().map(({ specifier }, index) => `export * as entry${index} from "${specifier}";`);
  expect(compileUser(lines.join("\n"))).toEqual([]);
  expect(compileUser('import { nothing } from "footing";')).toHaveLength(1);
});

test("the command runs from the built package", () => {
  const result = spawnSync(process.execPath, [`${root}${folder}bin/footing.mjs`, "--help"], { encoding: "utf8" });
  expect(result.stderr).toBe("");
  expect(result.stdout).toContain("footing");
});

test("the package holds the build, the command and four pages, nothing else", () => {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--loglevel=silent"], {
    cwd: root + folder,
    encoding: "utf8",
  });
  const paths: readonly string[] = JSON.parse(output)[0].files.map(({ path }: { path: string }) => path);
  const strangers = paths.filter(
    (path) => !/^(bin\/footing\.mjs|dist\/.*\.(js|d\.ts)|package\.json|LICENSE|README\.md|CHANGELOG\.md)$/.test(path),
  );
  expect(strangers).toEqual([]);
  expect(paths.filter((path) => /\.test\.|\.test-d\./.test(path))).toEqual([]);
});

function compileUser(text: string): readonly string[] {
  writeWorkFile(".cache/package/user.ts", text);
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
  return runCompiler([...flags, "--ignoreConfig", ".cache/package/user.ts"]);
}

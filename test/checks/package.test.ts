// Packs a copy of the sources with `npm run pack`, in .cache/, and holds the package to what package.json promises.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, expect, test } from "vitest";
import { makeWorkFolder, runCompiler, writeWorkFile } from "./compiler.ts";
import { listEntries } from "./public-api.ts";
import { root } from "./source-files.ts";

const folder = ".cache/package/node_modules/footing/";
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

const sources = ["bin", "graphiql", "scripts", "src", "package.json", "package-lock.json", "tsconfig.json"];
const besides = ["tsconfig.build.json", ".npmrc", "LICENSE", "README.md", "CHANGELOG.md"];

beforeAll(() => {
  const source = makeWorkFolder("package-source");
  const filter = (path: string): boolean => !path.endsWith("node_modules");
  for (const name of [...sources, ...besides]) cpSync(root + name, root + source + name, { recursive: true, filter });
  symlinkSync(`${root}node_modules`, `${root}${source}node_modules`, "junction");
  for (const file of ["stale.js", "graphiql/index.html"]) writeWorkFile(`${source}dist/${file}`, "of an older build");
  const npm = { cwd: root + source, stdio: "pipe", shell: process.platform === "win32" } as const;
  execFileSync("npm", ["run", "--silent", "pack"], npm);
  makeWorkFolder("package");
  writeWorkFile(".cache/package/package.json", '{ "name": "user", "private": true, "type": "module" }');
  mkdirSync(root + folder, { recursive: true });
  const archive = `${root}${source}footing-${manifest.version}.tgz`;
  execFileSync("tar", ["-xzf", archive, "--strip-components=1", "-C", root + folder]);
}, 180_000);

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
  const paths = readdirSync(root + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root + folder, join(parentPath, name)).replaceAll("\\", "/"));
  const strangers = paths.filter(
    (path) =>
      !/^(bin\/footing\.mjs|dist\/.*\.(js|d\.ts)|package\.json|LICENSE|README\.md|CHANGELOG\.md)$/.test(path) &&
      !path.startsWith("dist/graphiql/"),
  );
  expect(strangers).toEqual([]);
  expect(paths.filter((path) => /\.test\.|\.test-d\./.test(path))).toEqual([]);
});

test("the package is built when it is packed", () => {
  expect(existsSync(`${root}${folder}dist/stale.js`)).toBe(false);
  expect(readFileSync(`${root}${folder}dist/graphiql/index.html`, "utf8")).toContain("<script");
});

test("publishing builds too, though no script of a dependency runs", () => {
  expect(readFileSync(`${root}.npmrc`, "utf8")).toContain("ignore-scripts=true");
  expect(manifest.publishConfig).toEqual({ "ignore-scripts": false });
});

function compileUser(text: string): readonly string[] {
  writeWorkFile(".cache/package/user.ts", text);
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
  return runCompiler([...flags, "--ignoreConfig", ".cache/package/user.ts"]);
}

// Compiles the examples of README.md, docs/ and the doc comments, with "footing" answered from src/.
// A page cannot opt out: the mark `ts ignore` is not allowed.

import { expect, test } from "vitest";
import { makeWorkFolder, runCompiler, writeWorkFile } from "./compiler.ts";
import { findDocSnippets, findSnippets, isComplete, loadSnippets, placeSnippets } from "./snippets.ts";
import { parseSource } from "./source-files.ts";

const MARKS = ["", "check"];
const SETTINGS = {
  extends: "../../tsconfig.apps.json",
  compilerOptions: { noUnusedLocals: false },
  include: ["."],
  exclude: [],
};

test("every complete example compiles", () => {
  expect(compile("snippets", placeSnippets(loadSnippets(), ".cache/snippets/"))).toEqual([]);
});

test("no example has a mark that hides it", () => {
  const marked = loadSnippets().filter(({ mark }) => !MARKS.includes(mark));
  expect(marked.map(({ page, line, mark }) => `${page}:${line} ${mark}`)).toEqual([]);
});

test("the check sees an example that does not compile, at the line of its page", () => {
  const page =
    'Text\n\n```ts\n// b.ts\nexport const b = 1;\nimport "node:fs";\n```\n\n```ts\nimport { b } from "./b.ts";\nconst c: string = b;\n```\n';
  const messages = compile("snippets-proof", placeSnippets(findSnippets("a.md", page), ".cache/snippets-proof/"));
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(/a-md\/line-10\.ts\(11,7\): error TS2322/);
});

test("the finder knows fences, indents, marks and doc comments", () => {
  const snippets = findSnippets(
    "a.md",
    "```sh\nnpm start\n```\n- x\n  ```ts check\n  go();\n  ```\n```ts\nlet a\n```\n",
  );
  expect(snippets.map(({ line, mark, code }) => [line, mark, code])).toEqual([
    [6, "check", "go();\n"],
    [9, "", "let a\n"],
  ]);
  expect(snippets.map(isComplete)).toEqual([true, false]);
  const file = parseSource(
    "a.ts",
    '// Top.\n/**\n * Does.\n * ```ts\n * import "x";\n * ```\n */\nexport const a = 1;\n',
  );
  expect(findDocSnippets(file)).toEqual([{ page: "src/a.ts", line: 5, mark: "", code: 'import "x";\n' }]);
});

function compile(name: string, files: ReadonlyMap<string, string>): readonly string[] {
  const folder = makeWorkFolder(name);
  writeWorkFile(`${folder}tsconfig.json`, JSON.stringify(SETTINGS));
  for (const [path, text] of files) writeWorkFile(path, text);
  return files.size === 0 ? [] : runCompiler(["-p", `${folder}tsconfig.json`]);
}

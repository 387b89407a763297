// Finds the TypeScript examples in Markdown pages and doc comments and turns them into files that tsc can check.
// Does not run them.

import { globSync, readFileSync } from "node:fs";
import { lineOf, listComments, loadSourceFiles, root, type SourceFile } from "./source-files.ts";

/** One example. */
export interface Snippet {
  /** The page or file it stands in, from the root. */
  readonly page: string;
  /** Line of its first code line in the page. */
  readonly line: number;
  /** What follows `ts` on the fence, e.g. `check`. */
  readonly mark: string;
  readonly code: string;
}

/** Every example of README.md, docs/ and the doc comments of src/. */
export function loadSnippets(): readonly Snippet[] {
  const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root }).sort();
  const inPages = pages.flatMap((page) => findSnippets(page, readFileSync(root + page, "utf8")));
  return [...inPages, ...loadSourceFiles().flatMap(findDocSnippets)];
}

/** The examples of one Markdown text. */
export function findSnippets(page: string, text: string): readonly Snippet[] {
  const fences = text.matchAll(/^([ \t]*)```(?:ts|typescript)\b([^\n]*)\n([\s\S]*?)^[ \t]*```/gm);
  return [...fences].map((match) => {
    const [, indent = "", mark = "", code = ""] = match;
    const line = text.slice(0, match.index).split("\n").length + 1;
    return { page, line, mark: mark.trim(), code: code.replaceAll(new RegExp(`^${indent}`, "gm"), "") };
  });
}

/** The examples in one file's doc comments. */
export function findDocSnippets(file: SourceFile): readonly Snippet[] {
  return listComments(file).flatMap(({ pos, end }) => {
    const markdown = file.text.slice(pos, end).replaceAll(/^[ \t]*\* ?/gm, "");
    const first = lineOf(file, pos) - 1;
    return findSnippets(`src/${file.path}`, markdown).map((snippet) => ({ ...snippet, line: snippet.line + first }));
  });
}

/** Whether the example stands alone: it imports something or says `ts check`. Others are fragments. */
export function isComplete({ code, mark }: Snippet): boolean {
  return mark === "check" || /^import\b/m.test(code);
}

/**
 * A file name and text for each complete example, below `folder`. A first line `// app.ts` names the file, so that the
 * next example of the page can import it; blank lines keep the line numbers of the page.
 */
export function placeSnippets(snippets: readonly Snippet[], folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const snippet of snippets.filter(isComplete)) {
    const place = `${folder}${snippet.page.replaceAll(/[^\w]+/g, "-")}/`;
    const named = /^\/\/ ([\w./-]+\.ts)\b/.exec(snippet.code)?.[1];
    const free = named !== undefined && !files.has(place + named);
    files.set(place + (free ? named : `line-${snippet.line}.ts`), "\n".repeat(snippet.line - 1) + snippet.code);
  }
  return files;
}

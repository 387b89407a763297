// Reads src/ for the checks: each file parsed once, tests left out. Judges nothing.

import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ts } from "../../scripts/typescript.ts";

/** One parsed file of src/. */
export interface SourceFile {
  /** Path inside src/ with forward slashes, e.g. `api/rest/list.ts`. */
  readonly path: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
}

/** The repository's root folder, with a slash at the end. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Every file of src/ that is not a test, sorted by path. */
export function loadSourceFiles(): readonly SourceFile[] {
  return globSync("**/*.ts", { cwd: `${root}src` })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !/\.test(-d)?\.ts$/.test(path))
    .sort()
    .map((path) => parseSource(path, readFileSync(`${root}src/${path}`, "utf8")));
}

/** Parses one file. The text need not exist on disk: the checks prove themselves on invented files. */
export function parseSource(path: string, text: string): SourceFile {
  return { path, text, ast: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

/** Every node below and including `node`, parents first. */
export function listNodes(node: ts.Node): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  function visit(current: ts.Node): void {
    nodes.push(current);
    ts.forEachChild(current, visit);
  }
  visit(node);
  return nodes;
}

/** Where a node starts: `api/rest/list.ts:12`. */
export function locate(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${lineOf(file, node.getStart(file.ast))}`;
}

/** The line of an offset, counted from 1. */
export function lineOf(file: SourceFile, offset: number): number {
  return file.ast.getLineAndCharacterOfPosition(offset).line + 1;
}

/** Every comment of the file, in order. Text inside strings and templates is no comment. */
export function listComments(file: SourceFile): readonly ts.CommentRange[] {
  const found = new Map<number, ts.CommentRange>();
  for (const token of listTokens(file)) {
    for (const comment of ts.getLeadingCommentRanges(file.text, token.getFullStart()) ?? []) {
      found.set(comment.pos, comment);
    }
    for (const comment of ts.getTrailingCommentRanges(file.text, token.getEnd()) ?? []) {
      found.set(comment.pos, comment);
    }
  }
  return [...found.values()].sort((a, b) => a.pos - b.pos);
}

/** Every token of the file, comments excluded. */
export function listTokens(file: SourceFile): readonly ts.Node[] {
  const tokens: ts.Node[] = [];
  function visit(node: ts.Node): void {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(file.ast);
    if (children.length === 0) tokens.push(node);
    for (const child of children) visit(child);
  }
  visit(file.ast);
  return tokens;
}

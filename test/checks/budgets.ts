// Budgets of the code in src/ as data, and the functions that measure them. Says what is over; what to cut is for people.

import { ts } from "../../scripts/typescript.ts";
import { lineOf, listComments, listNodes, listTokens, locate, type SourceFile } from "./source-files.ts";

/** Limits on functions, files and casts. Lines of functions count all lines, those of files only lines with code. */
export const LIMITS = {
  functionLines: { median: 10, p90: 25, max: 60 },
  parameters: 3,
  fileCodeLines: 400,
  castsPerThousandLines: 6,
} as const;

/** Files that need the keyword `any` inside a type, how often, and why nothing else would do. */
export const ANY_BUDGETS: readonly { file: string; max: number; reason: string }[] = [];

/** One named function, method, constructor or accessor. */
export interface MeasuredFunction {
  readonly at: string;
  readonly lines: number;
}

/** Functions that count for the median and the 90th percentile: named ones, so that short callbacks flatter nobody. */
export function measureFunctions(files: readonly SourceFile[]): readonly MeasuredFunction[] {
  return files.flatMap((file) =>
    listNodes(file.ast)
      .filter(isNamedFunction)
      .map((node) => measure(file, node)),
  );
}

/** The value below which the given share of the sizes lies; 0 without sizes. */
export function takePercentile(sizes: readonly number[], share: number): number {
  const sorted = [...sizes].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Functions of any form over the hard limit. */
export function findLongFunctions(files: readonly SourceFile[]): readonly string[] {
  const all = files.flatMap((file) =>
    listNodes(file.ast)
      .filter(hasBody)
      .map((node) => measure(file, node)),
  );
  return all.filter(({ lines }) => lines > LIMITS.functionLines.max).map(({ at, lines }) => `${at}: ${lines} lines`);
}

/** Functions and signatures with too many parameters. */
export function findWideFunctions(files: readonly SourceFile[]): readonly string[] {
  return visitAll(files, (file, node) => {
    if (!ts.isFunctionLike(node) || ts.isFunctionTypeNode(node)) return [];
    const count = node.parameters.filter((parameter) => parameter.name.getText(file.ast) !== "this").length;
    return count > LIMITS.parameters ? [`${locate(file, node)}: ${count} parameters; take an options object`] : [];
  });
}

/** Files with too many lines of code; blank lines and comments are free. */
export function findLongFiles(files: readonly SourceFile[]): readonly string[] {
  return files
    .map((file) => ({ path: file.path, lines: countCodeLines(file) }))
    .filter(({ lines }) => lines > LIMITS.fileCodeLines)
    .map(({ path, lines }) => `${path}: ${lines} code lines`);
}

/** Every `any` in a value's type, and those in other types beyond the file's budget. */
export function findAny(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const uses = listAny(file);
    const ofValues = uses.filter((node) => isValueType(node.parent));
    const max = ANY_BUDGETS.find((budget) => budget.file === file.path)?.max ?? 0;
    const extra = uses.length > max ? [`${file.path}: ${uses.length} times any, budget ${max}`] : [];
    return [...ofValues.map((node) => `${locate(file, node)}: any as the type of a value`), ...extra];
  });
}

/** Every keyword `any` of a file. */
export function listAny(file: SourceFile): readonly ts.Node[] {
  return listNodes(file.ast).filter((node) => node.kind === ts.SyntaxKind.AnyKeyword);
}

/** Casts without a comment on their line or the line above. `as const` is no cast. */
export function findUnexplainedCasts(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const explained = new Set(listComments(file).flatMap(({ end }) => [lineOf(file, end), lineOf(file, end) + 1]));
    return listCasts(file)
      .filter(
        (node) => !explained.has(lineOf(file, node.getEnd())) && !explained.has(lineOf(file, node.getStart(file.ast))),
      )
      .map((node) => `${locate(file, node)}: cast without a comment that says why it holds`);
  });
}

/** A message when there are more casts than the code's size allows. */
export function findTooManyCasts(files: readonly SourceFile[]): readonly string[] {
  const casts = files.flatMap((file) => listCasts(file).map((node) => locate(file, node)));
  const codeLines = files.reduce((sum, file) => sum + countCodeLines(file), 0);
  const allowed = Math.ceil((codeLines / 1000) * LIMITS.castsPerThousandLines);
  return casts.length > allowed ? [`${casts.length} casts, ${allowed} allowed: ${casts.join(", ")}`] : [];
}

/** Ways round the compiler: `!`, definite assignment, `private` instead of `#`, and suppressing comments. */
export function findEscapes(files: readonly SourceFile[]): readonly string[] {
  const inCode = visitAll(files, (file, node) => {
    if (ts.isNonNullExpression(node)) return [`${locate(file, node)}: non-null assertion`];
    if ("exclamationToken" in node && node.exclamationToken) return [`${locate(file, node)}: definite assignment`];
    const hidden = node.kind === ts.SyntaxKind.PrivateKeyword || node.kind === ts.SyntaxKind.ProtectedKeyword;
    return hidden ? [`${locate(file, node)}: use a #private member`] : [];
  });
  const inComments = files.flatMap((file) =>
    listComments(file)
      .filter(({ pos, end }) => /@ts-|biome-ignore|eslint-|v8 ignore/.test(file.text.slice(pos, end)))
      .map(({ pos }) => `${file.path}:${lineOf(file, pos)}: a comment that silences a check`),
  );
  return [...inCode, ...inComments];
}

/** Functions at the top of a module that are constants instead of declarations. */
export function findFunctionConstants(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.ast.statements
      .filter(ts.isVariableStatement)
      .flatMap((statement) => statement.declarationList.declarations)
      .filter(
        ({ initializer }) => initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)),
      )
      .map((node) => `${locate(file, node)}: write a function declaration`),
  );
}

/** Lines that hold code. */
export function countCodeLines(file: SourceFile): number {
  const lines = new Set<number>();
  for (const token of listTokens(file)) {
    if (token.getEnd() === token.getStart(file.ast)) continue;
    for (let line = lineOf(file, token.getStart(file.ast)); line <= lineOf(file, token.getEnd()); line++)
      lines.add(line);
  }
  return lines.size;
}

function visitAll(
  files: readonly SourceFile[],
  judge: (file: SourceFile, node: ts.Node) => readonly string[],
): readonly string[] {
  return files.flatMap((file) => listNodes(file.ast).flatMap((node) => judge(file, node)));
}

function measure(file: SourceFile, node: ts.Node): MeasuredFunction {
  const lines = lineOf(file, node.getEnd()) - lineOf(file, node.getStart(file.ast)) + 1;
  return { at: locate(file, node), lines };
}

function hasBody(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function isNamedFunction(node: ts.Node): boolean {
  return hasBody(node) && !ts.isArrowFunction(node) && !ts.isFunctionExpression(node);
}

function isValueType(parent: ts.Node): boolean {
  const declares = ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isParameter(parent);
  return declares || hasBody(parent) || ts.isAsExpression(parent) || ts.isPropertySignature(parent);
}

function listCasts(file: SourceFile): readonly ts.Node[] {
  return listNodes(file.ast).filter((node) => {
    if (ts.isTypeAssertionExpression(node)) return true;
    return ts.isAsExpression(node) && node.type.getText(file.ast) !== "const";
  });
}

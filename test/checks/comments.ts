// Finds modules that do not open with their purpose and exported symbols without TSDoc. Presence only, not quality.

import { ts } from "../../scripts/typescript.ts";
import { locate, type SourceFile } from "./source-files.ts";

/** Files whose first token is not a comment. */
export function findSilentModules(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => findOpening(file) === undefined)
    .map((file) => `${file.path}: open with one to three sentences: what it is for, what it refuses to do`);
}

/** Exported declarations without a doc comment. In a file of one declaration the opening comment may be that. */
export function findUndocumentedExports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.ast.statements
      .filter((statement) => isExported(statement) && !isDocumented(statement))
      .filter((statement) => !isOverload(file, statement))
      .map((statement) => `${locate(file, statement)}: ${nameOf(file, statement)} has no TSDoc`),
  );
}

function findOpening(file: SourceFile): number | undefined {
  const shebang = ts.getShebang(file.text)?.length ?? 0;
  const start = /\S/.exec(file.text.slice(shebang))?.index ?? 0;
  return ts.getLeadingCommentRanges(file.text, shebang + start)?.[0]?.pos;
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function isDocumented(statement: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(statement).some((block) => ts.isJSDoc(block) && block.comment !== undefined);
}

/** An overload after the first shares the doc of the first. */
function isOverload(file: SourceFile, statement: ts.Statement): boolean {
  const before = file.ast.statements[file.ast.statements.indexOf(statement) - 1];
  if (!ts.isFunctionDeclaration(statement) || before === undefined || !ts.isFunctionDeclaration(before)) return false;
  return before.body === undefined && before.name?.text === statement.name?.text;
}

function nameOf(file: SourceFile, statement: ts.Statement): string {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations[0]?.name.getText(file.ast) ?? "?";
  return "name" in statement && statement.name ? String(Reflect.get(statement.name, "text")) : "default export";
}

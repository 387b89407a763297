// Prints the public interface as text: each entry of package.json's exports, each name it exports, each declaration as
// tsc emits it, without comments. Compares nothing.

import { existsSync, readFileSync } from "node:fs";
import { ts } from "../../scripts/typescript.ts";
import { makeWorkFolder, runCompiler } from "./compiler.ts";
import { root } from "./source-files.ts";

/** Where the accepted interface is kept. */
export const SNAPSHOT = "test/checks/public-api.snapshot.txt";

/** The file behind one line of `exports`. */
export interface Entry {
  /** The specifier users write, e.g. `footing/sqlite`. */
  readonly specifier: string;
  /** The file in src/, e.g. `sqlite.ts`. */
  readonly source: string;
}

/** The entries package.json promises, in its order. */
export function listEntries(): readonly Entry[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  return Object.entries<string | Readonly<Record<string, string>>>(exports).flatMap(([path, target]) => {
    const source = typeof target === "string" ? undefined : target["footing-source"];
    return source === undefined ? [] : [{ specifier: `footing${path.slice(1)}`, source: source.replace("./src/", "") }];
  });
}

/** The whole interface as text. */
export function printPublicApi(): string {
  const folder = makeWorkFolder("public-api");
  const messages = runCompiler(["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", folder]);
  if (messages.length > 0) throw new Error(`src/ does not compile:\n${messages.join("\n")}`);
  const entries = listEntries().map((entry) => ({
    ...entry,
    file: root + folder + entry.source.replace(".ts", ".d.ts"),
  }));
  const present = entries.filter(({ file }) => existsSync(file));
  const program = ts.createProgram(
    present.map(({ file }) => file),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2024, noLib: true, types: [] },
  );
  return present.map(({ specifier, file }) => `# ${specifier}\n\n${printEntry(program, file)}`).join("\n");
}

/** The names and declarations one declaration file exports, sorted by name. */
export function printEntry(program: ts.Program, file: string): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) return "";
  const symbols = [...checker.getExportsOfModule(module)].sort((a, b) => (a.name < b.name ? -1 : 1));
  return symbols.map((symbol) => printSymbol(checker, symbol)).join("");
}

function printSymbol(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const texts = (target.declarations ?? []).map(printDeclaration);
  return `## ${symbol.name}\n${texts.join("\n") || "(unresolved)"}\n\n`;
}

function printDeclaration(declaration: ts.Declaration): string {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const printer = ts.createPrinter({ removeComments: true });
  return printer.printNode(ts.EmitHint.Unspecified, statement, declaration.getSourceFile());
}

// The house's rules about which file may know which, as data, and the functions that find what breaks them.
// Reads imports only; what a file does with them is not judged here.

import { posix } from "node:path";
import { ts } from "../../scripts/typescript.ts";
import { listNodes, locate, type SourceFile } from "./source-files.ts";

/** Ground floor first. A file imports from lower floors and its own room only; rooms on one floor do not know each other. */
const FLOORS: readonly (readonly string[])[] = [
  ["util", "errors", "observe"],
  ["schema"],
  ["plan"],
  ["stores/contract"],
  ["passes"],
  ["stores/sql"],
  [
    "stores/sqlite",
    "stores/memory",
    "stores/postgres",
    "stores/mysql",
    "stores/mongodb",
    "stores/cassandra",
    "stores/redis",
  ],
  ["engine"],
  ["auth", "migrate", "jobs", "files", "move", "actions"],
  ["http"],
  ["idempotency"],
  ["api/local", "api/actions", "api/routes", "api/rest", "api/graphql", "api/batch", "api/auth", "api/live", "api/mcp"],
  ["app"],
  ["admin", "deploy", "cli", "client"],
];

/** The room of the files directly in src/: the package's entries, above every floor. */
const ENTRIES = "entries";

/** Engines whose names only their own room may say. */
const STORE_NAMES: readonly string[] = ["sqlite", "postgres", "mysql", "mariadb", "mongo", "cassandra", "redis"];

/** Where an engine may be named outside its room, and why. `place` is a room or a file. */
const STORE_NAME_ALLOWANCES: readonly { place: string; names: readonly string[]; reason: string }[] = [
  { place: "sqlite.ts", names: ["sqlite"], reason: "the package entry of that store" },
  { place: "postgres.ts", names: ["postgres"], reason: "the package entry of that store" },
  { place: "mysql.ts", names: ["mysql"], reason: "the package entry of that store" },
  { place: "testing.ts", names: ["sqlite"], reason: "hands tests a throw-away database" },
  {
    place: "app",
    names: ["sqlite", "postgres", "mysql", "mariadb"],
    reason: "the composition root maps the scheme of DATABASE_URL to a store",
  },
  {
    place: "cli",
    names: ["sqlite", "postgres", "mysql", "mariadb"],
    reason: "help and messages print addresses of databases",
  },
  { place: "stores/mysql", names: ["mariadb"], reason: "one driver serves both engines" },
];

/** An import of one file of src/ by another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly at: string;
}

/** Every import between files of src/, type imports, re-exports and dynamic imports included. */
export function listEdges(files: readonly SourceFile[]): readonly Edge[] {
  return files.flatMap((file) =>
    listNodes(file.ast).flatMap((node) => {
      const specifier = readSpecifier(node);
      if (specifier === undefined || !/^\.{1,2}\//.test(specifier)) return [];
      const to = posix.normalize(posix.join(posix.dirname(file.path), specifier));
      return [{ from: file.path, to, at: locate(file, node) }];
    }),
  );
}

/** Imports that go up, sideways or out of src/, and files in rooms that the table does not know. */
export function findLayerViolations(files: readonly SourceFile[]): readonly string[] {
  const homeless = files
    .filter((file) => findFloor(file.path) === undefined)
    .map((file) => `${file.path}: no room of the table; add the room to FLOORS or move the file`);
  return [...homeless, ...listEdges(files).flatMap(judgeEdge)];
}

/** Groups of files that import each other in a circle. */
export function findCycles(edges: readonly Edge[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const edge of edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  const reach = new Map([...next.keys()].map((start) => [start, listReachable(start, next)]));
  const circles = [...reach].filter(([start, ends]) => ends.has(start));
  const groups = circles.map(([start, ends]) =>
    [...ends]
      .filter((end) => reach.get(end)?.has(start))
      .sort()
      .join(" <-> "),
  );
  return [...new Set(groups)];
}

/** Names of engines in identifiers, strings and imports outside their own room. */
export function findStoreNames(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    listNodes(file.ast).flatMap((node) => {
      const text = readWords(node);
      const named = STORE_NAMES.filter((name) => text.includes(name) && !mayName(file.path, name));
      return named.map(
        (name) => `${locate(file, node)}: says "${name}"; ask a capability, or move the code to its room`,
      );
    }),
  );
}

/** Entries that do more than re-export, and other files that re-export. */
export function findBarrels(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.ast.statements.flatMap((statement) => {
      const reexports = ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
      const isEntry = findRoom(file.path) === ENTRIES;
      if (reexports === isEntry) return [];
      return [`${locate(file, statement)}: ${isEntry ? "an entry only re-exports" : "only entries re-export"}`];
    }),
  );
}

function judgeEdge(edge: Edge): readonly string[] {
  const [from, to] = [findFloor(edge.from), findFloor(edge.to)];
  if (from === undefined) return [];
  if (to === undefined) return [`${edge.at}: imports ${edge.to}, which is in no room`];
  if (from > to || (findRoom(edge.from) === findRoom(edge.to) && from < FLOORS.length)) return [];
  return [`${edge.at}: ${findRoom(edge.from)} (floor ${from}) imports ${edge.to} (floor ${to})`];
}

function findRoom(path: string): string | undefined {
  if (!path.includes("/")) return ENTRIES;
  return FLOORS.flat().find((room) => path.startsWith(`${room}/`));
}

function findFloor(path: string): number | undefined {
  const room = findRoom(path);
  if (room === ENTRIES) return path.startsWith("..") ? undefined : FLOORS.length;
  const floor = FLOORS.findIndex((rooms) => room !== undefined && rooms.includes(room));
  return floor === -1 ? undefined : floor;
}

function readSpecifier(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return readText(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return readText(node.argument.literal);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return readText(node.arguments[0]);
  return undefined;
}

function readText(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function readWords(node: ts.Node): string {
  const named = ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node);
  const inTemplate = ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  return named || inTemplate || ts.isRegularExpressionLiteral(node) ? node.text.toLowerCase() : "";
}

function mayName(path: string, name: string): boolean {
  if (path.startsWith(`stores/${name}`)) return true;
  return STORE_NAME_ALLOWANCES.some(
    ({ place, names }) => names.includes(name) && (path === place || path.startsWith(`${place}/`)),
  );
}

function listReachable(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...(next.get(start) ?? [])];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    open.push(...(next.get(file) ?? []));
  }
  return seen;
}

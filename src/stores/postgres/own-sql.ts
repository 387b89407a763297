/** Runs SQL of the app's own on PostgreSQL: binds what JavaScript has, and reads stored columns by their kind. */
import type { ScalarKind, ScalarType } from "../../schema/schema-model.ts";
import { loadKysely } from "../../util/load-kysely.ts";
import type { SqlCall, SqlGrammar, SqlRows } from "../contract/sql-door.ts";
import { isWritingStatement } from "../sql/row-statement.ts";
import type { AnswerColumn } from "../sql/server-link.ts";
import { readWhole, type StoredTypes } from "../sql/stored-columns.ts";
import type { NativeValue } from "./codec.ts";
import type { OwnLine } from "./driver.ts";

/** How PostgreSQL writes what Kysely builds. */
export const grammar: SqlGrammar = Object.freeze<SqlGrammar>({
  createAdapter: () => new (loadKysely().PostgresAdapter)(),
  createIntrospector: (db) => new (loadKysely().PostgresIntrospector)(db),
  createQueryCompiler: () => new (loadKysely().PostgresQueryCompiler)(),
});

/** The kinds of what is no stored column, by the server's numbers of types. Whole numbers have one of their own. */
const KINDS: Readonly<Record<number, ScalarKind | "whole">> = {
  16: "bool",
  17: "bytes",
  20: "whole",
  21: "whole",
  23: "whole",
  114: "json",
  700: "float",
  701: "float",
  1114: "datetime",
  1184: "datetime",
  3802: "json",
};

/** The server calls tables and columns by numbers, which change when a table is made anew. */
const NAMES = `SELECT a.attrelid, a.attnum, c.relname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
 WHERE a.attnum > 0 AND a.attrelid = ANY ($1::oid[])`;

/** Makes what runs one statement. */
export function createOwnSql(types: StoredTypes): (line: OwnLine, call: SqlCall) => Promise<SqlRows> {
  const known = new Map<string, ScalarType | null>();
  return async (line, { text, values }) => {
    const isWrite = isWritingStatement(text);
    const { columns = [], rows, count } = await line.own(text, values.map(encodeValue));
    await learn(line, { columns, types, known });
    const readers = columns.map((column) => createReader(known.get(nameColumn(column)) ?? null, column.type));
    const named = rows.map((row) =>
      Object.fromEntries(columns.map(({ name }, index) => [name, readers[index]?.(row[index] ?? null)])),
    );
    return { rows: named, affected: isWrite ? count : null };
  };
}

/** Asks for the names of tables that have not been met. */
async function learn(
  line: OwnLine,
  {
    columns,
    types,
    known,
  }: {
    readonly columns: readonly AnswerColumn[];
    readonly types: StoredTypes;
    readonly known: Map<string, ScalarType | null>;
  },
): Promise<void> {
  const unmet = columns.filter((column) => column.table !== 0 && !known.has(nameColumn(column)));
  if (unmet.length === 0) return;
  const tables = [...new Set(unmet.map(({ table }) => table))];
  const { rows } = await line.query(NAMES, [`{${tables.join(",")}}`]);
  for (const [table, number, name, column] of rows)
    known.set(`${table}.${number}`, types.get(`${name}.${column}`) ?? null);
}

function nameColumn({ table, column }: AnswerColumn): string {
  return `${table}.${column}`;
}

function encodeValue(value: unknown): NativeValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  return String(value);
}

/** Both forms that a server may be set to: digits, or characters with codes for what is none. */
function readBytes(text: string): Uint8Array {
  if (text.startsWith("\\x")) return new Uint8Array(Buffer.from(text.slice(2), "hex"));
  const plain = text.replaceAll(/\\(\\|[0-7]{3})/g, (_, code: string) =>
    code === "\\" ? code : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return new Uint8Array(Buffer.from(plain, "latin1"));
}

function createReader(type: ScalarType | null, number: number): (value: Buffer | null) => unknown {
  const kind = type === null ? KINDS[number] : type.list ? "json" : type.kind;
  return (value) => (value === null ? null : readValue(kind, value.toString()));
}

function readValue(kind: ScalarKind | "whole" | undefined, text: string): unknown {
  switch (kind) {
    case "whole":
      return readWhole(BigInt(text));
    case "bigint":
      return BigInt(text);
    case "int":
    case "float":
      return Number(text);
    case "bool":
      return text === "t";
    case "datetime":
      return new Date(`${text.slice(0, 23).replace(" ", "T").replace("+00", "")}Z`);
    case "bytes":
      return readBytes(text);
    case "json":
      return JSON.parse(text);
    default:
      return text;
  }
}

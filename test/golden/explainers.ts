/** Asks each engine how it runs a statement: which tables it reads, and by what. It judges nothing. */

import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../../src/plan/plan.ts";
import type { Store, Values } from "../../src/stores/contract/store.ts";
import { createMysqlStore } from "../../src/stores/mysql/store.ts";
import { createEncoder as createPostgresEncoder, quoteText } from "../../src/stores/postgres/codec.ts";
import { createPostgresStore } from "../../src/stores/postgres/store.ts";
import { createBind } from "../../src/stores/sql/bind-values.ts";
import type { Compiled } from "../../src/stores/sql/compile-plan.ts";
import { SqlStatement } from "../../src/stores/sql/sql-statement.ts";
import type { SqlText } from "../../src/stores/sql/sql-text.ts";
import { createEncoder as createSqliteEncoder } from "../../src/stores/sqlite/codec.ts";
import { Connection } from "../../src/stores/sqlite/driver.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";
import { connectPostgres, createPostgresSchema } from "../servers/postgres-schema.ts";
import { type ServerName, useServer } from "../servers/shared-servers.ts";
import { bigTables } from "./big-data.ts";
import type { GoldenStore } from "./golden-dialects.ts";

/**
 * How a table is read. `search`: the rows that an index finds. `walk`: in the order of an index, until enough are
 * found. `scan`: all of it.
 */
export interface Access {
  readonly table: string;
  readonly how: "search" | "walk" | "scan";
  /** Rows that were read of it; null when the engine does not tell, or was not asked to run the statement. */
  readonly rows: number | null;
}

/** One way that an engine may run a statement, in its own words. */
export interface Explanation {
  readonly text: string;
  readonly accesses: readonly Access[];
}

/** A statement of a plan, and the values that it is run with. */
export interface Call {
  readonly plan: Plan;
  readonly text: SqlText;
  readonly values: Values;
}

/** An engine with an empty database. */
export interface Explainer {
  /** Not open yet. */
  readonly store: Store;
  /** Takes the statistics that the engine would take by itself in the next minutes, or at the next start. */
  analyze(): Promise<void>;
  /** Every way that the engine takes for the statement, now and after many runs. A read (`run`) is run for it. */
  explain(call: Call, options: { readonly run: boolean }): Promise<readonly Explanation[]>;
  /** Ends what the explainer opened besides the store. */
  close(): Promise<void>;
}

/** Each store's engine, and the server that it needs. */
export const explainers: readonly {
  readonly name: GoldenStore;
  readonly server: ServerName | null;
  readonly open: () => Promise<Explainer>;
}[] = [
  { name: "SQLite", server: null, open: openSqlite },
  { name: "PostgreSQL", server: "postgres", open: openPostgres },
  { name: "MariaDB", server: "mariadb", open: openMariadb },
];

type Json = Readonly<Record<string, unknown>>;

async function openSqlite(): Promise<Explainer> {
  const folder = mkdtempSync(join(tmpdir(), "footing-explain-"));
  const path = join(folder, "data.db");
  const store = createSqliteStore({ path });
  const bind = createBind((binding) => createSqliteEncoder(binding) ?? ((value) => value));
  // Without an encoder a canonical value is bound as it is.
  const bound = ({ text, values }: Call) => bind(text, values, null) as (string | number | null)[];
  const use = <T>(work: (connection: Connection) => T): T => {
    const connection = new Connection(path);
    try {
      return work(connection);
    } finally {
      connection.close();
    }
  };
  return {
    store,
    analyze: async () => use((connection) => connection.exec("PRAGMA optimize = 0x10002")),
    explain: async (call) => {
      const steps = use((connection) => connection.all(`EXPLAIN QUERY PLAN ${call.text.text}`, ...bound(call)));
      return [readSqlitePlan(call.text.text, steps)];
    },
    close: async () => rmSync(folder, { recursive: true }),
  };
}

/** The steps form a tree by `id` and `parent`; sorting stands beside what it sorts. */
function readSqlitePlan(sql: string, steps: readonly Json[]): Explanation {
  const tables = findAliases(sql, /"(\w+)" AS (\w+)/g);
  const details = new Map(steps.map(({ id, detail }) => [id, String(detail)]));
  const accesses = steps.flatMap(({ parent, detail }): readonly Access[] => {
    const [, verb, alias = "", how = ""] = /^(SCAN|SEARCH) (\w+)(.*)/.exec(String(detail)) ?? [];
    const table = tables.get(alias) ?? alias;
    if (verb === undefined) return [];
    // An index that is made for one statement reads the whole table.
    if (verb === "SEARCH") return [{ table, how: how.includes("AUTOMATIC") ? "scan" : "search", rows: null }];
    const isSorted = steps.some(
      (other) => other["parent"] === parent && String(other["detail"]).includes("TEMP B-TREE FOR ORDER"),
    );
    // A list has a limit and stands in a query of its own; what only asks whether there is a row has none.
    const isBounded = !isSorted && !/SUBQUERY/.test(details.get(parent) ?? "");
    return [{ table, how: isBounded ? "walk" : "scan", rows: null }];
  });
  return { text: steps.map(({ detail }) => detail).join("\n"), accesses };
}

async function openPostgres(): Promise<Explainer> {
  const url = await createPostgresSchema();
  const client = await connectPostgres(url);
  const bind = createBind(createPostgresEncoder);
  const ask = async (sql: string): Promise<readonly unknown[]> =>
    (await client.query({ text: sql, rowMode: "array" })).rows[0] ?? [];
  await client.query("SET jit = off");
  return {
    store: createPostgresStore({ url }),
    analyze: async () => void (await client.query("VACUUM ANALYZE")),
    explain: async ({ text, values }, { run }) => {
      const bound = bind(text, values, null).map((value) => (value === null ? "NULL" : quoteText(value)));
      await client.query(`PREPARE explained AS ${text.text}`);
      const explain = `EXPLAIN (FORMAT JSON${run ? ", ANALYZE, TIMING OFF" : ""}) EXECUTE explained`;
      const found: Explanation[] = [];
      // From the sixth run on the server may take a plan that knows no values.
      for (let count = 0; count < 7; count++) {
        const [plan] = await ask(bound.length === 0 ? explain : `${explain} (${bound.join(", ")})`);
        found.push(readPostgresPlan(plan));
      }
      await client.query("DEALLOCATE explained");
      return found.filter((_, index) => index === 0 || index === 6);
    },
    close: () => client.end(),
  };
}

function readPostgresPlan(plan: unknown): Explanation {
  const nodes = listObjects(plan).filter((node) => "Node Type" in node);
  const accesses = nodes.flatMap((node): readonly Access[] => {
    const { "Node Type": type, "Relation Name": table } = node;
    if (table === undefined || type === "ModifyTable") return [];
    const isSearch = String(type).startsWith("Bitmap") || "Index Cond" in node;
    const how = type === "Seq Scan" ? "scan" : isSearch ? "search" : "walk";
    const each = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"];
    const rows = each.reduce((sum, name) => sum + Number(node[name] ?? 0), 0) * Number(node["Actual Loops"] ?? 0);
    return [{ table: String(table), how, rows: "Actual Rows" in node ? rows : null }];
  });
  const shown = ["Node Type", "Relation Name", "Index Name", "Index Cond", "Filter", "Sort Key"];
  const lines = nodes.map((node) => shown.flatMap((name) => node[name] ?? []).join(" · "));
  return { text: lines.join("\n"), accesses };
}

async function openMariadb(): Promise<Explainer> {
  const server = await useServer("mariadb");
  const database = `explain_${randomUUID().replaceAll("-", "")}`;
  const store = createMysqlStore({ url: await server.createDatabase(database) });
  return {
    store,
    analyze: async () => void (await server.query(`ANALYZE TABLE ${[...bigTables.keys()].join(", ")}`, database)),
    explain: async ({ plan, text, values }, { run }) => {
      const asked = { ...text, text: `${run ? "ANALYZE" : "EXPLAIN"} FORMAT=JSON ${text.text}` };
      // The store's own sessions decide how a statement runs, so the store asks.
      const compiled: Compiled = { kind: "read", text: asked, cut: null, joined: null, named: 0 };
      const answer = await store.execute(new SqlStatement(plan, compiled), values);
      return [readMariadbPlan(text.text, "json" in answer ? String(answer.json) : "")];
    },
    close: async () => undefined,
  };
}

function readMariadbPlan(sql: string, plan: string): Explanation {
  const tables = findAliases(sql, /`(\w+)` AS (\w+)/g);
  const nodes = listObjects(JSON.parse(plan)).filter((node) => "table_name" in node);
  const accesses = nodes.flatMap((node): readonly Access[] => {
    const { table_name: alias, access_type: type, r_rows: rows, r_loops: loops } = node;
    if (type === undefined) return [];
    const how = type === "ALL" ? "scan" : type === "index" ? "walk" : "search";
    const read = rows === undefined ? null : Number(rows ?? 0) * Number(loops);
    return [{ table: tables.get(String(alias)) ?? String(alias), how, rows: read }];
  });
  return { text: plan, accesses };
}

/** Which table stands under each alias. */
function findAliases(sql: string, pattern: RegExp): ReadonlyMap<string, string> {
  return new Map([...sql.matchAll(pattern)].map(([, table = "", alias = ""]) => [alias, table]));
}

/** All objects inside JSON, outer ones first. */
function listObjects(value: unknown): readonly Json[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(listObjects);
  return Array.isArray(value) ? inner : [{ ...value }, ...inner];
}

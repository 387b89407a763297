// The drivers as a person uses them: a pool where there is a server, prepared statements, a transaction on one connection.

import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { createPool } from "mariadb";
import { Pool } from "pg";
import { PRAGMAS, readPath } from "./serve.ts";

/** SQL with `$1`, `$2` … in order, each once. */
export interface HandStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

type Row = Readonly<Record<string, unknown>>;

/** What the hand-written server needs of a driver. */
export interface HandDriver {
  /** The type to cast to for text. */
  readonly textType: string;
  /** What makes null the smallest value of a sort key. */
  readonly nullsFirst: string;
  prepare(text: string): (values: readonly unknown[]) => Promise<readonly Row[]> | readonly Row[];
  /** Runs all in one transaction. */
  transact(statements: readonly HandStatement[]): Promise<void> | void;
}

const OPEN: Readonly<Record<string, (url: string) => HandDriver>> = {
  "sqlite:": openSqlite,
  "postgres:": openPostgres,
  "mysql:": openMariadb,
};

/** The driver for an address. */
export function openHandDriver(url: string): HandDriver {
  const open = OPEN[new URL(url).protocol];
  if (open === undefined) throw new Error("No driver for this address.");
  return open(url);
}

function openSqlite(url: string): HandDriver {
  const db = new DatabaseSync(readPath(url));
  for (const pragma of PRAGMAS) db.exec(`PRAGMA ${pragma}`);
  const known = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const find = (text: string) => {
    const statement = known.get(text) ?? db.prepare(toMarks(text));
    known.set(text, statement);
    return statement;
  };
  return {
    textType: "text",
    nullsFirst: " NULLS FIRST",
    prepare: (text) => {
      const statement = find(text);
      return (values) => statement.all(...bindSqlite(values));
    },
    transact: (statements) => {
      db.exec("BEGIN IMMEDIATE");
      try {
        for (const { text, values } of statements) find(text).run(...bindSqlite(values));
        db.exec("COMMIT");
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

function bindSqlite(values: readonly unknown[]): SQLInputValue[] {
  // Only text and numbers of a request's JSON come here.
  return values as SQLInputValue[];
}

function openPostgres(url: string): HandDriver {
  const pool = new Pool({ connectionString: url });
  const names = new Map<string, string>();
  const name = (text: string) => {
    const known = names.get(text) ?? `s${names.size}`;
    names.set(text, known);
    return known;
  };
  const ask = (text: string, values: readonly unknown[]) => ({ name: name(text), text, values: [...values] });
  return {
    textType: "text",
    nullsFirst: " NULLS FIRST",
    prepare: (text) => async (values) => (await pool.query(ask(text, values))).rows,
    transact: async (statements) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        for (const { text, values } of statements) await client.query(ask(text, values));
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

function openMariadb(text: string): HandDriver {
  const url = new URL(text);
  const pool = createPool({
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
    bigIntAsNumber: true,
  });
  return {
    textType: "char",
    nullsFirst: "",
    prepare: (sql) => (values) => pool.execute(toMarks(sql), [...values]),
    transact: async (statements) => {
      const connection = await pool.getConnection();
      try {
        await connection.beginTransaction();
        for (const { text: sql, values } of statements) await connection.execute(toMarks(sql), [...values]);
        await connection.commit();
      } catch (error) {
        await connection.rollback();
        throw error;
      } finally {
        await connection.release();
      }
    },
  };
}

function toMarks(text: string): string {
  return text.replaceAll(/\$\d+/g, "?");
}

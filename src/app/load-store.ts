/**
 * Picks the store for a database address. The one place that knows which address belongs to which store; it
 * loads only the store that is asked for, and connects nothing.
 */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { FootingError } from "../errors/footing-error.ts";
import type { Store } from "../stores/contract/store.ts";

/** One kind of address: what its path may be, and the store behind it. */
interface Scheme {
  /** How such an address looks, for messages. */
  readonly example: string;
  /** Whether the text after the scheme can be an address. */
  readonly accepts: (rest: string) => boolean;
  readonly load: (rest: string) => Promise<Store>;
}

const postgres: Scheme = {
  example: "postgres://user:password@host:5432/database",
  accepts: (rest) => rest.startsWith("//"),
  load: async (rest) => {
    const { createPostgresStore } = await import("../stores/postgres/store.ts");
    return createPostgresStore({ url: `postgres:${rest}` });
  },
};

const mysql: Scheme = {
  example: "mysql://user:password@host:3306/database",
  accepts: (rest) => rest.startsWith("//"),
  load: async (rest) => {
    const { createMysqlStore } = await import("../stores/mysql/store.ts");
    return createMysqlStore({ url: `mysql:${rest}` });
  },
};

const SCHEMES: Readonly<Record<string, Scheme>> = {
  sqlite: {
    example: "sqlite:./data/app.db or sqlite::memory:",
    accepts: (rest) => rest !== "" && !rest.startsWith("//") && !rest.includes("\0"),
    load: loadSqlite,
  },
  postgres,
  postgresql: postgres,
  mysql,
  mariadb: mysql,
};

/** What is wrong with a database address, or null. */
export function findDatabaseUrlProblem(url: string): { readonly detail: string; readonly fix: string } | null {
  const [name, rest] = splitUrl(url);
  const scheme = SCHEMES[name];
  if (scheme?.accepts(rest)) return null;
  const examples = [...new Set(Object.values(SCHEMES).map(({ example }) => example))];
  // What follows the scheme may hold a password: then the scheme alone is shown.
  const isOpen = scheme !== undefined && !url.includes("@");
  const came = isOpen ? JSON.stringify(url) : `the scheme ${JSON.stringify(name)}`;
  return {
    detail: `Expected the address of a database that Footing serves, got ${came}.`,
    fix: `Use ${examples.join(", ")}.`,
  };
}

/**
 * The store for `url`, not yet open. Creates the folder of a database file.
 * @throws FootingError FTG_CONFIG for an address no store serves, FTG_DATABASE when the folder cannot be created.
 */
export async function loadStore(url: string): Promise<Store> {
  const problem = findDatabaseUrlProblem(url);
  if (problem !== null)
    throw new FootingError("FTG_CONFIG", { ...problem, problems: [{ path: "DATABASE_URL", ...problem }] });
  const [name, rest] = splitUrl(url);
  const scheme = SCHEMES[name];
  if (scheme === undefined) throw new FootingError("FTG_INTERNAL", { detail: `No store for ${name}.` });
  return scheme.load(rest);
}

function splitUrl(url: string): [scheme: string, rest: string] {
  const colon = url.indexOf(":");
  return colon < 0 ? ["", url] : [url.slice(0, colon).toLowerCase(), url.slice(colon + 1)];
}

async function loadSqlite(path: string): Promise<Store> {
  const { createSqliteStore } = await import("../stores/sqlite/store.ts");
  if (path !== ":memory:") createFolder(dirname(resolve(path)));
  return createSqliteStore({ path });
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const detail = `The folder ${folder} of the database cannot be created: ${cause instanceof Error ? cause.message : cause}.`;
    throw new FootingError("FTG_DATABASE", { detail, cause });
  }
}

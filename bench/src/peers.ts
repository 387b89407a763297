// Who is measured on which store, as data: the floor first, Footing second, then what a user would otherwise write.

import { fileURLToPath } from "node:url";
import type { BenchCase } from "./cases.ts";
import type { StoreName } from "./databases/database.ts";
import type { ServerCommand } from "./processes.ts";

/** One server of the comparison. */
export interface Peer {
  readonly name: string;
  /** What its answers must be: Footing's bytes, or the same data. */
  readonly answers: "bytes" | "data";
  /** How to start it on the database at an address. */
  readonly command: (url: string) => ServerCommand;
}

/** The header that may write is `Bearer` and this. */
export const TOKEN = "benchmark";

/** The name of the peer that all others are compared with. */
export const FOOTING = "Footing";

const SERVERS = {
  floor: import.meta.resolve("./servers/floor.ts"),
  drizzle: import.meta.resolve("./servers/drizzle.ts"),
  hand: import.meta.resolve("./servers/hand-written.ts"),
  prisma: import.meta.resolve("./servers/prisma.ts"),
};

const drizzle = [
  createPeer("Drizzle", "drizzle", "documented"),
  createPeer("Drizzle, prepared", "drizzle", "prepared"),
];
const prisma = createPeer("Prisma", "prisma", "documented");
/** A preview feature that refuses MariaDB. */
const prismaJoins = createPeer("Prisma, joins", "prisma", "joins");
const floor: Peer = { ...createPeer("floor", "floor", ""), answers: "bytes" };
const footing: Peer = {
  name: FOOTING,
  answers: "bytes",
  command: (url) => ({
    name: FOOTING,
    args: [locate("../../bin/footing.mjs"), "start", locate("../../examples/atlas/app.ts")],
    env: { PORT: "0", DATABASE_URL: url, ATLAS_EDITOR_TOKEN: TOKEN },
  }),
};

/** The peers on each store, in the order of the table. */
const PEERS: Readonly<Record<StoreName, readonly Peer[]>> = {
  sqlite: [floor, footing, ...drizzle],
  postgres: [floor, footing, ...drizzle, prisma, prismaJoins],
  mariadb: [floor, footing, ...drizzle, prisma],
};
const HAND: readonly Peer[] = [createPeer("by hand", "hand", ""), footing];

/** The stores that can be measured. */
export const STORES: readonly string[] = Object.keys(PEERS);

/** Whom a case is measured on. */
export function listPeers(store: StoreName, { against }: Pick<BenchCase, "against">): readonly Peer[] {
  return against === "hand" ? HAND : PEERS[store];
}

/** Starts Footing, which fills a database that is empty. */
export function createFootingCommand(url: string): ServerCommand {
  return footing.command(url);
}

function createPeer(name: string, server: keyof typeof SERVERS, form: string): Peer {
  return {
    name,
    answers: "data",
    command: (url) => ({
      name,
      args: ["--conditions=footing-source", fileURLToPath(SERVERS[server])],
      env: { FORM: form, DATABASE_URL: url, ATLAS_EDITOR_TOKEN: TOKEN },
    }),
  };
}

function locate(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

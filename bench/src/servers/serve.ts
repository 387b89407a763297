// What the two hand-written servers share: listening, and telling the benchmark where. Nothing here is on a
// request's way.

import type { FastifyInstance } from "fastify";

/** The environment of a server under test. */
export interface ServerEnvironment {
  /** Path of the database file. */
  readonly database: string;
  /** The bearer token that may write. */
  readonly token: string;
}

/** Statements every server runs on its connection: the settings that Footing uses for each of its own. */
export const PRAGMAS: readonly string[] = [];

/** Reads what the benchmark passed. */
export function readEnvironment(): ServerEnvironment {
  const { DATABASE_FILE: database, ATLAS_EDITOR_TOKEN: token } = process.env;
  if (!database || !token) throw new Error("Set DATABASE_FILE and ATLAS_EDITOR_TOKEN.");
  return { database, token: `Bearer ${token}` };
}

/** Listens on any free port of this machine and sends it to the parent process. */
export async function serve(server: FastifyInstance): Promise<void> {
  await server.listen({ port: 0, host: "127.0.0.1" });
  const [address] = server.addresses();
  process.send?.({ port: address?.port });
  process.on("disconnect", () => process.exit(0));
}

/** Owns the servers that the test files of a run share: starts each when it is first asked for, and stops all at the end. */

import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { startMariadb } from "./mariadb.ts";
import { startMysql } from "./mysql.ts";
import { startPgbouncer } from "./pgbouncer.ts";
import { startPostgres } from "./postgres.ts";
import type { ServerName } from "./shared-servers.ts";
import type { TestServer } from "./test-server.ts";

const STARTERS: Readonly<Record<ServerName, () => Promise<TestServer>>> = {
  postgres: startPostgres,
  mariadb: startMariadb,
  // Async, so that what it throws is what the test says.
  mysql: async () => startMysql(),
  pgbouncer: startPgbouncer,
};

/** Opens the door at which test files ask for servers; returns what stops them. */
export default async function setUpServers(project: TestProject): Promise<() => Promise<void>> {
  const started = new Map<string, Promise<TestServer>>();
  const door = createServer((request, response) => {
    const name = request.url?.slice(1) ?? "";
    const server = started.get(name) ?? startNamed(name);
    started.set(name, server);
    void answer(server, response);
  });
  project.provide("testServers", await open(door));
  return async () => {
    door.closeAllConnections();
    door.close();
    const servers = await Promise.allSettled(started.values());
    await Promise.all(servers.map((server) => (server.status === "fulfilled" ? server.value.stop() : undefined)));
  };
}

async function startNamed(name: string): Promise<TestServer> {
  // Only shared-servers.ts asks, and its types allow no other name.
  return STARTERS[name as ServerName]();
}

async function answer(server: Promise<TestServer>, response: ServerResponse): Promise<void> {
  try {
    response.end((await server).url);
  } catch (cause) {
    response.writeHead(500).end(String(cause));
  }
}

async function open(door: Server): Promise<string> {
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  // A server that listens on a port has an address with one.
  const { port } = door.address() as AddressInfo;
  return `http://127.0.0.1:${port}/`;
}

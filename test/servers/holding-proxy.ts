/** A proxy between a store and its server that can keep back what the server says, and knows what the client said meanwhile. It knows no protocol. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy that runs. */
export interface HoldingProxy {
  /** The URL of the server by way of the proxy. */
  readonly url: string;
  /** Keeps back what the server says from now on, and forgets what the client said. */
  readonly hold: () => void;
  /** What the client said since then, over whichever connection. */
  readonly heard: () => string;
  /** Passes on what was kept back and all that follows, byte by byte. */
  readonly release: () => void;
  readonly close: () => Promise<void>;
}

/** Starts a proxy in front of the server at a URL. */
export async function startHoldingProxy(url: string): Promise<HoldingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const kept: (() => Promise<void>)[] = [];
  let [isHeld, heard] = [false, ""];
  let passing: Promise<void> = Promise.resolve();
  const pass = (part: () => Promise<void>): void => {
    passing = passing.then(part);
  };
  const server = createServer((client) => {
    const behind = connect(Number(target.port), target.hostname);
    const end = () => void [client, behind].map((socket) => socket.destroy());
    for (const socket of [client, behind]) {
      sockets.add(socket.setNoDelay(true).on("error", end).on("close", end));
    }
    client.on("data", (data) => {
      heard += data.toString("latin1");
      behind.write(data);
    });
    behind.on("data", (data) => {
      const part = () => drip(client, data);
      if (isHeld) kept.push(part);
      else pass(part);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(port) }).href,
    hold: () => {
      [isHeld, heard] = [true, ""];
    },
    heard: () => heard,
    release: () => {
      isHeld = false;
      for (const part of kept.splice(0)) pass(part);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** One byte after the other, so that the client acts on each message as early as it can. */
async function drip(client: Socket, data: Buffer): Promise<void> {
  for (let place = 0; place < data.length && !client.destroyed; place++) {
    client.write(data.subarray(place, place + 1));
    await new Promise(setImmediate);
  }
}

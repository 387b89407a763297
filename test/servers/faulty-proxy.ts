/** A proxy between a store and its server that fails on purpose: after so many bytes of what the server says. It knows no protocol. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What the proxy does to the client once the server has said enough. */
export type Fault =
  /** Ends the connection in order. */
  | "end"
  /** Ends it as the system does for a process that is gone. */
  | "reset"
  /** Says nothing more, and takes what comes. */
  | "silence"
  /** Says nothing more, and takes nothing either. */
  | "stop";

/** Which fault, and how many bytes the server says before it. */
export interface Cut {
  readonly bytes: number;
  readonly fault: Fault;
}

/** A proxy that runs. */
export interface FaultyProxy {
  /** The URL of the server by way of the proxy. */
  readonly url: string;
  /** Bytes that the server has said over the newest connection. */
  readonly said: () => number;
  /** Lets every connection from now on fail; null: none. */
  readonly cutNew: (cut: Cut | null) => void;
  /** Lets all connections that there are fail, after so many bytes more. */
  readonly cutAll: (cut: Cut) => void;
  readonly close: () => Promise<void>;
}

/** Starts a proxy in front of the server at a URL. */
export async function startFaultyProxy(url: string): Promise<FaultyProxy> {
  const target = new URL(url);
  const lines = new Set<ProxiedLine>();
  let plan: Cut | null = null;
  let newest: ProxiedLine | undefined;
  const server = createServer((client) => {
    const line = new ProxiedLine(client, connect(Number(target.port), target.hostname));
    newest = line;
    lines.add(line);
    client.once("close", () => lines.delete(line));
    if (plan !== null) line.cut(plan);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(port) }).href,
    said: () => newest?.said ?? 0,
    cutNew: (cut) => {
      plan = cut;
    },
    cutAll: (cut) => {
      for (const line of lines) line.cut(cut);
    },
    close: async () => {
      for (const line of lines) line.fail("reset");
      server.close();
      await once(server, "close");
    },
  };
}

/** One connection through the proxy. */
class ProxiedLine {
  readonly #client: Socket;
  readonly #server: Socket;
  #cut: Cut | null = null;
  #isMute = false;
  said = 0;

  constructor(client: Socket, server: Socket) {
    this.#client = client;
    this.#server = server;
    const end = () => this.fail("reset");
    for (const socket of [client, server]) socket.setNoDelay(true).on("error", end).on("close", end);
    client.on("data", (data) => server.write(data));
    server.on("data", (data) => this.#say(data));
  }

  cut({ bytes, fault }: Cut): void {
    this.#cut = { bytes: this.said + bytes, fault };
    if (bytes === 0) this.fail(fault);
  }

  fail(fault: Fault): void {
    if (fault !== "reset" && this.#isMute) return;
    this.#isMute = true;
    if (fault === "silence") return;
    if (fault === "stop") {
      this.#client.pause();
      return;
    }
    if (fault === "end") this.#client.end();
    // What was written before is to arrive before the reset.
    else setImmediate(() => this.#client.resetAndDestroy());
    this.#server.destroy();
  }

  #say(data: Buffer): void {
    if (this.#isMute) return;
    const part = this.#cut === null ? data : data.subarray(0, this.#cut.bytes - this.said);
    this.said += part.length;
    if (part.length > 0) this.#client.write(part);
    if (this.#cut !== null && this.said >= this.#cut.bytes) this.fail(this.#cut.fault);
  }
}

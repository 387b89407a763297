/**
 * Connections on which no request has arrived yet, as browsers open them ahead of need. Node counts them as busy, so a
 * server that stops must end them itself; nothing is lost with them.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Watches the connections of one server. */
export class FreshSockets {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on("request", (request) => this.#sockets.delete(request.socket));
  }

  /** Ends them all. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

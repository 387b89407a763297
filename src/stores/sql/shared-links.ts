/** A few connections that many users share: statements follow each other without waiting. Lost ones are opened anew. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Abort } from "../contract/store.ts";
import { ConnectionError, isLost } from "./server-failure.ts";
import type { ServerLink, ServerResult } from "./server-link.ts";

/** Pause after a failed connection before the next try, in milliseconds. */
const PAUSE = 50;
/** How long to wait before a statement is asked again over another connection, in milliseconds. */
const RETRY_PAUSES = [10, 100, 400];
/** How long statements under way hold up the end, in milliseconds. */
const PATIENCE = 5000;

/** Connections for statements that may safely run twice. */
export class SharedLinks<V, R extends ServerResult> {
  readonly #connect: () => Promise<ServerLink<V, R>>;
  readonly #size: number;
  #links: readonly ServerLink<V, R>[] = [];
  /** Links that get no more statements. */
  #leaving: readonly ServerLink<V, R>[] = [];
  #opening: Promise<ServerLink<V, R>> | null = null;
  #isClosed = false;
  #failure: { readonly error: unknown; readonly until: number } | null = null;

  /** Opens up to `size` connections when they are needed. */
  constructor(connect: () => Promise<ServerLink<V, R>>, size: number) {
    this.#connect = connect;
    this.#size = size;
  }

  /**
   * Runs one statement with values that may safely run twice. One that found its connection gone is asked again: a
   * server that lost one has often lost the next one too.
   */
  async query(text: string, values: readonly V[], abort?: Abort): Promise<R> {
    for (const pause of RETRY_PAUSES) {
      try {
        return await (this.#choose() ?? (await this.#open())).query(text, values, abort);
      } catch (error) {
        if (!isLost(error) || this.#isClosed) throw error;
      }
      await sleep(pause);
    }
    return (this.#choose() ?? (await this.#open())).query(text, values, abort);
  }

  /** Ends the connections when what is under way is done; nothing more can be asked. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined);
    await Promise.all([...this.#links, ...this.#leaving].map((link) => link.finish(PATIENCE)));
  }

  /** The connection with least to do; when none is idle, another one is on its way. */
  #choose(): ServerLink<V, R> | null {
    let best: ServerLink<V, R> | null = null;
    for (const link of this.#links) {
      if (!link.isOpen) return this.#suspectAll();
      if (best === null || link.load < best.load) best = link;
    }
    if (best !== null && best.load > 0 && this.#links.length < this.#size) this.#open().catch(() => undefined);
    return best;
  }

  /** When one connection is lost, the others may be so too without having heard of it. */
  #suspectAll(): null {
    const suspects = this.#links.filter(({ isOpen }) => isOpen);
    this.#links = [];
    this.#leaving = [...this.#leaving.filter(({ isOpen }) => isOpen), ...suspects];
    for (const link of suspects) void link.finish(Number.POSITIVE_INFINITY);
    return null;
  }

  #open(): Promise<ServerLink<V, R>> {
    this.#opening ??= this.#add().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #add(): Promise<ServerLink<V, R>> {
    if (this.#isClosed) throw new ConnectionError("The connections have ended.", "CONNECTION_CLOSED", undefined);
    // While the server is away, callers are told so at once instead of all knocking at its door.
    if (this.#failure !== null && performance.now() < this.#failure.until) throw this.#failure.error;
    try {
      const link = await this.#connect();
      this.#links = [...this.#links, link];
      this.#failure = null;
      return link;
    } catch (error) {
      this.#failure = { error, until: performance.now() + PAUSE };
      throw error;
    }
  }
}

/** A few connections that many users share: statements follow each other without waiting. Lost ones are opened anew. */

import { ConnectionError } from "../sql/server-failure.ts";
import type { NativeValue } from "./codec.ts";
import { Link, type LinkOptions, type Result } from "./driver.ts";

/** Pause after a failed connection before the next try, in milliseconds. */
const PAUSE = 50;
/** How long statements under way hold up the end, in milliseconds. */
const PATIENCE = 5000;

/** Connections for statements that may safely run twice. */
export class SharedLinks {
  readonly #options: LinkOptions;
  readonly #size: number;
  #links: readonly Link[] = [];
  /** Links that get no more statements. */
  #leaving: readonly Link[] = [];
  #opening: Promise<Link> | null = null;
  #isClosed = false;
  #failure: { readonly error: unknown; readonly until: number } | null = null;

  constructor(options: LinkOptions, size: number) {
    this.#options = options;
    this.#size = size;
  }

  /**
   * Opens the first of up to `size` connections; the others follow when they are needed.
   * @throws what connecting throws.
   */
  static async create(options: LinkOptions, size: number): Promise<SharedLinks> {
    const shared = new SharedLinks(options, size);
    await shared.#open();
    return shared;
  }

  /** Runs one statement with values that may safely run twice. */
  query(text: string, values: readonly NativeValue[]): Promise<Result> {
    const link = this.#choose();
    return link === null ? this.#open().then((opened) => opened.query(text, values)) : link.query(text, values);
  }

  /** Ends the connections when what is under way is done; nothing more can be asked. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined);
    await Promise.all([...this.#links, ...this.#leaving].map((link) => link.finish(PATIENCE)));
  }

  /** The connection with least to do; when none is idle, another one is on its way. */
  #choose(): Link | null {
    let best: Link | null = null;
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

  #open(): Promise<Link> {
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #connect(): Promise<Link> {
    if (this.#isClosed) throw new ConnectionError("The connections have ended.", "CONNECTION_CLOSED", undefined);
    // While the server is away, callers are told so at once instead of all knocking at its door.
    if (this.#failure !== null && performance.now() < this.#failure.until) throw this.#failure.error;
    try {
      const link = await Link.connect(this.#options);
      this.#links = [...this.#links, link];
      this.#failure = null;
      return link;
    } catch (error) {
      this.#failure = { error, until: performance.now() + PAUSE };
      throw error;
    }
  }
}

/** Connections that one user has at a time. Whoever waits too long for one is told so; nobody waits for ever. */
import { createBusyError } from "./server-failure.ts";

/** A connection that a pool keeps. */
export interface PooledLink {
  /** Whether statements can still be sent. */
  readonly isOpen: boolean;
  /** Ends the connection at once. */
  destroy(): Promise<void>;
}

/** How a pool behaves. */
export interface LinkPoolOptions<L extends PooledLink> {
  readonly connect: () => Promise<L>;
  /** Whether an error says that the server cannot be reached. */
  readonly isLost: (error: unknown) => boolean;
  /** Connections at most. */
  readonly size: number;
  /** How long to wait for one, in milliseconds. */
  readonly wait: number;
}

/** Shortest and longest pause after a failed connection before the next try, in milliseconds. */
const PAUSE = { first: 50, last: 2000 };

interface Waiter {
  readonly start: () => void;
  readonly timer: NodeJS.Timeout;
}

/** A bounded set of connections, opened when needed. */
export class LinkPool<L extends PooledLink> {
  readonly #options: LinkPoolOptions<L>;
  readonly #idle: L[] = [];
  readonly #waiters = new Set<Waiter>();
  #used = 0;
  #pause = 0;
  #failure: { readonly error: unknown; readonly until: number } | null = null;
  #drained: (() => void) | null = null;

  constructor(options: LinkPoolOptions<L>) {
    this.#options = options;
  }

  /**
   * Gives a connection to `work` until it settles.
   * @throws FootingError FTG_BUSY after waiting too long; what connecting and `work` throw.
   */
  async use<T>(work: (link: L) => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      const link = await this.#take();
      try {
        return await work(link);
      } finally {
        if (link.isOpen) this.#idle.push(link);
      }
    } finally {
      this.#leave();
    }
  }

  /** Ends all connections after the work that has one is done; what waits is served before. */
  async close(): Promise<void> {
    if (this.#used > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await Promise.all(this.#idle.splice(0).map((link) => link.destroy()));
  }

  #enter(): Promise<void> | undefined {
    const { size, wait } = this.#options;
    if (this.#used < size) {
      this.#used += 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiters.delete(waiter);
        reject(createBusyError(`All ${size} connections to the database have been in use for ${wait} ms.`));
      };
      const waiter: Waiter = { start: resolve, timer: setTimeout(giveUp, wait) };
      this.#waiters.add(waiter);
    });
  }

  /** Hands the place on to the first who waits. */
  #leave(): void {
    const [next] = this.#waiters;
    if (next !== undefined) {
      this.#waiters.delete(next);
      clearTimeout(next.timer);
      next.start();
      return;
    }
    this.#used -= 1;
    if (this.#used === 0) this.#drained?.();
  }

  async #take(): Promise<L> {
    for (let link = this.#idle.pop(); link !== undefined; link = this.#idle.pop()) {
      if (link.isOpen) return link;
      void link.destroy();
    }
    // While the server is away, most callers are told so at once instead of all knocking at its door.
    if (this.#failure !== null && performance.now() < this.#failure.until) throw this.#failure.error;
    try {
      const link = await this.#options.connect();
      this.#pause = 0;
      this.#failure = null;
      return link;
    } catch (error) {
      this.#pause = Math.min(Math.max(PAUSE.first, this.#pause * 2), PAUSE.last);
      if (this.#options.isLost(error)) this.#failure = { error, until: performance.now() + this.#pause };
      throw error;
    }
  }
}

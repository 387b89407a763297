/**
 * What one connection has under way, in the order it was sent, and the clock that looks at it: what takes long and has
 * no caller any more is cancelled, and a server that says nothing for too long is given up. It speaks no protocol.
 */
import type { Abort } from "../contract/store.ts";
import { createAbortError } from "./server-failure.ts";

/** How often connections with statements under way are looked at, in milliseconds. */
const TICK = 100;
/** A statement that is done sooner is not worth a cancel, in milliseconds. */
const SHORT = 200;
/** How long a cancel may take to be felt before it is sent again, in milliseconds. */
const PAUSE = 1000;

/** A statement under way. */
export interface Turn {
  readonly abort: Abort | undefined;
  /** When it was sent. */
  readonly sent: number;
  /** Whether a cancel that is meant for another may hit it. */
  isExposed: boolean;
}

/** What a queue asks of its connection. */
export interface Cancellable {
  /** Asks the server over another connection to end what runs. Nothing that is sent after it resolves can be hit. */
  cancel(): Promise<void>;
  /** Ends the connection at once. */
  destroy(): Promise<void>;
}

/** The clock of all connections of a store. It ticks only while statements are under way. */
export class LinkWatch {
  readonly #silence: number;
  readonly #queues = new Set<LinkQueue>();
  #timer: NodeJS.Timeout | undefined;

  /** `silence` is how long a server may take over one statement before its connection is given up, in milliseconds. */
  constructor(silence: number) {
    this.#silence = silence;
  }

  /** Looks at the queue until it is found empty. */
  add(queue: LinkQueue): void {
    this.#queues.add(queue);
    this.#timer ??= setInterval(() => this.#look(), TICK).unref();
  }

  #look(): void {
    const now = performance.now();
    for (const queue of this.#queues) if (!queue.look(now, this.#silence)) this.#queues.delete(queue);
    if (this.#queues.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** The statements of one connection. */
export class LinkQueue {
  readonly #link: Cancellable;
  readonly #watch: LinkWatch;
  readonly #turns: Turn[] = [];
  #isWatched = false;
  /** Since when the server is at the first of them. */
  #since = 0;
  #cancelling: Promise<void> | null = null;
  /** What was cancelled last, and when it may be cancelled again. */
  #target: { readonly turn: Turn; readonly again: number } | null = null;

  constructor(link: Cancellable, watch: LinkWatch) {
    this.#link = link;
    this.#watch = watch;
  }

  /** Statements without an answer yet. */
  get load(): number {
    return this.#turns.length;
  }

  /** Takes note of a statement that is being sent. */
  begin(abort: Abort | undefined): Turn {
    const sent = performance.now();
    if (this.#turns.length === 0) this.#since = sent;
    const turn = { abort, sent, isExposed: this.#cancelling !== null };
    this.#turns.push(turn);
    if (!this.#isWatched) {
      this.#isWatched = true;
      this.#watch.add(this);
    }
    return turn;
  }

  /** Takes note of an answer; how long the server was at it, in milliseconds. */
  end(turn: Turn): number {
    if (this.#turns[0] === turn) this.#turns.shift();
    else this.#turns.splice(this.#turns.indexOf(turn), 1);
    const took = performance.now() - this.#since;
    this.#since += took;
    return took;
  }

  /** What to wait for before an answer is handed on: a cancel on its way might hit what the caller sends next. */
  quiet(turn: Turn): Promise<void> | null {
    return turn.isExposed ? this.#cancelling : null;
  }

  /** Whether a statement that the server cancelled was hit in place of another, and is to be sent again. */
  isStray({ abort, isExposed }: Turn): boolean {
    return isExposed && !abort?.aborted;
  }

  /** Looks at the statement that runs; false if there is none. */
  look(now: number, silence: number): boolean {
    const [turn] = this.#turns;
    this.#isWatched = turn !== undefined;
    if (turn === undefined) return false;
    if (now - this.#since > silence) void this.#link.destroy();
    else if (now - turn.sent > SHORT && turn.abort?.aborted) this.#cancel(turn, now);
    return true;
  }

  #cancel(turn: Turn, now: number): void {
    if (this.#cancelling !== null || (this.#target?.turn === turn && now < this.#target.again)) return;
    this.#target = { turn, again: now + PAUSE };
    for (const each of this.#turns) each.isExposed = true;
    // A cancel of which nothing is heard may come at any time: the connection is of no use.
    const cancelled = this.#link.cancel().catch(() => this.#link.destroy());
    this.#cancelling = cancelled.finally(() => {
      this.#cancelling = null;
    });
  }
}

/**
 * Refuses what nobody waits for any more.
 * @throws FootingError FTG_TIMEOUT
 */
export function refuseAborted(abort: Abort | undefined): void {
  if (abort?.aborted) throw createAbortError(undefined);
}

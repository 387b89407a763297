/**
 * The requests that wait for their answer, and one timer that gives up on those that wait too long. A timer for each
 * request would cost more than many an answer; so would asking the clock, and time is counted in turns of the timer.
 */

/** What is to happen to requests that wait too long. */
export interface WaitingOptions<T> {
  /** In milliseconds; a request waits at most two seconds longer, or twice as long when the limit is shorter. */
  readonly limit: number;
  /** Answers a request that nothing else will answer. */
  readonly expire: (request: T) => void;
}

/** A request that waits. */
export interface Waiting<T> {
  readonly request: T;
  /** The turn in which it began to wait. */
  readonly since: number;
  /** Its place among those that wait; -1 when it does not wait any more. */
  place: number;
}

/** Requests that wait, in no order. */
export class WaitingRequests<T> {
  readonly #waiting: Waiting<T>[] = [];
  readonly #expire: (request: T) => void;
  /** Milliseconds of a turn. */
  readonly #period: number;
  /** Turns after which a request has waited for the limit, however late in its first one it came. */
  readonly #patience: number;
  #turn = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor({ limit, expire }: WaitingOptions<T>) {
    this.#expire = expire;
    this.#period = Math.min(1_000, Math.ceil(limit / 2));
    this.#patience = Math.ceil(limit / this.#period) + 1;
  }

  /** Lets a request wait. */
  add(request: T): Waiting<T> {
    const entry: Waiting<T> = { request, since: this.#turn, place: this.#waiting.length };
    this.#waiting.push(entry);
    if (this.#timer === null) this.#arm();
    return entry;
  }

  /** Ends the wait of a request that has its answer; false when that comes too late. */
  delete(entry: Waiting<T>): boolean {
    const { place } = entry;
    if (place === -1) return false;
    const last = this.#waiting.pop();
    if (last !== undefined && last !== entry) {
      last.place = place;
      this.#waiting[place] = last;
    }
    entry.place = -1;
    return true;
  }

  #arm(): void {
    this.#timer = setTimeout(() => this.#sweep(), this.#period);
    this.#timer.unref();
  }

  #sweep(): void {
    this.#turn += 1;
    const late = this.#waiting.filter(({ since }) => this.#turn - since >= this.#patience);
    for (const entry of late) {
      this.delete(entry);
      this.#expire(entry.request);
    }
    if (this.#waiting.length > 0) this.#arm();
    else this.#timer = null;
  }
}

/**
 * Sends statements in the order they are asked where the package prepares one and runs it in two round trips: what is
 * asked in between, a COMMIT too, would overtake it. It reads no answer.
 */
import type { Connection, Prepare } from "mariadb";
import type { NativeValue } from "./codec.ts";

/** A statement on its way; in a record, so that waiting for it to be sent is not waiting for its answer. */
interface Sent {
  readonly answer: Promise<unknown>;
}

/** What statements are sent over: a connection that keeps their order, or {@link OrderedStatements} over one that does not. */
export interface Sender {
  execute(text: string, values: NativeValue[]): Promise<unknown>;
  query(text: string): Promise<unknown>;
}

/** The statements of one connection, each prepared once; the least used goes when there are more than `size`. */
export class OrderedStatements implements Sender {
  readonly #connection: Connection;
  readonly #size: number;
  readonly #prepared = new Map<string, Prepare>();
  /** Settles when the last statement that had to wait is sent. */
  #last: Promise<unknown> | null = null;

  constructor(connection: Connection, size: number) {
    this.#connection = connection;
    this.#size = size;
  }

  /** Runs a statement with values. */
  execute(text: string, values: NativeValue[]): Promise<unknown> {
    const known = this.#last === null ? this.#find(text) : undefined;
    if (known !== undefined) return known.execute(values);
    return this.#wait(async () => ({ answer: (this.#find(text) ?? (await this.#prepare(text))).execute(values) }));
  }

  /** Runs a statement without values, as text. */
  query(text: string): Promise<unknown> {
    if (this.#last === null) return this.#connection.query(text);
    return this.#wait(async () => ({ answer: this.#connection.query(text) }));
  }

  /** Sends behind what waits already. */
  async #wait(send: () => Promise<Sent>): Promise<unknown> {
    const sent = this.#last === null ? send() : this.#last.then(send);
    const last = sent.then(
      () => undefined,
      () => undefined,
    );
    this.#last = last;
    try {
      return (await sent).answer;
    } finally {
      if (this.#last === last) this.#last = null;
    }
  }

  #find(text: string): Prepare | undefined {
    const known = this.#prepared.get(text);
    if (known === undefined) return undefined;
    this.#prepared.delete(text);
    this.#prepared.set(text, known);
    return known;
  }

  async #prepare(text: string): Promise<Prepare> {
    const prepared = await this.#connection.prepare(text);
    this.#prepared.set(text, prepared);
    const [oldest] = this.#prepared;
    if (this.#prepared.size > this.#size && oldest !== undefined) {
      this.#prepared.delete(oldest[0]);
      oldest[1].close();
    }
    return prepared;
  }
}

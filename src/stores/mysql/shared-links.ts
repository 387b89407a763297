/** A few connections that many users share for reads: statements follow each other without waiting. Lost ones are opened anew. */

import { isLost } from "../sql/server-failure.ts";
import type { NativeValue } from "./codec.ts";
import type { Link, Result } from "./driver.ts";

/** Some connections to one database. */
export class SharedLinks {
  readonly #connect: () => Promise<Link>;
  readonly #places: (Promise<Link> | null)[];
  readonly #links: (Link | null)[];
  #isOpen = true;

  /** Opens up to `size` connections when statements come. */
  constructor(connect: () => Promise<Link>, size: number) {
    this.#connect = connect;
    this.#places = new Array(size).fill(null);
    this.#links = new Array(size).fill(null);
  }

  /** Runs a statement that changes nothing; one that found its connection gone is asked once more. */
  async query(text: string, values: readonly NativeValue[]): Promise<Result> {
    try {
      return await (await this.#take()).query(text, values);
    } catch (error) {
      if (!isLost(error) || !this.#isOpen) throw error;
      return (await this.#take()).query(text, values);
    }
  }

  /** Ends the connections when what is under way is done. */
  async close(): Promise<void> {
    this.#isOpen = false;
    const links = await Promise.allSettled(this.#places.filter((place) => place !== null));
    await Promise.all(links.map((link) => (link.status === "fulfilled" ? link.value.end() : undefined)));
  }

  /** The connection with the least to do: one that a slow statement holds up gathers more and is passed by. */
  #take(): Link | Promise<Link> {
    let best = 0;
    for (let place = 0; place < this.#links.length; place++) {
      const load = this.#loadOf(place);
      if (load === 0) return this.#at(place);
      if (load < this.#loadOf(best)) best = place;
    }
    return this.#at(best);
  }

  /** A place that connects counts as busy, an empty one as idle. */
  #loadOf(place: number): number {
    const link = this.#links[place];
    if (link?.isOpen) return link.load;
    return this.#places[place] === null || link != null ? 0 : 1;
  }

  #at(place: number): Link | Promise<Link> {
    const link = this.#links[place];
    if (link?.isOpen) return link;
    if (link != null || this.#places[place] === null) this.#open(place);
    return this.#places[place] ?? this.#connect();
  }

  #open(place: number): void {
    this.#links[place] = null;
    const opening = this.#connect();
    this.#places[place] = opening;
    opening.then(
      (link) => {
        this.#links[place] = link;
      },
      () => {
        this.#places[place] = null;
      },
    );
  }
}

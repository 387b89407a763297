/** Random choices that one seed decides, so that a failing case is one number to write down. */

/** A stream of choices. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.#next() * (max - min + 1));
  }

  /** True this often. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)];
    // An item may itself be undefined, so emptiness is what is tested.
    if (items.length === 0) throw new Error("nothing to pick from");
    return item as T;
  }

  /** Some of the items, at most `most`, in random order. */
  some<T>(items: readonly T[], most: number): T[] {
    return this.shuffle(items).slice(0, this.int(0, Math.min(most, items.length)));
  }

  /** The items in random order. */
  shuffle<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, rank: this.#next() }))
      .sort((left, right) => left.rank - right.rank)
      .map(({ item }) => item);
  }

  /** As many results of `draw` as asked for. */
  times<T>(count: number, draw: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => draw(index));
  }

  /** From 0 to below 1: the generator "mulberry32". */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}

/** A bounded map that forgets what was used longest ago, and counts how often it helped. */
export class LruCache<V> {
  readonly #entries = new Map<string, V>();
  readonly #capacity: number;
  #hits = 0;
  #misses = 0;

  /** `capacity` is the number of entries kept, at least 1. */
  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  /** The value under a key, now the most recently used one. */
  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) {
      this.#misses += 1;
      return undefined;
    }
    this.#hits += 1;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Puts a value under a key, dropping the least recently used one beyond the capacity. */
  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#capacity) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }

  /** Entries held, and look-ups since the start that found (`hits`) or did not find (`misses`) one. */
  stats(): CacheStats {
    return { size: this.#entries.size, hits: this.#hits, misses: this.#misses };
  }
}

/** What a cache has done so far. */
export interface CacheStats {
  readonly size: number;
  readonly hits: number;
  readonly misses: number;
}

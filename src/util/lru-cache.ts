/**
 * A bounded map that forgets what was not used for long, and counts how often it helped. Two generations instead of
 * a list: a look-up of a recent entry moves nothing, because it stands on the path of every request.
 */
export class LruCache<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  readonly #half: number;
  #hits = 0;
  #misses = 0;

  /** `capacity` is the number of entries kept at most, at least 2. */
  constructor(capacity: number) {
    this.#half = Math.max(1, Math.floor(capacity / 2));
  }

  /** The value under a key, which counts as used now. */
  get(key: string): V | undefined {
    const value = this.#young.get(key) ?? this.#revive(key);
    if (value === undefined) this.#misses += 1;
    else this.#hits += 1;
    return value;
  }

  /** Puts a value under a key. When the young generation is full, the old one is forgotten. */
  set(key: string, value: V): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** Entries held, and look-ups since the start that found (`hits`) or did not find (`misses`) one. */
  stats(): CacheStats {
    return { size: this.#young.size + this.#old.size, hits: this.#hits, misses: this.#misses };
  }

  #revive(key: string): V | undefined {
    const value = this.#old.get(key);
    if (value === undefined) return undefined;
    this.#old.delete(key);
    this.set(key, value);
    return value;
  }
}

/** What a cache has done so far. */
export interface CacheStats {
  /** Entries held. */
  readonly size: number;
  /** Look-ups that found an entry. */
  readonly hits: number;
  /** Look-ups that found none. */
  readonly misses: number;
}

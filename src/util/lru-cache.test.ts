import fc from "fast-check";
import { expect, test } from "vitest";
import { LruCache } from "./lru-cache.ts";

test("keeps what is used and forgets what is not", () => {
  const cache = new LruCache<number>(4);
  cache.set("kept", 1);
  for (let i = 0; i < 10; i++) {
    cache.set(`n${i}`, i);
    expect(cache.get("kept")).toBe(1);
  }
  expect(cache.get("n0")).toBeUndefined();
  expect(cache.stats()).toMatchObject({ hits: 10, misses: 1 });
});

test("never holds more than its capacity, nor another value than the last", () => {
  const step = fc.tuple(fc.constantFrom("get", "set"), fc.integer({ min: 0, max: 20 }));
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 9 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
      const cache = new LruCache<number>(capacity);
      const last = new Map<string, number>();
      steps.forEach(([kind, key], index) => {
        if (kind === "set") {
          cache.set(`${key}`, index);
          last.set(`${key}`, index);
        } else {
          const found = cache.get(`${key}`);
          if (found !== undefined) expect(found).toBe(last.get(`${key}`));
        }
        expect(cache.stats().size).toBeLessThanOrEqual(capacity);
      });
      const latest = steps.findLast(([kind]) => kind === "set");
      if (latest !== undefined) expect(cache.get(`${latest[1]}`)).toBe(last.get(`${latest[1]}`));
    }),
  );
});

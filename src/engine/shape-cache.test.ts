import fc from "fast-check";
import { expect, test } from "vitest";
import { ShapeCache } from "./shape-cache.ts";
import type { Shape } from "./shape-key.ts";

const shapes = fc.array(fc.constantFrom<Shape[number]>("a", "1", 1, 2), { maxLength: 3 });

test("keeps what is used and forgets what is not", () => {
  const cache = new ShapeCache<number>(4);
  cache.set(["kept"], 1);
  for (let i = 0; i < 10; i++) {
    cache.set(["n", i], i);
    expect(cache.get(["kept"])).toBe(1);
  }
  expect(cache.get(["n", 0])).toBeUndefined();
});

test("never holds more than its capacity, nor another value than the last of the very shape", () => {
  const step = fc.tuple(fc.constantFrom("get", "set"), shapes);
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 9 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
      const cache = new ShapeCache<number>(capacity);
      const last = new Map<string, number>();
      steps.forEach(([kind, shape], index) => {
        if (kind === "set") {
          cache.set(shape, index);
          last.set(JSON.stringify(shape), index);
          expect(cache.get(shape)).toBe(index);
        } else {
          const found = cache.get(shape);
          if (found !== undefined) expect(found).toBe(last.get(JSON.stringify(shape)));
        }
        expect(cache.size).toBeLessThanOrEqual(capacity);
      });
    }),
  );
});

import { expect, test } from "vitest";
import { anonymousActor } from "../../engine/actor.ts";
import type { Outcome } from "./operations.ts";
import type { Step } from "./parse-batch.ts";
import { runSteps, type StepRun } from "./run-steps.ts";

const options: StepRun = {
  executor: Object({}),
  actor: anonymousActor,
  maxAffected: 1,
  lanes: 1,
  isPart: false,
  stopAtFailure: false,
  isAborted: () => false,
};

function makeStep(index: number, run: () => Promise<Outcome>): Step {
  const operation = { rule: "read", members: {}, required: [], run } as const;
  return { index, operation, model: Object({ name: "City" }), members: {}, needs: new Map() };
}

test("stops running when the results have become too large", async () => {
  const json = " ".repeat(9 * 1024 * 1024);
  const steps = [0, 1, 2].map((index) => makeStep(index, async () => ({ json })));
  const [first, second, third] = await runSteps(steps, options);
  expect([first, second].every((result) => result !== undefined && "json" in result)).toBe(true);
  expect(third).toMatchObject({ error: { code: "FTG_COST" } });
});

test("runs nothing more for a caller who is gone", async () => {
  let ran = 0;
  const steps = [0, 1, 2].map((index) =>
    makeStep(index, async () => {
      ran += 1;
      return { json: "1" };
    }),
  );
  const results = await runSteps(steps, { ...options, isAborted: () => ran === 2, stopAtFailure: true });
  expect(ran).toBe(2);
  expect(results).toMatchObject([{ json: "1" }, { json: "1" }, { error: { code: "FTG_TIMEOUT" } }]);
});

test.each([
  ["in one operation", 1, 20],
  ["in many", 20, 1],
])("refuses references that make much more of a body than it is, %s", async (_name, count, times) => {
  const json = JSON.stringify("x".repeat(1024 * 1024));
  const big = makeStep(0, async () => ({ json }));
  let rows = 0;
  const run = async () => {
    rows += 1;
    return { json: "1" };
  };
  const data = { list: Array.from({ length: times }, () => ({ $ref: "big" })) };
  const others = Array.from({ length: count }, (_, index): Step => {
    const { operation, ...step } = makeStep(index + 1, run);
    return {
      ...step,
      operation: { ...operation, members: { data: "data" } },
      members: { data },
      needs: new Map([["big", 0]]),
    };
  });
  const results = await runSteps([big, ...others], { ...options, stopAtFailure: true });
  expect(rows).toBeLessThanOrEqual(16);
  expect(results.at(-1)).toMatchObject({ error: { code: "FTG_COST" } });
});

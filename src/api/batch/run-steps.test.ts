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

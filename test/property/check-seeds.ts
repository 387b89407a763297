/**
 * Runs a property over many seeds within a bounded time; a failure names the seed, which FOOTING_PROPERTY_SEED repeats.
 * A plain run draws the same seeds every time; with FOOTING_PROPERTY_RUNS it draws new ones.
 */
import fc from "fast-check";

/** How a property is run. */
export interface SeedOptions {
  /** Seeds that failed once; they run first, every time. */
  readonly regressions: readonly number[];
  /** Seeds to try unless FOOTING_PROPERTY_RUNS says otherwise. */
  readonly runs: number;
}

/** Longest time one property may take when FOOTING_PROPERTY_RUNS is not set, in milliseconds. */
const timeLimit = 10_000;

/** Where a plain run starts drawing. */
const firstSeed = 20_261_122;

/**
 * Checks that `property` resolves for the regressions and for random seeds. With FOOTING_PROPERTY_SEED set, only
 * that seed runs: the number that a failure prints as its counterexample.
 */
export async function checkSeeds(
  property: (seed: number) => Promise<void>,
  { regressions, runs }: SeedOptions,
): Promise<void> {
  const only = process.env["FOOTING_PROPERTY_SEED"];
  if (only !== undefined) return property(Number(only));
  const asked = Number(process.env["FOOTING_PROPERTY_RUNS"] ?? 0);
  await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 0x7fffffff }), property), {
    examples: regressions.map((seed): [number] => [seed]),
    numRuns: regressions.length + (asked || runs),
    // A smaller seed is not a smaller world.
    endOnFailure: true,
    includeErrorInReport: true,
    ...(asked === 0 && { interruptAfterTimeLimit: timeLimit, seed: firstSeed }),
  });
}

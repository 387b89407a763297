// Everything `npm test` checks: types, style, unused code, the lock file, then the tests. Ends with one line of counts and
// the name of every skipped test. Under CI a skipped test is a failure: there, every server it needs must be present.
// Arguments go to the test runner: npm test -- src/plan

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

interface Outcome {
  readonly name: string;
  readonly ok: boolean;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const root = fileURLToPath(new URL("..", import.meta.url));
const report = ".cache/tests.json";
const underCi = !["", "0", "false"].includes(process.env["CI"] ?? "");

const STEPS: readonly Step[] = [
  { name: "types of the package", command: ["tsc", "--noEmit"] },
  { name: "types of the apps", command: ["tsc", "--noEmit", "-p", "tsconfig.apps.json"] },
  { name: "style", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "unused code", command: ["knip", "--no-progress"] },
  { name: "lock file", command: ["node", "scripts/lock.ts", "--check"] },
];

const steps = await Promise.all(STEPS.map(runStep));
const tests = await runTests(process.argv.slice(2));
closeRun(steps, tests);

/** Runs one step to its end and prints what it said if it failed. */
async function runStep({ name, command: [program = "", ...args] }: Step): Promise<Outcome> {
  const started = Date.now();
  const child = spawn(program, args, { cwd: root, shell: process.platform === "win32" });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  const ok = await waitFor(child);
  console.log(`${ok ? "ok    " : "FAILED"}  ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok) console.log(output);
  return { name, ok };
}

async function runTests(filters: readonly string[]): Promise<Counts> {
  mkdirSync(`${root}.cache`, { recursive: true });
  rmSync(root + report, { force: true });
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...filters];
  const child = spawn("vitest", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  const ok = await waitFor(child);
  const counts = existsSync(root + report) ? countTests() : { passed: 0, failed: 0, skipped: [] };
  return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function countTests(): Counts {
  const { numPassedTests, numFailedTests, testResults }: TestReport = JSON.parse(readFileSync(root + report, "utf8"));
  const broken = testResults.filter(({ status, assertionResults }) => {
    return status === "failed" && !assertionResults.some((test) => test.status === "failed");
  });
  const skipped = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => !["passed", "failed"].includes(status)).map(({ fullName }) => fullName),
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped };
}

function closeRun(outcomes: readonly Outcome[], tests: Counts): void {
  const failedSteps = outcomes.filter(({ ok }) => !ok).map(({ name }) => name);
  const passed = outcomes.length - failedSteps.length + tests.passed;
  const failed = failedSteps.length + tests.failed;
  for (const name of tests.skipped) console.log(`skipped: ${name}`);
  if (!process.env["FOOTING_MYSQLD"])
    console.log("Not among them: the tests on a MySQL server, which FOOTING_MYSQLD names.");
  if (failedSteps.length > 0) console.log(`failed steps: ${failedSteps.join(", ")}`);
  if (underCi && tests.skipped.length > 0) console.log("Skipped tests are failures under CI.");
  console.log(`${passed} passed, ${failed} failed, ${tests.skipped.length} skipped`);
  process.exitCode = failed > 0 || (underCi && tests.skipped.length > 0) ? 1 : 0;
}

function waitFor(child: ReturnType<typeof spawn>): Promise<boolean> {
  return new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
  });
}

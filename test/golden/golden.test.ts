/**
 * For each golden request: the plan it becomes, the statement of that plan on every SQL store, and the bytes of the
 * answer, the same on every store. `npx vitest run test/golden -u` accepts a change; read the difference before.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { printPlan } from "../../src/plan/print-plan.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { compilePlan } from "../../src/stores/sql/compile-plan.ts";
import type { Dialect } from "../../src/stores/sql/dialect.ts";
import type { SqlStep } from "../../src/stores/sql/sql-program.ts";
import { measuredKinds } from "../conformance/stores.ts";
import { declared } from "../e2e/rest-app.ts";
import { formatSql } from "./format-sql.ts";
import { type GoldenAnswer, runGoldenRequests } from "./golden-app.ts";
import { createDialects } from "./golden-dialects.ts";
import { goldenRequests } from "./requests.ts";

const dialects = createDialects(declared.schema);

let expected: ReadonlyMap<string, GoldenAnswer>;

beforeAll(async () => {
  expected = indexAnswers(await runGoldenRequests(createMemoryStore()));
});

test.each(goldenRequests)("$name", async ({ name }) => {
  const answer = expected.get(name);
  await expect(answer && renderGolden(answer)).toMatchFileSnapshot(`files/${name}.txt`);
});

describe.each(measuredKinds)("$name", (kind) => {
  test("answers the same bytes", async () => {
    const store = kind.create();
    const answers = indexAnswers(await runGoldenRequests(store).finally(() => store.close()));
    for (const { name } of goldenRequests) expect(answers.get(name)?.answer, name).toBe(expected.get(name)?.answer);
  });
});

function indexAnswers(answers: readonly GoldenAnswer[]): ReadonlyMap<string, GoldenAnswer> {
  return new Map(answers.map((answer) => [answer.request.name, answer]));
}

function renderGolden({ request, calls, answer }: GoldenAnswer): string {
  const { method = request.body === undefined ? "GET" : "POST", path, user, body } = request;
  const head = [`${method} ${path}`, ...(user === undefined ? [] : [`as ${user}`])];
  if (body !== undefined) head.push(JSON.stringify(body));
  const parts = calls.flatMap(({ plan }) => [
    `# plan\n${printPlan(plan)}`,
    ...Object.entries(dialects).map(([name, dialect]) => `# ${name}\n${renderStatements(plan, dialect)}`),
  ]);
  return `${[head.join("\n"), ...parts, `# answer\n${answer}`].join("\n\n")}\n`;
}

/** The SQL of a plan; of a write, its steps in order. */
function renderStatements(plan: Plan, dialect: Dialect): string {
  const compiled = compilePlan(declared.schema, dialect, plan);
  if (compiled.kind !== "write") return formatSql(compiled.text.text);
  return compiled.program.steps.map(renderStep).join("\n");
}

function renderStep(step: SqlStep): string {
  switch (step.kind) {
    case "reference":
      return `reference:\n${formatSql(step.reference.missing.text)}`;
    case "link":
      return step.texts.map(({ text }) => `link:\n${formatSql(text)}`).join("\n");
    default:
      return `${step.kind}:\n${formatSql(step.text.text)}`;
  }
}

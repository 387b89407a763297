// Tables of what is wrong with a declaration and how it is reported, for the tests of the schema room.

import { expect, test } from "vitest";
import { FootingError, type Problem } from "../../src/errors/footing-error.ts";
import type { Models } from "../../src/schema/check-types.ts";
import { createSchema } from "../../src/schema/create-schema.ts";

/** What is wrong, the models, and a part of each problem. */
export type WrongModels = readonly [what: string, models: object, problems: readonly string[]];

/** Tests that the models of each row have exactly the problems of the row, in order. */
export function testProblems(rows: readonly WrongModels[]): void {
  test.each(rows)("%s", (_what, models, parts) => {
    const problems = findProblems(models);
    expect(problems).toHaveLength(parts.length);
    for (const [index, part] of parts.entries()) expect(problems[index]).toContain(part);
  });
}

/** The problems of a schema as `path: detail fix`; models are unchecked, as from JavaScript. */
export function findProblems(models: object): readonly string[] {
  try {
    // What JavaScript callers can do.
    createSchema(models as Models);
  } catch (error) {
    if (error instanceof FootingError && error.code === "FTG_SCHEMA") return error.problems.map(showProblem);
    throw error;
  }
  return [];
}

/** Lets a declaration through that TypeScript would refuse. */
export function wrong(value: unknown): never {
  return value as never;
}

function showProblem({ path, detail, fix }: Problem): string {
  return `${path}: ${detail} ${fix}`;
}

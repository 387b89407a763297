/** The look at the package: a version that lacks what is used is named, with what it lacks and what to install. */
import pg from "pg";
import { expect, test } from "vitest";
import { checkPackage } from "./byte-client.ts";

test("a version that lacks something is refused by name", () => {
  expect(() => checkPackage()).not.toThrow();
  const Client = class extends pg.Client {
    override readonly pipeline = false;
  };
  expect(() => checkPackage({ ...pg, Client })).toThrow(
    expect.objectContaining({
      code: "FTG_CONFIG",
      message: expect.stringMatching(/^The package pg 8\.\d+\.\d+ cannot be used: it lacks Client\.pipeline\.$/),
      fix: 'Run: npm install "pg@>=8.23.1 <9"',
    }),
  );
});

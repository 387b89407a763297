import { expect, test } from "vitest";
import { acceptsPage, negotiateMediaType } from "./negotiate.ts";

const modern = "application/graphql-response+json";
const plain = "application/json";

test.each([
  [undefined, plain],
  ["", plain],
  ["*/*", plain],
  ["application/*", plain],
  [plain, plain],
  [modern, modern],
  [`${plain}, ${modern}`, modern],
  [`${modern};q=0.5, ${plain}`, plain],
  [`${modern}; q=0.5 , ${plain};q=0.2`, modern],
  [`${modern};q=0, ${plain}`, plain],
  [`Application/GraphQL-Response+JSON; charset=utf-8`, modern],
  ["text/html, */*;q=0.1", plain],
  ["text/html", null],
  [`${plain};q=0`, null],
  ["*/*;q=0", null],
  [";;,", null],
])("accept %s gives %s", (accept, type) => {
  expect(negotiateMediaType(accept)).toBe(type);
});

test("a browser wants a page, a client does not", () => {
  expect(acceptsPage("text/html,application/xhtml+xml,*/*;q=0.8")).toBe(true);
  expect(acceptsPage("text/html;q=0, application/json")).toBe(false);
  expect(acceptsPage("*/*")).toBe(false);
  expect(acceptsPage(undefined)).toBe(false);
});

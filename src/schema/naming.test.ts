import { expect, test } from "vitest";
import { createConstraintName, MAX_NAME, toCamelCase, toPlural, toSnakeCase } from "./naming.ts";

test.each([
  ["officialName", "official_name"],
  ["HTMLPage", "html_page"],
  ["code3", "code3"],
  ["BlogPost", "blog_post"],
  ["userID", "user_id"],
  ["area_code", "area_code"],
])("%s is %s in a table", (name, snake) => expect(toSnakeCase(name)).toBe(snake));

test.each([
  ["BlogPost", "blogPost"],
  ["HTMLPage", "htmlPage"],
  ["URL", "url"],
  ["City", "city"],
])("%s is %s in the API", (name, camel) => expect(toCamelCase(name)).toBe(camel));

test.each([
  ["City", "Cities"],
  ["Day", "Days"],
  ["Box", "Boxes"],
  ["Branch", "Branches"],
  ["Address", "Addresses"],
  ["Status", "Statuses"],
  ["Analysis", "Analyses"],
  ["Quiz", "Quizzes"],
  ["Language", "Languages"],
  ["BlogPost", "BlogPosts"],
])("several %s are %s", (name, plural) => expect(toPlural(name)).toBe(plural));

test("a name that is too long is cut and stays its own", () => {
  const [a, b] = ["a", "b"].map((end) => createConstraintName("table", ["x".repeat(80) + end], "index"));
  expect(a).toHaveLength(MAX_NAME);
  expect(a).not.toBe(b);
  expect(createConstraintName("city", ["country_code", "name"], "index")).toBe("city_country_code_name_index");
});

// Holds docs/errors.md to the error catalogue, in both directions: a section for every code, no section for anything else.
// A section that opens with a status has the right one; errors that stop a start have none to show. Proved able to fail on an invented page.

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type CatalogueEntry, catalogue } from "../../src/errors/catalogue.ts";
import { root } from "./source-files.ts";

const PAGE = "docs/errors.md";

test("docs/errors.md and the catalogue agree", () => {
  const page = existsSync(root + PAGE) ? readFileSync(root + PAGE, "utf8") : "";
  expect(findDifferences(catalogue, page)).toEqual([]);
});

test("the rule sees what is missing on either side", () => {
  const codes = { FTG_A: { status: 400, title: "Wrong", fix: "Mend it." } };
  const good = "# Errors\n\n## FTG_A\n\n400. It is wrong.\n";
  expect(findDifferences(codes, good)).toEqual([]);
  expect(findDifferences(codes, "# Errors\n")).toEqual(["FTG_A: no section `## FTG_A`"]);
  expect(findDifferences(codes, `${good}\n## FTG_B\n`)).toEqual(["FTG_B: not in the catalogue"]);
  expect(findDifferences(codes, `${good}\n${good}`)).toEqual(["FTG_A: 2 sections"]);
  expect(findDifferences(codes, good.replace("400", "404"))).toEqual(["FTG_A: the section says 404, not 400"]);
  expect(findDifferences(codes, "## FTG_A\n")).toEqual(["FTG_A: the section is empty"]);
});

function findDifferences(codes: Readonly<Record<string, CatalogueEntry>>, page: string): readonly string[] {
  const sections = page.split(/^## /m).slice(1).map(readSection);
  const strangers = sections.filter(({ code }) => !(code in codes)).map(({ code }) => `${code}: not in the catalogue`);
  const differences = Object.entries(codes).flatMap(([code, entry]) => {
    const own = sections.filter((section) => section.code === code);
    if (own.length > 1) return [`${code}: ${own.length} sections`];
    return own[0] === undefined ? [`${code}: no section \`## ${code}\``] : compareSection(code, entry, own[0].body);
  });
  return [...strangers, ...differences];
}

function readSection(text: string): { readonly code: string; readonly body: string } {
  const end = text.indexOf("\n");
  return { code: text.slice(0, end).trim(), body: text.slice(end).replace(/\s+/g, " ") };
}

function compareSection(code: string, { status }: CatalogueEntry, body: string): readonly string[] {
  const said = /^ (\d{3})\. /.exec(body)?.[1];
  if (body.trim() === "") return [`${code}: the section is empty`];
  return said === undefined || said === String(status) ? [] : [`${code}: the section says ${said}, not ${status}`];
}

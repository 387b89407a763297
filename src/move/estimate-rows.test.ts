import { expect, test } from "vitest";
import { createSchema } from "../schema/create-schema.ts";
import { model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import { estimateRows } from "./estimate-rows.ts";
import { planMove } from "./plan-move.ts";

const { tables } = planMove(
  createSchema({
    Small: model({ name: t.text().max(100), at: t.datetime(), tags: t.list(t.text().max(10)).max(5) }),
    Named: model({ name: t.text(), parent: t.ref("Named").optional() }, { key: "name" }),
    Page: model({ body: t.text() }),
    Files: model({ one: t.bytes(), two: t.json(), three: t.list(t.int()), four: t.list(t.text()) }),
    Huge: model({ body: t.text().max(100_000_000) }),
  }).schema,
);

test("tables whose rows cannot be long are read in full pages, others in fewer rows, and at least one", () => {
  const rows = Object.fromEntries(tables.map((table) => [table.model.name, estimateRows(table, 1000)]));
  expect(rows).toEqual({ Small: 1000, Named: 1000, Page: 15, Files: 3, Huge: 1 });
});

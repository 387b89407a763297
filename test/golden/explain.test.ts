/**
 * The statements of the golden requests on some 100,000 rows: none reads the whole of a big table where an index serves,
 * and none reads many more rows than it shows. Where one does, the reason stands here.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { compilePlan } from "../../src/stores/sql/compile-plan.ts";
import { describeTables } from "../../src/stores/sql/describe-tables.ts";
import type { SqlStep } from "../../src/stores/sql/sql-program.ts";
import type { SqlText } from "../../src/stores/sql/sql-text.ts";
import { describeWithServer } from "../servers/shared-servers.ts";
import { bigSchema, bigTables, openBigStore } from "./big-data.ts";
import { type Access, type Explainer, type Explanation, explainers } from "./explainers.ts";
import { type GoldenAnswer, type GoldenCall, runGoldenRequests } from "./golden-app.ts";
import { createDialects, type GoldenStore } from "./golden-dialects.ts";
import { goldenRequests } from "./requests.ts";

/** The stores on which a request looks at many rows, as far as they tell, and why. */
interface Reason {
  readonly stores: readonly GoldenStore[];
  readonly why: string;
}

const SERVERS: readonly GoldenStore[] = ["PostgreSQL", "MariaDB"];
const ALL: readonly GoldenStore[] = ["SQLite", ...SERVERS];

/** Requests that look at many rows. */
const REASONS: Readonly<Record<string, Reason>> = {
  "filter-text": {
    stores: SERVERS,
    why: "No index knows the inside of a text. The server expects many that hold `im` and reads in the order of the key.",
  },
  "filter-ends-with": {
    stores: SERVERS,
    why: "No index knows the end of a text.",
  },
  "sort-related": {
    stores: ALL,
    why: "No index holds the rows of one table in the order of another's column.",
  },
  "sort-nullable": {
    stores: ["MariaDB"],
    why: "The server sorts 2,000 rows rather than look up 21 of them; of 40,000, in `sort`, it looks them up.",
  },
  "graphql-some-none-every": {
    stores: ["MariaDB"],
    why: "The server may list what is not to be found, once.",
  },
  "graphql-any-not": {
    stores: ["PostgreSQL"],
    why: "Beside an OR the server lists the countries once rather than look one up for each city.",
  },
  "list-counted": { stores: ALL, why: "It counts all countries." },
  aggregate: { stores: SERVERS, why: "Figures of all cities are made of all cities." },
  "aggregate-all": { stores: SERVERS, why: "Figures of all cities are made of all cities." },
  "aggregate-time-zone": { stores: SERVERS, why: "No index holds the month of a time in a time zone." },
  "aggregate-related": { stores: ALL, why: "The order is that of a figure of each country, made of all its cities." },
  "graphql-sort-calculated": {
    stores: ALL,
    why: "The order is that of a figure of each region, made of all its cities.",
  },
  "graphql-aggregate": { stores: ALL, why: "It counts all cities, and groups all of them." },
};

/** Rows of one table that a read may look at: a thirtieth of the largest. */
const FEW = 1300;
const FILL_LIMIT = 120_000;

const dialects = createDialects(bigSchema);

let answers: readonly GoldenAnswer[];

beforeAll(async () => {
  answers = await runGoldenRequests(createMemoryStore());
});

for (const { name, server, open } of explainers) {
  const tests = () => describeStatements(name, open);
  if (server === null) describe(name, tests);
  else describeWithServer(server, name, tests);
}

test.each(Object.entries(dialects))("%s has an index on every foreign key", (_, dialect) => {
  const tables = describeTables(bigSchema, dialect);
  const references = tables.flatMap((table) => table.references.map(({ columns }) => ({ table, columns })));
  const missing = references.filter(({ table, columns }) => {
    const indexes = [table.key, ...table.indexes.map((index) => index.columns)];
    return !indexes.some((held) => columns.every((column) => held.slice(0, columns.length).includes(column)));
  });
  expect(missing.map(({ table, columns }) => `${table.name} (${columns.join(", ")})`)).toEqual([]);
  expect(references).toHaveLength(9);
});

/** One test per request, on one store that is filled for all of them. */
function describeStatements(store: GoldenStore, open: () => Promise<Explainer>): void {
  let explainer: Explainer;

  beforeAll(async () => {
    explainer = await open();
    await openBigStore(explainer.store);
    await explainer.analyze();
  }, FILL_LIMIT);

  afterAll(async () => {
    await explainer.store.close();
    await explainer.close();
  });

  test.each(goldenRequests)("$name", async (request) => {
    const { calls } = answers.find((answer) => answer.request === request) ?? { calls: [] };
    const found: string[] = [];
    for (const call of calls) {
      for (const { text, accesses } of await explainCall(explainer, store, call)) {
        const many = accesses.filter(isMany);
        if (many.length > 0) found.push(`${JSON.stringify(many)}\n${text}`);
      }
    }
    const isKnown = REASONS[request.name]?.stores.includes(store) === true;
    if (!isKnown) expect(found.join("\n\n")).toBe("");
    // MariaDB draws its statistics at random.
    else if (store !== "MariaDB") expect(found, "needs no reason any more").not.toEqual([]);
  });
}

function isMany({ table, how, rows }: Access): boolean {
  return bigTables.has(table) && (how === "scan" || (rows ?? 0) > FEW);
}

/** Every way that the engine takes for every statement of a call. Reads are run, writes are not. */
async function explainCall(
  explainer: Explainer,
  store: GoldenStore,
  { plan, values }: GoldenCall,
): Promise<readonly Explanation[]> {
  const compiled = compilePlan(bigSchema, dialects[store], plan);
  const run = compiled.kind !== "write";
  const texts = run ? [compiled.text] : compiled.program.steps.flatMap(listTexts);
  const found: Explanation[] = [];
  for (const text of texts) found.push(...(await explainer.explain({ plan, text, values }, { run })));
  return found;
}

function listTexts(step: SqlStep): readonly SqlText[] {
  switch (step.kind) {
    case "reference":
      return [step.reference.missing];
    case "link":
      return step.texts;
    case "collect":
      throw new Error("What follows binds keys that only a run finds.");
    default:
      return [step.text];
  }
}

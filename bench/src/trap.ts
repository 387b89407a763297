// The trap of reading children with many parents: whether Footing's one statement keeps up with the better of two that a
// person would write, whichever that is. All run over the store's own connections, one at a time, without HTTP.

import { isDeepStrictEqual } from "node:util";
import { models } from "../../examples/atlas/app.ts";
import { loadStore } from "../../src/app/load-store.ts";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { ReadPlan } from "../../src/plan/plan.ts";
import type { ReadQuery } from "../../src/plan/query.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import type { ReadResult, Statement, Store, Values } from "../../src/stores/contract/store.ts";
import { SqlStatement } from "../../src/stores/sql/sql-statement.ts";
import type { StoreName } from "./databases/database.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { type Spread, spread } from "./statistics.ts";
import { type TrapQuestion, writeCorrelated, writeSetBased } from "./trap-forms.ts";

/** One question, and how long each form took to answer it, in milliseconds. */
export interface TrapResult {
  readonly question: TrapQuestion;
  readonly footing: Spread;
  readonly setBased: Spread;
  readonly correlated: Spread;
}

/** Reads children with their parents once. */
type Form = () => Promise<ReadResult>;

const QUESTIONS: readonly TrapQuestion[] = [
  { parents: 1000, children: 5, order: "id" },
  { parents: 1000, children: 5, order: "population" },
  { parents: 1000, children: 100, order: "id" },
  { parents: 1000, children: 100, order: "population" },
  { parents: 1000, children: 1000, order: "id" },
  { parents: 20, children: 5, order: "id" },
  { parents: 20, children: 5, order: "population" },
  { parents: 20, children: 100, order: "id" },
];

const WARM_UPS = 3;
/** Runs of each form, in turns: of few parents, and of many, which take long. */
const RUNS = { few: 301, many: 21 };

/** Answers all questions in all forms, on an address with the atlas; throws when two answers differ. */
export async function measureTrap(name: Exclude<StoreName, "sqlite">, url: string): Promise<readonly TrapResult[]> {
  const { schema, rules } = createSchema(models);
  const store = await loadStore(url);
  await store.open(schema, { createTables: false });
  try {
    const results: TrapResult[] = [];
    for (const question of QUESTIONS) {
      const { statement, values } = await captureRead(store, (watched) => {
        const limits = { maxLimit: 1000, maxCost: 10_000_000 };
        const engine = createEngine({ schema, rules, store: watched, limits });
        return engine.read(createQuery(question), systemActor);
      });
      const write = (text: string) => new SqlStatement(statement.plan, createCompiled(text));
      const [setBased, correlated] = [write(writeSetBased(name, question)), write(writeCorrelated(name, question))];
      results.push(
        await race(question, {
          footing: () => store.execute(statement, values),
          setBased: () => store.execute(setBased, []),
          correlated: () => store.execute(correlated, []),
        }),
      );
    }
    return results;
  } finally {
    await store.close();
  }
}

/** The table in Markdown. */
export function renderTraps(results: readonly TrapResult[]): string {
  const head = [
    "parents",
    "children of each",
    "first by",
    "set-based ms",
    "per parent ms",
    "Footing ms",
    "÷ better",
    "best runs",
  ];
  const rows = results.map(({ question: { parents, children, order }, footing, setBased, correlated }) => [
    `${parents} regions`,
    `${children} cities at most`,
    order,
    ...[setBased, correlated, footing].map(({ median }) => median.toFixed(2)),
    (footing.median / Math.min(setBased.median, correlated.median)).toFixed(2),
    (footing.min / Math.min(setBased.min, correlated.min)).toFixed(2),
  ]);
  return renderMarkdown([head, ...rows]);
}

function createQuery({ parents, children, order }: TrapQuestion): ReadQuery {
  const orderBy = order === "id" ? ["id"] : ["-population", "-id"];
  const cities = { select: { id: true, name: true, population: true }, limit: children, orderBy } as const;
  return { model: "Region", limit: parents, select: { code: true, name: true, cities } };
}

/** A statement without values whose one column is the answer. */
function createCompiled(text: string): SqlStatement<ReadPlan>["compiled"] {
  return { kind: "read", text: { text, bindings: [] }, cut: null, joined: null, named: 0 };
}

/** The statement that a read came to, and its values. */
async function captureRead(
  store: Store,
  read: (watched: Store) => Promise<unknown>,
): Promise<{ readonly statement: Statement<ReadPlan>; readonly values: Values }> {
  const seen: { statement: Statement<ReadPlan>; values: Values }[] = [];
  const execute: Store["execute"] = (statement, values) => {
    // Nothing but a read is asked.
    seen.push({ statement: statement as Statement as Statement<ReadPlan>, values });
    return store.execute(statement, values);
  };
  const get = (target: Store, name: string | symbol): unknown => {
    const member: unknown = Reflect.get(target, name);
    if (name === "execute") return execute;
    return typeof member === "function" ? member.bind(target) : member;
  };
  await read(new Proxy(store, { get }));
  const [only, ...others] = seen;
  if (only === undefined || others.length > 0) throw new Error(`Footing ran ${seen.length} statements for one read.`);
  return only;
}

async function race(
  question: TrapQuestion,
  forms: Readonly<Record<"footing" | "setBased" | "correlated", Form>>,
): Promise<TrapResult> {
  const lanes = Object.values(forms).map((form) => ({ form, times: [] as number[] }));
  const answers = await Promise.all(lanes.map(({ form }) => form()));
  const [expected, ...others] = answers.map(({ json }): unknown => JSON.parse(String(json)));
  if (!others.every((other) => isDeepStrictEqual(other, expected)))
    throw new Error(`The forms answer ${JSON.stringify(question)} differently.`);
  const runs = question.parents < 100 ? RUNS.few : RUNS.many;
  for (let count = -WARM_UPS; count < runs; count++) {
    for (const { form, times } of lanes) {
      const start = performance.now();
      await form();
      if (count >= 0) times.push(performance.now() - start);
    }
  }
  const [footing, setBased, correlated] = lanes.map(({ times }) => spread(times));
  if (footing === undefined || setBased === undefined || correlated === undefined) throw new Error("Three forms ran.");
  return { question, footing, setBased, correlated };
}

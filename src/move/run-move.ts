/**
 * Moves all data of an app from one store to another: looks at the target, copies in dependency order, sets the refs
 * that had to wait, and compares both sides. It opens and closes no store, and asks nobody but its caller.
 */
import { performance } from "node:perf_hooks";
import { FootingError } from "../errors/footing-error.ts";
import { copyRows, fillRefs } from "./copy-rows.ts";
import { countRows } from "./count-rows.ts";
import { emptyTarget } from "./empty-target.ts";
import type { Difference } from "./find-difference.ts";
import { type BegunCopy, inspectTarget, type TargetState } from "./inspect-target.ts";
import { type MoveContext, showProgress } from "./move-context.ts";
import type { MoveTable } from "./move-table.ts";
import { Checksum, verifyRows } from "./verify-rows.ts";

/** What a move needs. The stores are open on the schema of its plan. */
export interface MoveOptions extends MoveContext {
  /** Asked when the target holds rows of another origin: whether they may all go. */
  readonly mayReplace: (state: TargetState) => Promise<boolean>;
  /** Told when the target holds the beginning of this move, with the rows and links it has. */
  readonly onResume: (rows: number) => void;
}

/** What became of one model. */
export interface ModelReport {
  readonly model: string;
  /** Rows in the target. */
  readonly rows: number;
  /** Links in the target, of the manyToMany fields that the model owns. */
  readonly links: number;
  /** Rows and links that this run copied. */
  readonly copied: number;
  /** How long this run copied them. */
  readonly seconds: number;
  /** SHA-256 of all rows and links; null when they differ. */
  readonly checksum: string | null;
  /** The first difference of each table. */
  readonly differences: readonly Difference[];
}

/** What a move did. */
export interface MoveReport {
  readonly models: readonly ModelReport[];
  /** How long the comparison of both sides took. */
  readonly verifySeconds: number;
}

/** How the copy of one table went. */
interface CopiedTable {
  readonly copied: number;
  readonly seconds: number;
}

/**
 * Moves the data. A move that was killed goes on where it stopped when it is run again.
 *
 * @throws FootingError FTG_MOVE when the target holds rows of another origin that may not go; what the stores throw.
 */
export async function runMove(options: MoveOptions): Promise<MoveReport> {
  const begun = await prepareTarget(options);
  const copies = await copyTables(options, begun);
  return verifyTables(options, copies);
}

async function prepareTarget(options: MoveOptions): Promise<ReadonlyMap<string, BegunCopy>> {
  const state = await inspectTarget(options);
  if (state.stranger === null) {
    if (state.rows > 0) options.onResume(state.rows);
    return state.begun;
  }
  if (!(await options.mayReplace(state))) throw createRefusal(state, state.stranger);
  await emptyTarget(options);
  return new Map();
}

async function copyTables(
  context: MoveContext,
  begun: ReadonlyMap<string, BegunCopy>,
): Promise<ReadonlyMap<MoveTable, CopiedTable>> {
  const totals = await countRows(context.source, context.tables);
  const copies = new Map<MoveTable, CopiedTable>();
  for (const table of context.tables) {
    const { name } = table.model;
    const start = performance.now();
    const copied = await nameTable(
      table,
      copyRows(context, table, {
        begun: begun.get(name) ?? { rows: 0, last: null },
        total: totals.get(name) ?? 0,
      }),
    );
    copies.set(table, { copied, seconds: (performance.now() - start) / 1000 });
  }
  for (const [table, { copied, seconds }] of copies) {
    const start = performance.now();
    await nameTable(table, fillRefs(context, table));
    copies.set(table, { copied, seconds: seconds + (performance.now() - start) / 1000 });
  }
  return copies;
}

/** Says in an error whose rows it is about: most of them name a database only. */
async function nameTable<T>({ model }: MoveTable, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    const { code, message, fix, problems } = error;
    throw new FootingError(code, { detail: `${model.name}: ${message}`, fix, problems, cause: error });
  }
}

async function verifyTables(context: MoveContext, copies: ReadonlyMap<MoveTable, CopiedTable>): Promise<MoveReport> {
  const start = performance.now();
  const counts = await countRows(context.source, context.tables);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const owners = Map.groupBy(context.tables, ({ owner }) => owner);
  const models = await showProgress(context, { label: "Comparing both sides", total }, async (advance) => {
    const reports: ModelReport[] = [];
    for (const [model, tables] of owners) reports.push(await verifyModel(context, { model, tables, copies, advance }));
    return reports;
  });
  return { models, verifySeconds: (performance.now() - start) / 1000 };
}

interface ModelWork {
  readonly model: string;
  readonly tables: readonly MoveTable[];
  readonly copies: ReadonlyMap<MoveTable, CopiedTable>;
  readonly advance: (steps: number) => void;
}

async function verifyModel(context: MoveContext, { model, tables, copies, advance }: ModelWork): Promise<ModelReport> {
  const checksum = new Checksum();
  const differences: Difference[] = [];
  let [rows, links, copied, seconds] = [0, 0, 0, 0];
  for (const table of tables) {
    const found = await verifyRows(context, table, { checksum, advance });
    if (table.isLink) links += found.rows;
    else rows += found.rows;
    if (found.difference !== null) differences.push(found.difference);
    copied += copies.get(table)?.copied ?? 0;
    seconds += copies.get(table)?.seconds ?? 0;
  }
  return {
    model,
    rows,
    links,
    copied,
    seconds,
    checksum: differences.length === 0 ? checksum.end() : null,
    differences,
  };
}

function createRefusal({ rows }: TargetState, { table, detail }: Difference): FootingError {
  return new FootingError("FTG_MOVE", {
    detail: `The target is not empty: of its ${rows.toLocaleString("en")} rows, not all come from this source.`,
    fix: "Move to an empty database, or add --replace to empty this one first.",
    problems: [{ path: table.model.name, detail }],
  });
}

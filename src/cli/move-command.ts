/**
 * `footing move`: copies the data of an app from one database to another and compares both. Opens and closes the two
 * databases; serves nothing and prints no password.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { findDatabaseUrlProblem, loadStore } from "../app/load-store.ts";
import { FootingError, type Problem } from "../errors/footing-error.ts";
import type { TargetState } from "../move/inspect-target.ts";
import { type MovePlan, planMove } from "../move/plan-move.ts";
import { type MoveReport, runMove } from "../move/run-move.ts";
import type { Schema } from "../schema/schema-model.ts";
import type { Store } from "../stores/contract/store.ts";
import { loadApp } from "./load-app.ts";
import { createProgress } from "./progress.ts";
import { renderMove } from "./render-move.ts";
import { loadEnvFile } from "./settings.ts";

/** What the command line says about a move. */
export interface MoveSettings {
  /** Address of the database to copy from. */
  readonly from: string;
  /** Address of the database to copy to. */
  readonly to: string;
  /** Whether a target that holds other rows is emptied. */
  readonly replace?: boolean;
  /** Whether that is not asked again. */
  readonly yes?: boolean;
}

/**
 * Moves the data of the app in `file`.
 *
 * @throws FootingError FTG_CONFIG for a wrong address, FTG_DATABASE and FTG_DATABASE_MISMATCH for a database that cannot
 * be used, FTG_MOVE for a target that is not empty and for every difference at the end.
 */
export async function runMoveCommand(file: string, settings: MoveSettings): Promise<void> {
  loadEnvFile(process.cwd(), process.env);
  checkAddresses(settings);
  const { schema } = (await loadApp(file)).stored;
  const plan = planMove(schema);
  const source = await openSide("--from", settings.from, { schema: plan.schema, createTables: false });
  try {
    const target = await openTarget(settings.to, schema, plan);
    try {
      await move(plan, { source, target }, settings);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function move(
  { tables }: MovePlan,
  { source, target }: { readonly source: Store; readonly target: Store },
  settings: MoveSettings,
): Promise<void> {
  refuseSame(source, target);
  console.log(`From ${source.capabilities.label} to ${target.capabilities.label}`);
  const report = await runMove({
    source,
    target,
    tables,
    progress: createProgress,
    mayReplace: (state) => confirmReplace(state, settings),
    onResume: (rows) => console.log(`The target holds ${rows.toLocaleString("en")} rows of this source: going on.`),
  });
  console.log(renderMove(report));
  refuseDifferences(report);
}

function checkAddresses({ from, to }: MoveSettings): void {
  const problems = Object.entries({ "--from": from, "--to": to }).flatMap(([path, url]): Problem[] => {
    const problem = findDatabaseUrlProblem(url);
    return problem === null ? [] : [{ path, ...problem }];
  });
  if (problems.length > 0) {
    const detail = problems.length === 1 ? "One address is wrong." : "Both addresses are wrong.";
    throw new FootingError("FTG_CONFIG", { detail, problems });
  }
  const missing = /^sqlite:(?!:memory:)(.+)$/is.exec(from)?.[1];
  // Opening would create it, and a misspelt name would leave an empty file behind.
  if (missing !== undefined && !existsSync(resolve(missing)))
    throw new FootingError("FTG_DATABASE", {
      detail: `--from: There is no database ${missing}.`,
      fix: "Give the address of the database that holds the data.",
    });
}

/** Creates the tables of an empty target, then opens it as the move reads and writes it. */
async function openTarget(url: string, schema: Schema, plan: MovePlan): Promise<Store> {
  const created = await openSide("--to", url, { schema, createTables: true });
  await created.close();
  if (created.capabilities.durability === "none")
    throw new FootingError("FTG_CONFIG", {
      detail: "--to: This database is gone when the command ends.",
      fix: "Give the address of one that stays.",
    });
  return openSide("--to", url, { schema: plan.schema, createTables: false });
}

async function openSide(
  side: "--from" | "--to",
  url: string,
  { schema, createTables }: { readonly schema: Schema; readonly createTables: boolean },
): Promise<Store> {
  try {
    const store = await loadStore(url);
    await store.open(schema, { createTables });
    return store;
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    const { code, message, fix, problems } = error;
    throw new FootingError(code, { detail: `${side}: ${message}`, fix, problems, cause: error });
  }
}

/** Every database has a secret of its own, so that two spellings of one address are known to be the same. */
function refuseSame(source: Store, target: Store): void {
  if (!source.secret().equals(target.secret())) return;
  throw new FootingError("FTG_CONFIG", {
    detail: "--from and --to lead to the same database, or one is a copy of the other's files.",
    fix: "Give two databases that were created apart.",
  });
}

async function confirmReplace({ rows }: TargetState, { replace = false, yes = false }: MoveSettings): Promise<boolean> {
  if (!replace || yes) return replace;
  if (!process.stdin.isTTY)
    throw new FootingError("FTG_MOVE", {
      detail: "--replace empties the target, and there is no terminal to ask whether it may.",
      fix: "Add --yes.",
    });
  const { confirm } = await import("@clack/prompts");
  const message = `Delete the ${rows.toLocaleString("en")} rows in the target?`;
  // Ctrl-C answers with a symbol, which is no yes.
  return (await confirm({ message, initialValue: false })) === true;
}

function refuseDifferences({ models }: MoveReport): void {
  const differences = models.flatMap((model) => model.differences);
  if (differences.length === 0) return;
  const names = differences.map(({ table }) => table.model.name).join(", ");
  throw new FootingError("FTG_MOVE", {
    detail: `Source and target differ in ${names}.`,
    fix: "Stop everything that writes to either database, then run the move again with --replace.",
    problems: differences.map(({ table, detail }) => ({ path: table.model.name, detail })),
  });
}

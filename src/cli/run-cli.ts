/**
 * The `footing` command: its commands, options and help. Each command's code is loaded when it is called, and
 * every failure ends as one message and a non-zero exit.
 */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import type { GenerateSettings } from "./generate-command.ts";
import type { MoveSettings } from "./move-command.ts";
import { renderFailure } from "./render-failure.ts";

const ENVIRONMENT = `
Environment (also read from .env in the working directory; the environment wins):
  PORT           port to listen on, 0 for any free one            default 4000
  HOST           interface to listen on, 0.0.0.0 for all          default 127.0.0.1
  DATABASE_URL   sqlite:./data/app.db, sqlite::memory:,           default sqlite:./data/<folder of the app>.db
                 postgres://user:password@host:5432/name,
                 mysql:// or mariadb://user:password@host:3306/name

Examples:
  $ footing dev                        serve ./app.ts and restart on every change
  $ PORT=8080 footing start app.ts     serve it in production
  $ footing check && footing start     start only what is right

Without a file, commands take ./app.ts: a module whose default export is the result of defineApp.`;

const MOVING = `
Stop everything that writes to either database first. A move that was killed goes on where it stopped when it is run
again. At the end every row of both sides is compared; the exit code is 1 when one differs.

Example:
  $ footing move --from sqlite:./data/app.db --to postgres://user:password@localhost:5432/app`;

/**
 * Runs the command line. Sets the exit code; a command that serves keeps the process alive.
 *
 * @param args The arguments after `node footing`.
 */
export async function runCli(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
  } catch (error) {
    process.stderr.write(`${renderFailure(error)}\n`);
    process.exit(1);
  }
}

function createProgram(): Command {
  const program = new Command("footing")
    .description("The backend under a web app: your data declared once, served over REST and GraphQL.")
    .version(readVersion(), "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help, or that of a command")
    .helpCommand(false)
    .showHelpAfterError("Run footing --help to see what there is.")
    .addHelpText("after", ENVIRONMENT);
  addServing(program);
  addInspecting(program);
  addGenerating(program);
  addMoving(program);
  return program;
}

function addServing(program: Command): void {
  addCommand(program, "dev", "serve the app for development: creates its tables, restarts when a file changes").action(
    async (file: string) => (await import("./dev-command.ts")).runDev(file),
  );
  addCommand(program, "start", "serve the app in production; SIGTERM and SIGINT end it gracefully").action(
    async (file: string) => (await import("./start-command.ts")).runStart(file),
  );
  program
    .command("dev-server", { hidden: true })
    .argument("<file>")
    .argument("[port]")
    .action(async (file: string, port?: string) => (await import("./dev-server-command.ts")).runDevServer(file, port));
}

function addInspecting(program: Command): void {
  addCommand(program, "routes", "list what the app serves, without serving it").action(async (file: string) =>
    (await import("./routes-command.ts")).runRoutes(file),
  );
  addCommand(program, "check", "report every problem of the schema and the settings at once, each with its fix").action(
    async (file: string) => (await import("./check-command.ts")).runCheck(file),
  );
}

function addGenerating(program: Command): void {
  addCommand(program, "generate", "write openapi.json and schema.graphql, for clients in other languages")
    .option("--out <folder>", "folder to write them to; it is made when it is missing", ".")
    .option("--check", "write nothing; fail when a file is missing or out of date")
    .action(async (file: string, settings: GenerateSettings) =>
      (await import("./generate-command.ts")).runGenerate(file, settings),
    );
}

function addMoving(program: Command): void {
  addCommand(program, "move", "copy all data of the app from one database to another, and compare both")
    .requiredOption("--from <url>", "database to copy from; it is only read")
    .requiredOption("--to <url>", "database to copy to; its tables are created when it is empty")
    .option("--replace", "empty a target that holds other rows, after asking")
    .option("--yes", "do not ask")
    .addHelpText("after", MOVING)
    .action(async (file: string, settings: MoveSettings) =>
      (await import("./move-command.ts")).runMoveCommand(file, settings),
    );
}

function addCommand(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).argument("[app.ts]", "file that exports the app", "app.ts");
}

function readVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  const manifest: { version: string } = JSON.parse(readFileSync(file, "utf8"));
  return manifest.version;
}

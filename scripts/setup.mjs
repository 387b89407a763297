// Makes a fresh clone runnable, then runs the command it was given: `node scripts/setup.mjs tsc --noEmit`.
// Needs Node 20 or later and nothing else; it installs what package-lock.json says, and changes no tracked file.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR = 24;
const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules", ".bin");
const stamp = join(root, "node_modules", ".footing-install");
const onWindows = process.platform === "win32";

main(process.argv.slice(2));

function main(command) {
  install();
  requireNode();
  buildGraphiql();
  if (command.length > 0) run(command);
}

/** Runs `npm ci` unless the folder already holds what the lock file asks for. */
function install() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  if (matchesLock()) return writeFileSync(stamp, wanted);
  console.log("Installing dependencies with npm ci (about 600 MB on disk; only when package-lock.json changed) ...");
  const started = Date.now();
  // What `npm pack` was told is passed on to every npm below it: a rehearsal must install too, and install no script.
  const flags = ["--no-dry-run", "--ignore-scripts", "--loglevel=error", "--no-audit", "--no-fund"];
  const result = spawnSync("npm", ["ci", ...flags], inherit());
  if (result.status !== 0)
    fail(`npm ci failed (${result.error?.message ?? `exit code ${result.status}`}). Its output above says why.`);
  writeFileSync(stamp, wanted);
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** What decides an installation: the lock file, the platform and this script's own rules. */
function fingerprint() {
  const lock = readFileSync(join(root, "package-lock.json"));
  return createHash("sha256").update(lock).update(`${process.platform} ${process.arch}`).digest("hex");
}

/** True when someone ran `npm install` by hand: npm's own record of the folder then equals the lock file. */
function matchesLock() {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(locked).every(([path, entry]) => isInstalled(path, entry, installed));
}

function isInstalled(path, entry, installed) {
  if (!path.includes("node_modules/") || entry.optional || entry.link || entry.peer) return true;
  return installed[path]?.version === entry.version && existsSync(join(root, path));
}

/** Fails unless the Node that commands will find is new enough. */
function requireNode() {
  const result = spawnSync("node", ["--version"], { ...inherit(), stdio: "pipe", encoding: "utf8" });
  const version = (result.stdout ?? "").trim();
  if (Number(/^v(\d+)\./.exec(version)?.[1]) >= NODE_MAJOR) return;
  fail(
    `Footing needs Node ${NODE_MAJOR} or later; found ${version || "none"} on ${process.platform} ${process.arch}. ` +
      "The installation brings one along for Linux, Windows and Intel Macs: if this is one of them, delete node_modules " +
      `and run this again. Otherwise install Node ${NODE_MAJOR} from nodejs.org first.`,
  );
}

/** Builds the page that development serves at /graphql; the package brings it along, a checkout makes it once. */
function buildGraphiql() {
  if (existsSync(join(root, "dist", "graphiql", "index.html"))) return;
  console.log("Building the GraphiQL page (once) ...");
  const result = spawnSync(
    "npm",
    ["run", "build", "--silent", "--workspace", "graphiql", "--", "--logLevel", "error"],
    inherit(),
  );
  if (result.status !== 0) fail("The GraphiQL page could not be built. The output above says why.");
}

/** Runs the command with the repository's own tools first on the path, and ends as it ends. */
function run([command, ...args]) {
  const child = spawn(command, args, inherit());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => forward(child, signal));
  child.on("error", (error) => fail(`Could not run ${command}: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Passes a signal on, except Ctrl-C at a terminal, which the terminal has sent to the child already. */
function forward(child, signal) {
  if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
}

/**
 * Settings of a process that finds the repository's tools first. The command is started here and not by the shell after
 * this script, because a shell remembers where it first found `node`.
 */
function inherit() {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  // Older versions of npm link no program of a package that only fits this platform.
  const platform = process.platform === "win32" ? "win" : process.platform;
  const node = join(root, "node_modules", `node-${platform}-${process.arch}`, "bin");
  const path = [node, bin, process.env[key]].filter(Boolean).join(delimiter);
  return { cwd: root, stdio: "inherit", shell: onWindows, env: { ...process.env, [key]: path } };
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

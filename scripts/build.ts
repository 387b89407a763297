// Builds the package: tsc turns src/ into dist/ and Vite builds the GraphiQL page, after the last build is gone.

import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

rmSync(`${root}dist`, { recursive: true, force: true });
process.exitCode = run(process.execPath, "node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json");
if (process.exitCode === 0) process.exitCode = run("npm", "run", "build", "--silent", "--workspace", "graphiql");

/** Runs a program to its end; its exit code. */
function run(program: string, ...args: string[]): number {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  return status ?? 1;
}

// Runs the project's own tsc from a check and gives back what it said. Writes only below .cache/, which git ignores.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { root } from "./source-files.ts";

/** An emptied folder below .cache/, as a path from the root with a slash at the end. */
export function makeWorkFolder(name: string): string {
  const folder = `.cache/${name}/`;
  rmSync(root + folder, { recursive: true, force: true });
  mkdirSync(root + folder, { recursive: true });
  return folder;
}

/** Writes a file below the root, with the folders it needs. */
export function writeWorkFile(path: string, text: string): void {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
}

/** Runs tsc with the given arguments at the root. Gives back its messages; none means success. */
export function runCompiler(args: readonly string[]): readonly string[] {
  const script = `${root}node_modules/typescript/bin/tsc`;
  const result = spawnSync(process.execPath, [script, "--pretty", "false", ...args], { cwd: root, encoding: "utf8" });
  const messages = `${result.stdout}${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
  if (result.status !== 0 && messages.length === 0) return [`tsc ended with ${result.status ?? result.signal}`];
  return messages;
}

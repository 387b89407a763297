#!/usr/bin/env node
// Starts the command line. The published package has only dist/; a checkout has src/, which it runs as it is,
// with every import of "footing" answered from src/ too. Kept readable by old Nodes, so that they get the message.

import { existsSync } from "node:fs";
import * as nodeModule from "node:module";

const NODE_MAJOR = 24;
const source = new URL("../src/cli.ts", import.meta.url);

if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR) {
  console.error(`footing needs Node ${NODE_MAJOR} or later; this is ${process.version}. Install it from nodejs.org.`);
  process.exit(1);
}

if (existsSync(source)) {
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "footing-source"] }),
  });
}

// Code compiled once is kept in the system's temporary folder: half the start-up time and a quarter less memory.
nodeModule.enableCompileCache();
const { runCli } = await import(existsSync(source) ? source.href : "../dist/cli.js");
await runCli(process.argv.slice(2));
nodeModule.flushCompileCache();

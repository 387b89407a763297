/** The entry of the command line, started by `bin/footing.mjs`. */
export { runCli } from "./cli/run-cli.ts";

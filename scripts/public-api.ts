// Compares the public interface with the accepted one, or accepts the present one: npm run check:api -- --update.
// Never accepts on a build server, where nobody would read the change.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { printPublicApi, SNAPSHOT } from "../test/checks/public-api.ts";
import { root } from "../test/checks/source-files.ts";

const accepted = existsSync(root + SNAPSHOT) ? readFileSync(root + SNAPSHOT, "utf8") : "";
const present = printPublicApi();

if (accepted === present) console.log("The public interface is the accepted one.");
else if (!process.argv.includes("--update"))
  fail(`The public interface is not that of ${SNAPSHOT}. npm test shows the difference.`);
else if (process.env["CI"]) fail("--update does nothing under CI: accept the interface at your desk and commit it.");
else accept();

function accept(): void {
  writeFileSync(root + SNAPSHOT, present);
  console.log(`Wrote ${SNAPSHOT}. Read the difference before you commit it.`);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

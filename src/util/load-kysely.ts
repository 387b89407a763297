/** Loads Kysely when it is first used, at once: it takes long, and few programs use it. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The package. */
export function loadKysely(): typeof import("kysely") {
  // What the package exports is what its types say.
  return require("kysely") as typeof import("kysely");
}

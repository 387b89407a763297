// Bundles the client as a user's build would, minified, for browsers and for the scales.

import { build } from "vite";
import { root } from "../checks/source-files.ts";

/** The script, with the exports of `footing/client` as `window.FootingClient`. */
export async function bundleClient(): Promise<string> {
  const outputs = await build({
    configFile: false,
    root,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      target: "es2024",
      lib: { entry: `${root}src/client.ts`, formats: ["iife"], name: "FootingClient" },
    },
  });
  const [output] = Array.isArray(outputs) ? outputs : [outputs];
  const chunks = output !== undefined && "output" in output ? output.output : [];
  const scripts = chunks.flatMap((chunk) => (chunk.type === "chunk" ? [chunk.code] : []));
  if (scripts.length !== 1) throw new Error(`The client is ${scripts.length} files.`);
  return scripts.join("");
}

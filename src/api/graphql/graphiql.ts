/**
 * Serves the GraphiQL page that `graphiql/` builds into `dist/graphiql`: local files under a strict content
 * security policy, nothing from another host.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FootingError } from "../../errors/footing-error.ts";
import type { HostResponse, HostRoute } from "../../http/host-route.ts";

/** The same place seen from `src/` and from `dist/`. */
const folder = fileURLToPath(new URL("../../../dist/graphiql/", import.meta.url));

const types: Readonly<Record<string, string>> = Object.freeze({
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ttf": "font/ttf",
});

/** The editor writes its own style elements, and the styles hold their fonts; everything else comes from this server. */
const policy = [
  ...[
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    "font-src 'self' data:",
    "img-src 'self' data:",
  ],
  ...["style-src 'self' 'unsafe-inline'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join("; ");

/**
 * The page.
 *
 * @throws FootingError FTG_NOT_FOUND when it was not built, which only a checkout of the source can lack.
 */
export function serveGraphiqlPage(): HostResponse {
  const body = readFile("index.html");
  return {
    status: 200,
    type: "text/html; charset=utf-8",
    body,
    headers: { "content-security-policy": policy, "cache-control": "no-cache", vary: "accept" },
  };
}

/** The route of the page's scripts, styles and fonts. Their names carry a hash of their content. */
export function createGraphiqlAssetRoute(): HostRoute {
  return { path: "/graphql/assets/:file", operations: { GET: { handle: ({ path }) => serveAsset(path) } } };
}

function serveAsset(path: string): HostResponse {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const type = types[extname(name)];
  // Only names that the folder lists are opened, so that no name can lead out of it.
  if (type === undefined || !existsSync(folder) || !readdirSync(folder).includes(name)) {
    throw new FootingError("FTG_NOT_FOUND", { detail: `GraphiQL has no file ${JSON.stringify(name)}.` });
  }
  return {
    status: 200,
    type,
    body: readFile(name),
    headers: { "cache-control": "public, max-age=31536000, immutable" },
  };
}

function readFile(name: string): Buffer {
  try {
    return readFileSync(join(folder, name));
  } catch (cause) {
    throw new FootingError("FTG_NOT_FOUND", {
      detail: "The GraphiQL page was not built.",
      fix: "Run `npm run build --workspace graphiql`.",
      cause,
    });
  }
}

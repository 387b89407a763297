/**
 * Serves the reference page of the API: Scalar from the installed package, told to ask nobody but this
 * server. The page's policy forbids it everything else.
 */
import { fastify } from "fastify";
import type { HostResponse, HostRoute } from "../../http/host-route.ts";

const html = "text/html; charset=utf-8";
const javascript = "text/javascript; charset=utf-8";

/** Scalar writes style elements while it runs, hence the inline styles; scripts come from here only. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What Scalar is told: the document, and no fonts, proxy, telemetry, assistants or links to services elsewhere. */
const configuration = {
  // Relative to /docs, which may itself be below the path of another server.
  url: "openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  mcp: { disabled: true },
  agent: { disabled: true },
};

/** `/docs` and the two scripts it loads. */
export function createDocsRoutes(title: string): readonly HostRoute[] {
  const page: HostResponse = {
    status: 200,
    type: html,
    body: renderPage(title),
    headers: { "content-security-policy": policy },
  };
  const start: HostResponse = {
    status: 200,
    type: javascript,
    body: `Scalar.createApiReference("#reference", ${JSON.stringify(configuration)});\n`,
  };
  let library: Promise<HostResponse> | null = null;
  const serveLibrary = (): Promise<HostResponse> => {
    library ??= loadLibrary();
    return library;
  };
  return [
    { path: "/docs", operations: { GET: { handle: () => page } } },
    { path: "/docs/start.js", operations: { GET: { handle: () => start } } },
    { path: "/docs/scalar.js", operations: { GET: { handle: serveLibrary } } },
  ];
}

/**
 * Scalar's browser bundle. The package gives it away only as a route of its Fastify plugin, so a server that
 * never listens is asked for it once.
 */
async function loadLibrary(): Promise<HostResponse> {
  const { default: scalar } = await import("@scalar/fastify-api-reference");
  const server = fastify();
  await server.register(scalar, { routePrefix: "/docs", configuration: { url: configuration.url } });
  const { rawPayload } = await server.inject("/docs/js/scalar.js");
  await server.close();
  return { status: 200, type: javascript, body: rawPayload, headers: { "cache-control": "private, max-age=3600" } };
}

function renderPage(title: string): string {
  const escaped = title.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped} API</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="reference"></div>
    <script src="docs/scalar.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;
}

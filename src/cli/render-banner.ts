/** What the terminal shows of a running server: where it listens, what it serves and what its database promises. */
import { styleText } from "node:util";
import type { RunningApp } from "../app/start-app.ts";
import type { HostRoute } from "../http/host-route.ts";

/** The addresses worth opening, and the route that must be served for each. */
const PLACES: readonly { readonly label: string; readonly path: string }[] = [
  { label: "Documents", path: "/docs" },
  { label: "GraphQL", path: "/graphql" },
];

/** The lines printed when a server listens. */
export function renderBanner({ url, routes, capabilities }: RunningApp, name: string): string {
  const lists = routes.filter(({ path, operations }) => operations.GET && /^\/api\/[^/]+$/.test(path));
  const places = PLACES.filter((place) => routes.some(({ path }) => path === place.path));
  const rows = [
    ...lists.map(({ path }, index): [string, string] => [index === 0 ? "REST" : "", `${url}${path}`]),
    ...places.map(({ label, path }): [string, string] => [label, `${url}${path}`]),
    ["Database", `${capabilities.label}: ${capabilities.guarantee}`],
  ];
  return [`${styleText("bold", name)} is served at ${styleText("cyan", url)}`, ...rows.map(renderRow), ""].join("\n");
}

/** One line per route: its methods and its path. */
export function renderRoutes(routes: readonly HostRoute[]): string {
  const rows = routes.map(({ path, operations }) => [Object.keys(operations).join(" "), path] as const);
  const width = Math.max(...rows.map(([methods]) => methods.length));
  return rows.map(([methods, path]) => `${methods.padEnd(width)}  ${path}`).join("\n");
}

function renderRow([label = "", text = ""]: readonly string[]): string {
  return `  ${label.padEnd(10)} ${text}`;
}

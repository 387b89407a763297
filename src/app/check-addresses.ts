/** Refuses own routes and mounts that would take an address of Footing, or of each other. */
import { FootingError, type Problem } from "../errors/footing-error.ts";
import type { HostRoute } from "../http/host-route.ts";

/** Everything an app answers at. */
export interface Addresses {
  /** What Footing serves. */
  readonly served: readonly HostRoute[];
  /** The app's own routes. */
  readonly own: readonly HostRoute[];
  /** The paths under which other servers are mounted. */
  readonly mounts: readonly string[];
}

/** What the host adds to every app. */
const always: readonly string[] = ["/healthz", "/readyz"];

/** Throws FTG_CONFIG with every address that is taken twice, each with both who want it. */
export function checkAddresses({ served, own, mounts }: Addresses): void {
  const taken = [...always, ...served.map(({ path }) => path)];
  const problems = [
    ...own.flatMap(({ path }) => findTaken(path, taken)),
    ...own.flatMap(({ path }, index) => findTwins(path, own.slice(0, index))),
    ...mounts.flatMap((mount) => findCovered(mount, [...taken, ...own.map(({ path }) => path)])),
  ];
  if (problems.length === 0) return;
  const detail = problems.length === 1 ? "One address is taken." : `${problems.length} addresses are taken.`;
  throw new FootingError("FTG_CONFIG", { detail, problems });
}

function findTaken(path: string, taken: readonly string[]): readonly Problem[] {
  const other = taken.find((candidate) => canMeet(path, candidate));
  if (other === undefined) return [];
  const detail = `The route ${path} takes an address of ${other}, which Footing serves.`;
  return [{ path: `defineApp.routes ${path}`, detail, fix: "Give the route another path." }];
}

/** Two spellings of one pattern; the router would take only one of them. */
function findTwins(path: string, others: readonly HostRoute[]): readonly Problem[] {
  const other = others.find((candidate) => nameless(candidate.path) === nameless(path));
  if (other === undefined) return [];
  const detail = `The routes ${other.path} and ${path} are one pattern with different names.`;
  return [{ path: `defineApp.routes ${path}`, detail, fix: "Name the variable segments alike." }];
}

/** A mount takes all below its path, but for `/`, which takes what is left. */
function findCovered(mount: string, taken: readonly string[]): readonly Problem[] {
  const path = `defineApp.mount ${mount}`;
  if (mount === "/") return [];
  if (!/^(?:\/[\w.~-]+)+$/.test(mount))
    return [{ path, detail: `Expected a path like /legacy, got ${JSON.stringify(mount)}.` }];
  const depth = mount.split("/").length;
  const other = taken.find((candidate) => canMeet(mount, candidate.split("/").slice(0, depth).join("/")));
  if (other === undefined) return [];
  return [{ path, detail: `The mount ${mount} takes the address ${other}.`, fix: "Mount it under another path." }];
}

/** Whether one address can be of both patterns. */
function canMeet(one: string, other: string): boolean {
  const [ones, others] = [one.split("/"), other.split("/")];
  return (
    ones.length === others.length &&
    ones.every((segment, index) => {
      const counterpart = others[index] ?? "";
      return segment === counterpart || segment.startsWith(":") || counterpart.startsWith(":");
    })
  );
}

function nameless(path: string): string {
  return path.replaceAll(/:\w+/g, ":");
}

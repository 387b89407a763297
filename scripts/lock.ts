// Completes package-lock.json after an `npm install` whose registry lacks the packages of other platforms. npm leaves
// those out of the lock file without a word, and `npm ci` then refuses the file: "Missing ... from lock file".
// Adds only optional, exactly versioned platform packages; `--check` changes nothing and fails if one is missing.

import { readFileSync, writeFileSync } from "node:fs";

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];
const LIBRARIES: Readonly<Record<string, string>> = { musl: "musl", gnu: "glibc" };

const file = new URL("../package-lock.json", import.meta.url);
const lock: { packages: Record<string, LockEntry> } = JSON.parse(readFileSync(file, "utf8"));
const missing = Object.entries(lock.packages).flatMap(([path, entry]) => findMissing(path, entry));

if (missing.length === 0) console.log("package-lock.json names every platform's packages.");
else if (process.argv.includes("--check")) fail();
else complete();

function findMissing(path: string, entry: LockEntry): [string, object][] {
  return Object.entries(entry.optionalDependencies ?? {})
    .filter(
      ([name]) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
    )
    .map(([name, version]) => [`node_modules/${name}`, describe(name, version, entry)]);
}

/** A lock entry without integrity: npm fills that in where the registry has the package. */
function describe(name: string, version: string, parent: LockEntry): object {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${name}@${version}: only an exact version can be completed.`);
  const words = name.split(/[-/@]/);
  const known = (list: readonly string[]): string[] => list.filter((item) => words.includes(item)).slice(0, 1);
  const os = known(SYSTEMS);
  const libc = os[0] === "linux" ? words.flatMap((word) => LIBRARIES[word] ?? []) : [];
  return {
    version,
    cpu: known(PROCESSORS),
    ...(parent.dev && { dev: true }),
    ...(libc.length > 0 && { libc }),
    optional: true,
    os,
  };
}

function complete(): void {
  const entries = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => a.localeCompare(b, "en"));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
  console.log(`Added ${missing.length} platform packages to package-lock.json.`);
}

function fail(): void {
  console.error(`package-lock.json lacks ${missing.map(([path]) => path).join(", ")}. Run: npm run lock`);
  process.exitCode = 1;
}

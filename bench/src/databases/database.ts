// What the benchmark needs of the database under the servers, whichever store it is.

import type { Keys } from "../cases.ts";

/** The stores that can be measured. */
export type StoreName = "sqlite" | "postgres" | "mariadb";

/** A database that holds the atlas. */
export interface BenchDatabase {
  /** The address of the atlas, as Footing takes it. */
  readonly url: string;
  /** What the figures depend on, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Makes a copy of the atlas and returns its address. An older copy of that name goes. */
  copy(name: string): Promise<string>;
  readKeys(): Promise<Keys>;
  /** Processor time of all its processes so far in microseconds; null when it runs inside the servers or nobody tells. */
  readProcessorTime(): number | null;
  close(): Promise<void>;
}

/** Lets Footing create and fill the database at an address; false when Footing does not start on it. */
export type Fill = (url: string) => Promise<boolean>;

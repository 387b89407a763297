/** What the host writes to its log, and the default way to write it: failures and slow requests, nothing else. */
import { type DestinationStream, pino } from "pino";

/** The part of a logger that the host needs; a pino logger is one. */
export interface HostLogger {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** A logger that writes one JSON line per event, to standard output unless told otherwise. */
export function createLogger(destination?: DestinationStream): HostLogger {
  const options = { level: "warn", base: null };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What the host writes to its log, and the default way to write it: failures and slow requests, nothing else. */
import { type DestinationStream, pino, stdSerializers } from "pino";

/** The part of a logger that the host needs; a pino logger is one. */
export interface HostLogger {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** A logger that writes one JSON line per event, to standard output unless told otherwise. */
export function createLogger(destination?: DestinationStream): HostLogger {
  const options = { level: "warn", base: null, serializers: { err: describeThrown } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What own code throws may be frozen, or throw itself when it is looked at; the line is written all the same. */
function describeThrown(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  try {
    return stdSerializers.err(thrown);
  } catch {
    return { type: "Error", stack: readStack(thrown) };
  }
}

function readStack(thrown: Error): string {
  try {
    return String(thrown.stack);
  } catch {
    return "an error that cannot be read";
  }
}

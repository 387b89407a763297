/**
 * Transactions on a server: our own, which are begun again when another was in the way, and those of an app's code, which
 * are not unless it says that they may. A commit without an answer is reported as such and never sent again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { FootingError } from "../../errors/footing-error.ts";
import type { Abort, Transaction, WriteResult } from "../contract/store.ts";
import { LinkSession, sendAhead } from "./link-session.ts";
import { createBusyError, createUnknownOutcome, isLost } from "./server-failure.ts";
import type { ServerKind, Write } from "./server-kind.ts";
import { type ServerLink, type ServerResult, withAbort } from "./server-link.ts";

/** How long a write of our own is tried when others are in its way, and the longest pause between two tries, in milliseconds. */
const RETRY = { limit: 3000, pause: 64 } as const;

/** Runs one write as a transaction of its own. */
export async function runWrite<V, R extends ServerResult>(
  link: ServerLink<V, R>,
  kind: ServerKind<V, R>,
  { abort, ...write }: Write & { readonly abort: Abort | undefined },
): Promise<WriteResult> {
  const work = () => kind.runGuarded(withAbort(link, abort), write);
  const end = performance.now() + RETRY.limit;
  for (let tries = 1; ; tries++) {
    try {
      const whole = kind.runWhole(link, write, abort);
      if (whole !== null) return await confirm(whole, kind.name);
      return await runTransaction(link, kind.name, { begin: kind.begin.write, work });
    } catch (error) {
      // A refusal that nothing explains was about rows that another transaction changed meanwhile.
      const failure = kind.classifyError(error);
      if (failure !== "undone" && failure !== "stale" && kind.readRefusal(error) === null) throw error;
      if (performance.now() > end)
        throw createBusyError(`Other transactions were in the way of this change for ${RETRY.limit} ms.`, error);
      await pause(tries);
    }
  }
}

/** Lets the others come first, each time for longer. */
function pause(tries: number): Promise<void> {
  return sleep(Math.random() * Math.min(2 ** tries, RETRY.pause));
}

/** Work between BEGIN and COMMIT. */
export interface Work<T> {
  /** How long one try may take, in milliseconds. */
  readonly timeout: number;
  /** Whether it may be begun again when the server undid it because others were in its way. */
  readonly isRepeatable: boolean;
  /** Whether it asks no more of the server than its writes would one by one. */
  readonly isIndependent: boolean;
  /** How many statements it asks for before it waits for the first; null when that is not known. */
  readonly statements: number | null;
  readonly work: (session: Transaction) => Promise<T>;
}

/**
 * Runs an app's work in one transaction: committed when it resolves, undone when it rejects. Work that may run again does so
 * without savepoints first, which cost as much as its writes; where the server refuses a statement, it is run again with them.
 */
export async function runWork<V, R extends ServerResult, T>(
  link: ServerLink<V, R>,
  kind: ServerKind<V, R>,
  work: Work<T>,
): Promise<T> {
  let isGuarded = !work.isRepeatable;
  const end = performance.now() + RETRY.limit;
  for (let tries = 1; ; tries++) {
    const session = new LinkSession(link, kind, isGuarded);
    try {
      return await runOnce(session, { link, kind }, work);
    } catch (error) {
      // The server's own word that nothing of it remains: in a statement, or in answer to the commit.
      const isUndone = session.isUndone || kind.classifyError(error) === "undone";
      if (session.isUnexplained && link.isOpen) {
        isGuarded = true;
        continue;
      }
      if (!isUndone || !work.isRepeatable || performance.now() > end || !link.isOpen) throw error;
      await pause(tries);
    }
  }
}

async function runOnce<V, R extends ServerResult, T>(
  session: LinkSession<V, R>,
  { link, kind }: { readonly link: ServerLink<V, R>; readonly kind: ServerKind<V, R> },
  { timeout, isIndependent, statements, work }: Work<T>,
): Promise<T> {
  const limited = async () => {
    try {
      const value = await withTimeout(work(session), timeout);
      await session.end();
      return value;
    } catch (error) {
      await session.abandon();
      throw error;
    }
  };
  const begin = isIndependent ? kind.begin.write : kind.begin.work;
  const sent = statements !== null && kind.commitsWhole ? session.whenSent(statements) : null;
  return runTransaction(link, kind.name, { begin, work: limited, sent });
}

/**
 * Runs work of our own between BEGIN and COMMIT on the database `name`. Another transaction's being in the way ends it. `sent`
 * resolves when all its statements are on their way, on a server that commits all of them or none.
 */
export async function runTransaction<V, R extends ServerResult, T>(
  link: ServerLink<V, R>,
  name: string,
  {
    begin,
    work,
    sent = null,
  }: { readonly begin: readonly string[]; readonly work: () => Promise<T>; readonly sent?: Promise<void> | null },
): Promise<T> {
  const begun = sendAhead(Promise.all(begin.map((sql) => link.exec(sql))));
  const answer = sendAhead(work());
  if (sent !== null && (await isFirst(sent, answer))) return commitAhead(link, name, answer);
  let value: T;
  try {
    value = await answer;
    await begun;
  } catch (error) {
    await begun.catch(() => undefined);
    await rollback(link);
    throw error;
  }
  const { command = "COMMIT" } = await confirm(link.exec("COMMIT"), name);
  if (command === "COMMIT") return value;
  throw new FootingError("FTG_INTERNAL", { detail: "The transaction was broken and has been undone." });
}

/** Commits behind statements without an answer: a server of which one failed answers that it undid them. */
async function commitAhead<T>(link: ServerLink<never, ServerResult>, name: string, answer: Promise<T>): Promise<T> {
  const [commit, result] = await Promise.allSettled([confirm(link.exec("COMMIT"), name), answer]);
  if (commit.status === "rejected") throw commit.reason;
  const isCommitted = commit.value.command === "COMMIT";
  if (result.status === "rejected") throw isCommitted ? createUnknownOutcome(name, result.reason) : result.reason;
  if (isCommitted) return result.value;
  throw new FootingError("FTG_INTERNAL", { detail: "The transaction was broken and has been undone." });
}

async function isFirst(one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> {
  const [yes, no] = [() => true, () => false];
  return Promise.race([one.then(yes), other.then(no, no)]);
}

/** What the server does not answer to a commit is unknown. */
async function confirm<T>(answer: Promise<T>, name: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isLost(error) ? createUnknownOutcome(name, error) : error;
  }
}

/** Undoes what is open. A connection that ended has undone it already. */
async function rollback(link: ServerLink<never, ServerResult>): Promise<void> {
  try {
    await link.exec("ROLLBACK");
  } catch {
    await link.destroy();
  }
}

async function withTimeout<T>(work: Promise<T>, timeout: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const detail = `The transaction took longer than ${timeout} ms and was undone.`;
    const fix = "Do less in one transaction, and wait for nothing else inside it.";
    reject(new FootingError("FTG_TIMEOUT", { detail, fix }));
  }, timeout);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

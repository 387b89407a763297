/** Reads a list of any length page by page, each when it is asked for. Holds one page and no connection in between. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Actor } from "../../../engine/actor.ts";
import type { Executor, RawAnswer } from "../../../engine/executor.ts";
import type { ReadQuery } from "../../../plan/query.ts";
import type { Abort } from "../../../stores/contract/store.ts";

/** A list to read to its end. */
export interface ListRead {
  readonly executor: Executor;
  readonly actor: Actor;
  /** Tells when nobody wants the rows any more; then a read that takes long is ended. */
  readonly abort: Abort;
  /** Without limit and position. */
  readonly query: ReadQuery;
  /** Rows to read at most. */
  readonly limit: number;
  /** Rows of a page. */
  readonly pageSize: number;
}

/** The JSON text of each page, at least one. Each page is a read of its own: throws what `Executor.readRaw` throws. */
export async function* readPages({
  executor,
  actor,
  abort,
  query,
  limit,
  pageSize,
}: ListRead): AsyncGenerator<RawAnswer["json"]> {
  const scan: Abort = {
    get aborted() {
      return abort.aborted;
    },
    isScan: true,
  };
  let rest = limit;
  let position: { readonly after?: string } = {};
  for (;;) {
    const size = Math.min(rest, pageSize);
    // A store that answers at once, to a client that takes all at once, would keep everybody else waiting.
    await nextTurn();
    const { json, cursor } = await executor.readRaw({ ...query, ...position, limit: size }, actor, scan);
    yield json;
    rest -= size;
    if (cursor === null || rest === 0) return;
    position = { after: cursor };
  }
}

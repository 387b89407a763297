/**
 * Reads the rows of one table in key order, page by page. How many rows a statement asks for follows from how long the
 * last ones were; where a page ends depends on the rows alone, never on how they came.
 */
import { setImmediate } from "node:timers/promises";
import { FootingError } from "../errors/footing-error.ts";
import type { ReadPlan } from "../plan/plan.ts";
import { LINE_END } from "../stores/contract/line-end.ts";
import type { Abort, ReadResult, Session, Statement, Store, Values } from "../stores/contract/store.ts";
import { estimateRows } from "./estimate-rows.ts";
import { createReadPlan, type ReadShape } from "./move-plans.ts";
import type { MoveTable, Row } from "./move-table.ts";

/** Rows of a page at most. */
const PAGE_ROWS = 500;
/** A page ends with the row that gives it as many bytes of JSON. */
export const PAGE_BYTES: number = 512 * 1024;
/** What a statement should answer at most: it reads a row more than it answers, so less would cost twice as much. */
const READ_BYTES = 2 * 1024 * 1024;
/** How many times more rows than the last statement the next one may ask for. */
const GROWTH = 4;
/** Nobody goes away while rows are read, and nobody asks for them again soon. */
const scan: Abort = Object.freeze({ aborted: false, isScan: true });
const [OPEN, CLOSE] = [Buffer.from("["), Buffer.from("]")];

/** Some rows that follow each other. */
export interface Page {
  /** The JSON of the rows without the brackets, in UTF-8: the same bytes in every store. */
  readonly json: Buffer;
  /** How many there are. */
  readonly count: number;
  /** The same rows as values. */
  rows(): readonly Row[];
}

/** What to read; absent, all columns of all rows in key order. */
export interface ReaderOptions extends Partial<ReadShape> {
  /** The key behind which to start. */
  readonly after?: Values | null;
}

/** Reads one table once, from one page to the next. */
export class RowReader {
  readonly #session: Session;
  readonly #first: Statement<ReadPlan>;
  readonly #later: Statement<ReadPlan>;
  /** More rows than this are never asked for at once. */
  readonly #most: number;
  #limit = 1;
  #after: Values | null;
  #isEnd = false;
  /** Rows that came and are in no page yet. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(store: Store, table: MoveTable, options: ReaderOptions = {}) {
    const { fields = Object.keys(table.model.fields), having = [] } = options;
    const shape: ReadShape = { fields, having };
    this.#session = store;
    this.#most = estimateRows(table, PAGE_ROWS);
    this.#first = store.compile(createReadPlan(table, shape, false));
    this.#later = store.compile(createReadPlan(table, shape, true));
    this.#after = options.after ?? null;
  }

  /** The next page; null when there are no more rows. Call it again only when the page has come. */
  async next(): Promise<Page | null> {
    // A store in this process answers without a pause, in which the terminal would show nothing.
    await setImmediate();
    const parts: Buffer[] = [];
    const room = { rows: PAGE_ROWS, bytes: PAGE_BYTES };
    while (room.rows > 0 && room.bytes > 0 && (await this.#hasRows())) {
      const end = cutRows(this.#rest, room);
      if (parts.length > 0) parts.push(Buffer.from(LINE_END));
      parts.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end + LINE_END.length);
    }
    return parts.length === 0 ? null : createPage(parts, PAGE_ROWS - room.rows);
  }

  /** Whether there are rows that are in no page yet. */
  async #hasRows(): Promise<boolean> {
    if (this.#rest.length === 0 && !this.#isEnd) this.#rest = await this.#read();
    return this.#rest.length > 0;
  }

  /** The rows of one statement, without the brackets. */
  async #read(): Promise<Buffer> {
    const { json, hasMore, edge } = await this.#ask();
    const rows = (typeof json === "string" ? Buffer.from(json) : json).subarray(1, -1);
    this.#isEnd = !hasMore;
    if (edge !== null) this.#after = JSON.parse(edge);
    // Rows much longer than the last ones are a surprise; so growth is slow, and bounded by what the schema allows.
    const fitting = Math.floor((this.#limit * READ_BYTES) / Math.max(rows.length, 1));
    this.#limit = Math.max(1, Math.min(fitting, this.#limit * GROWTH, this.#most));
    return rows;
  }

  /** Asks for fewer rows when the answer is longer than the store sends at once. */
  async #ask(): Promise<ReadResult> {
    for (;;) {
      const after = this.#after;
      try {
        return after === null
          ? await this.#session.execute(this.#first, [this.#limit], scan)
          : await this.#session.execute(this.#later, [this.#limit, ...after], scan);
      } catch (error) {
        const isTooLong = error instanceof FootingError && error.code === "FTG_TOO_LARGE" && this.#limit > 1;
        if (!isTooLong) throw error;
        this.#limit = Math.ceil(this.#limit / GROWTH);
      }
    }
  }
}

/** Where the rows end that a page with so much room takes; it has less room afterwards. */
function cutRows(rows: Buffer, room: { rows: number; bytes: number }): number {
  let start = 0;
  for (;;) {
    const line = rows.indexOf(LINE_END, start);
    const end = line < 0 ? rows.length : line;
    room.rows -= 1;
    room.bytes -= end - start;
    if (line < 0 || room.rows <= 0 || room.bytes <= 0) return end;
    start = end + LINE_END.length;
  }
}

function createPage(parts: readonly Buffer[], count: number): Page {
  const [first = Buffer.alloc(0)] = parts;
  const json = parts.length === 1 ? first : Buffer.concat(parts);
  // Brackets are joined to the bytes, and none to a long row alone: long texts stay in memory for a while.
  const parse = () =>
    count === 1 ? [JSON.parse(json.toString())] : JSON.parse(Buffer.concat([OPEN, json, CLOSE]).toString());
  return { json, count, rows: parse };
}

/** Reads the rows of one table page by page in key order. A page is bounded in rows and, as far as the schema tells, in bytes. */
import type { ReadPlan } from "../plan/plan.ts";
import { LINE_END } from "../stores/contract/line-end.ts";
import type { Session, Statement, Store, Values } from "../stores/contract/store.ts";
import { estimateRows } from "./estimate-rows.ts";
import { createReadPlan, type ReadShape } from "./move-plans.ts";
import type { MoveTable, Row } from "./move-table.ts";

/** Rows of a page at most; more gain nothing, and stores gather statistics after every larger write. */
const PAGE_ROWS = 500;
/** No more rows are read into a page that has as many bytes of JSON. */
const PAGE_BYTES = 512 * 1024;

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
  readonly #limit: number;
  #after: Values | null;
  #isEnd = false;

  constructor(store: Store, table: MoveTable, options: ReaderOptions = {}) {
    const { fields = Object.keys(table.model.fields), having = [] } = options;
    const shape: ReadShape = { fields, having };
    this.#session = store;
    this.#limit = estimateRows(table, PAGE_ROWS);
    this.#first = store.compile(createReadPlan(table, shape, false));
    this.#later = store.compile(createReadPlan(table, shape, true));
    this.#after = options.after ?? null;
  }

  /** The next page; null when there are no more rows. Call it again only when the page has come. */
  async next(): Promise<Page | null> {
    const parts: Buffer[] = [];
    let [count, bytes] = [0, 0];
    while (!this.#isEnd && count < PAGE_ROWS && bytes < PAGE_BYTES) {
      const json = await this.#read(Math.min(this.#limit, PAGE_ROWS - count));
      if (json.length === 0) break;
      if (parts.length > 0) parts.push(Buffer.from(LINE_END));
      parts.push(json);
      count += countLines(json);
      bytes += json.length;
    }
    return count === 0 ? null : createPage(parts, count);
  }

  /** The rows of one statement, without the brackets. */
  async #read(limit: number): Promise<Buffer> {
    const after = this.#after;
    const { json, hasMore, edge } = await this.#session.execute(
      after === null ? this.#first : this.#later,
      after === null ? [limit] : [limit, ...after],
    );
    this.#isEnd = !hasMore;
    if (edge !== null) this.#after = JSON.parse(edge);
    return (typeof json === "string" ? Buffer.from(json) : json).subarray(1, -1);
  }
}

function createPage(parts: readonly Buffer[], count: number): Page {
  const [first = Buffer.alloc(0)] = parts;
  const json = parts.length === 1 ? first : Buffer.concat(parts);
  return { json, count, rows: () => JSON.parse(`[${json.toString()}]`) };
}

/** Every row is a line of its own. */
function countLines(json: Buffer): number {
  let count = 1;
  for (let end = json.indexOf(LINE_END); end >= 0; end = json.indexOf(LINE_END, end + LINE_END.length)) count += 1;
  return count;
}

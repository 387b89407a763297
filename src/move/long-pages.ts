/**
 * Keeps what is left of long rows from filling the memory: each goes through several buffers and texts of its length, which
 * would be collected late. Short rows cost nothing here.
 */
import { collectGarbage } from "../util/collect-garbage.ts";
import { PAGE_BYTES, type Page } from "./row-reader.ts";

/** How many bytes of long pages may pass before garbage is collected: 4 MiB take a quarter less time and 30 MB more. */
const COLLECT_BYTES = 2 * 1024 * 1024;

/** Counts the long pages of one piece of work. */
export class LongPages {
  #bytes = 0;

  /** Takes note of a page that nobody needs any more. */
  pass({ json }: Pick<Page, "json">): void {
    // A shorter one ended with its number of rows, and leaves little.
    if (json.length < PAGE_BYTES) return;
    this.#bytes += json.length;
    if (this.#bytes < COLLECT_BYTES) return;
    this.#bytes = 0;
    collectGarbage();
  }
}

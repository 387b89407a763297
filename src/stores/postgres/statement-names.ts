/** Names for the statements that a connection keeps prepared, of which there is a bounded number. It sends nothing. */
import { hash } from "node:crypto";
import type { Request } from "./byte-client.ts";

/** Different statements that a connection keeps prepared. */
const MAX_PREPARED = 500;

/** What one connection keeps prepared. */
export class StatementNames {
  readonly #isPreparing: boolean;
  readonly #names = new Map<string, string>();

  constructor(isPreparing: boolean) {
    this.#isPreparing = isPreparing;
  }

  /** What to say of a statement that is about to be sent. */
  take(text: string): Pick<Request, "name" | "isPrepared" | "dropped"> {
    if (!this.#isPreparing) return { name: "", isPrepared: false, dropped: null };
    const known = this.#names.get(text);
    if (known !== undefined) return { name: known, isPrepared: true, dropped: null };
    const dropped = this.#dropOldest();
    // The same text has the same name everywhere, so that a name never stands for another statement.
    const name = `footing_${hash("sha256", text, "base64url")}`;
    this.#names.set(text, name);
    return { name, isPrepared: false, dropped };
  }

  /** The statement is to be prepared anew. */
  forget(text: string): void {
    this.#names.delete(text);
  }

  #dropOldest(): string | null {
    const [oldest] = this.#names.size < MAX_PREPARED ? [] : this.#names;
    if (oldest === undefined) return null;
    this.#names.delete(oldest[0]);
    return oldest[1];
  }
}

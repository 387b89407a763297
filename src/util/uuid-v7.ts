/** Makes uuids of version 7 (RFC 9562) that grow: each is greater than the one before it in this process. */
import { randomFillSync } from "node:crypto";

/** Random octets fetched at once; asking the system for each uuid would cost more than the rest. */
const POOL_SIZE = 4096;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** Remembers the last uuid's time and counter, which is what makes the next one greater. */
class UuidGenerator {
  readonly #pool: Uint8Array = new Uint8Array(POOL_SIZE);
  #used = POOL_SIZE;
  #milliseconds = 0;
  /** The 12 bits after the version. */
  #counter = 0;

  next(now: number): string {
    if (now > this.#milliseconds) this.#start(now);
    else if (this.#counter < 0xfff) this.#counter++;
    // The counter is full, or the clock went back: borrow the next millisecond.
    else this.#start(this.#milliseconds + 1);
    return this.#format();
  }

  /** A random start in the lower half leaves room for 2,048 uuids in the same millisecond. */
  #start(milliseconds: number): void {
    this.#milliseconds = milliseconds;
    this.#counter = ((this.#random() & 0x07) << 8) | this.#random();
  }

  #format(): string {
    const time = this.#milliseconds.toString(16).padStart(12, "0");
    const counter = this.#counter.toString(16).padStart(3, "0");
    const variant = HEX[(this.#random() & 0x3f) | 0x80];
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${this.#hex()}-${this.#hex()}${this.#hex()}${this.#hex()}${this.#hex()}${this.#hex()}${this.#hex()}`;
  }

  #hex(): string {
    return HEX[this.#random()] ?? "";
  }

  #random(): number {
    if (this.#used === POOL_SIZE) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    return this.#pool[this.#used++] ?? 0;
  }
}

const generator = new UuidGenerator();

/** A new uuid of version 7 in lower case, greater than every earlier one of this process. `now` is in milliseconds since 1970. */
export function createUuidV7(now: number = Date.now()): string {
  return generator.next(now);
}

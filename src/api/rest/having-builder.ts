/** Puts the conditions of a query string on groups together into one `having`. All must hold. */
import type { HavingQuery } from "../../plan/query.ts";
import type { HavingParameter } from "./door.ts";

type Conditions = Record<string, unknown>;

/** Conditions on what is calculated over groups. */
export class HavingBuilder {
  readonly #count: Conditions = {};
  readonly #fields = new Map<string, Map<string, Conditions>>();

  /** Adds a condition, of which there is none of the same measure and operator yet. */
  add({ measure, field, operator }: HavingParameter, value: unknown): void {
    const conditions = field === null ? this.#count : this.#conditionsOf(measure, field);
    conditions[operator] = value;
  }

  /** All conditions, or null when there are none. */
  build(): HavingQuery | null {
    const measures = [...this.#fields].map(([measure, fields]) => [measure, Object.fromEntries(fields)]);
    const hasCount = Object.keys(this.#count).length > 0;
    if (!hasCount && measures.length === 0) return null;
    return { ...(hasCount && { count: this.#count }), ...Object.fromEntries(measures) };
  }

  #conditionsOf(measure: string, field: string): Conditions {
    const fields = this.#fields.get(measure) ?? new Map<string, Conditions>();
    const conditions = fields.get(field) ?? {};
    this.#fields.set(measure, fields.set(field, conditions));
    return conditions;
  }
}

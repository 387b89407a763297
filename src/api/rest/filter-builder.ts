/** Puts the conditions of a query string together into one `where`. All must hold. */
import type { WhereQuery } from "../../plan/query.ts";
import { isObject } from "../../util/is-object.ts";
import type { FilterParameter } from "./door.ts";

type Conditions = Record<string, unknown>;

/** Conditions on own fields, and on the rows that relations lead to: all of one relation on the same row. */
export class FilterBuilder {
  #own: Conditions | null = null;
  #related: Map<string, { readonly toMany: boolean; readonly conditions: Conditions }> | null = null;

  /** Adds a condition; false when there is the same comparison of the same field already. */
  add({ relation, toMany, field, operator }: FilterParameter, value: unknown): boolean {
    const conditions = relation === null ? this.#ownConditions() : this.#relatedConditions(relation, toMany);
    const present = conditions[field];
    if (present === undefined) {
      conditions[field] = operator === "eq" ? value : { [operator]: value };
      return true;
    }
    // Values of a query string are scalars and lists, so an object here is one of operators.
    const operators = isObject(present) ? present : { eq: present };
    if (Object.hasOwn(operators, operator)) return false;
    conditions[field] = { ...operators, [operator]: value };
    return true;
  }

  /** The `where` of all conditions; null without any. */
  build(): WhereQuery | null {
    if (this.#related === null) return this.#own;
    const where = this.#ownConditions();
    const beside: WhereQuery[] = [];
    for (const [relation, { toMany, conditions }] of this.#related) {
      const filter = toMany ? { some: conditions } : conditions;
      if (where[relation] === undefined) where[relation] = filter;
      else beside.push({ [relation]: filter });
    }
    return beside.length === 0 ? where : { ...where, all: beside };
  }

  #ownConditions(): Conditions {
    this.#own ??= {};
    return this.#own;
  }

  #relatedConditions(relation: string, toMany: boolean): Conditions {
    this.#related ??= new Map();
    const present = this.#related.get(relation);
    if (present !== undefined) return present.conditions;
    const conditions: Conditions = {};
    this.#related.set(relation, { toMany, conditions });
    return conditions;
  }
}

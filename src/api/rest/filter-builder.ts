/** Puts the conditions of a query string together into one `where`. All must hold. */
import type { WhereQuery } from "../../plan/query.ts";
import { isObject } from "../../util/is-object.ts";
import type { FilterParameter, JsonParameter } from "./door.ts";

type Conditions = Record<string, unknown>;

/** Conditions on own fields, and on the rows that relations lead to: all of one relation on the same row. */
export class FilterBuilder {
  #own: Conditions | null = null;
  #related: Map<string, { readonly toMany: boolean; readonly conditions: Conditions }> | null = null;

  /** Adds a condition; false when there is the same comparison of the same field already. */
  add({ relation, toMany, field, operator, operand }: FilterParameter, given: unknown): boolean {
    const value = operand === "field" ? { field: given } : given;
    const conditions = this.#conditions(relation, toMany);
    const present = conditions[field];
    if (present === undefined) {
      conditions[field] = operator === "eq" && operand === "value" ? value : { [operator]: value };
      return true;
    }
    // Values of a query string are scalars and lists, so an object here is one of operators.
    const operators = isObject(present) ? present : { eq: present };
    if (Object.hasOwn(operators, operator)) return false;
    conditions[field] = { ...operators, [operator]: value };
    return true;
  }

  /** Adds a condition inside json, which stands beside the others: it says of its own which operators it has. */
  addJson({ relation, toMany, field }: JsonParameter, value: unknown): void {
    const conditions = this.#conditions(relation, toMany);
    conditions["all"] = [...listAll(conditions), { [field]: value }];
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
    return beside.length === 0 ? where : { ...where, all: [...listAll(where), ...beside] };
  }

  #conditions(relation: string | null, toMany: boolean): Conditions {
    return relation === null ? this.#ownConditions() : this.#relatedConditions(relation, toMany);
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

/** No field is called so. */
function listAll({ all }: Conditions): readonly unknown[] {
  return Array.isArray(all) ? all : [];
}

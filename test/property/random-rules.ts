/** Random access rules as data, the functions made of them, and random principals to meet them. */
import type { Rule, RuleTable, User } from "../../src/schema/rules.ts";
import type { Operation, ScalarType, Schema } from "../../src/schema/schema-model.ts";
import type { Random } from "./random.ts";
import { drawValue } from "./random-values.ts";
import { drawWhere } from "./random-where.ts";

/** Stands in a rule's `where` for what the principal has under that name: a value, null or nothing. */
class Claim {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A rule as data: a constant, a constant for those with a claim, or a filter with claims in it. */
export type RuleTemplate = boolean | { readonly has: string } | { readonly where: unknown };

/** The rules of all models, and the types of the claims they ask for. */
export interface DrawnRules {
  readonly templates: Readonly<Record<string, Readonly<Record<Operation, RuleTemplate>>>>;
  readonly claims: ReadonlyMap<string, ScalarType>;
}

const operations: readonly Operation[] = ["read", "create", "update", "delete"];

/** Rules for every model and operation. */
export function drawRules(random: Random, schema: Schema): DrawnRules {
  const claims = new Map<string, ScalarType>();
  const claim = (name: string, type: ScalarType) => {
    claims.set(name, type);
    return new Claim(name);
  };
  const value = (type: ScalarType) => (random.chance(0.4) ? claim(claimName(type), type) : drawValue(random, type));
  const key = (model: string) => {
    const [part, ...others] = schema.models[model]?.key ?? [];
    return part === undefined || others.length > 0 ? null : value(part.type);
  };
  const templates = Object.values(schema.models).map((model) => {
    const source = { random, schema, hidden: true, value, key };
    const draw = (openness: number): RuleTemplate => {
      if (random.chance(openness)) return true;
      if (random.chance(0.1)) return random.chance(0.5) ? false : { has: claimName({ kind: "bool", list: false }) };
      return { where: drawWhere(source, model, random.int(0, 2)) };
    };
    return [model.name, { read: draw(0.3), create: draw(0.6), update: draw(0.5), delete: draw(0.5) }] as const;
  });
  return { templates: Object.fromEntries(templates), claims };
}

/** The functions that an app would have written. */
export function createRules(drawn: DrawnRules): RuleTable {
  const entries = Object.entries(drawn.templates).map(([model, rules]) => [
    model,
    Object.fromEntries(operations.map((operation) => [operation, createRule(rules[operation])])),
  ]);
  return Object.fromEntries(entries);
}

/** What a rule answers for a user. */
export function answerRule(template: RuleTemplate, user: User | null): boolean | Readonly<Record<string, unknown>> {
  if (typeof template === "boolean") return template;
  if ("has" in template) return user?.[template.has] !== undefined;
  // Templates of filters are drawn as objects, and filling claims in keeps them so.
  return fillClaims(template.where, user) as Readonly<Record<string, unknown>>;
}

/** A principal with values for most of the claims; null is an anonymous one. */
export function drawUser(random: Random, drawn: DrawnRules): User | null {
  if (random.chance(0.15)) return null;
  const claims = [...drawn.claims].map(([name, type]) => [
    name,
    random.chance(0.75) ? drawValue(random, type) : random.pick([null, undefined]),
  ]);
  return Object.fromEntries(claims);
}

function createRule(template: RuleTemplate): Rule {
  return typeof template === "boolean" ? template : ({ user }) => answerRule(template, user);
}

function fillClaims(value: unknown, user: User | null): unknown {
  if (value instanceof Claim) return user?.[value.name];
  if (Array.isArray(value)) return value.map((item) => fillClaims(item, user));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillClaims(item, user)]));
}

/** Claims of one type share a name, so that rules of several models meet in one principal. */
function claimName(type: ScalarType): string {
  return [type.kind, type.precision ?? "", type.scale ?? ""].join("_");
}

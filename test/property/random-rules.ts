/** Random access rules as data, the functions made of them, and random principals to meet them. */

import { isKept } from "../../src/schema/kept-fields.ts";
import type { FieldRules, Rule, RuleTable, User } from "../../src/schema/rules.ts";
import type { ModelSchema, Operation, ScalarType, Schema } from "../../src/schema/schema-model.ts";
import type { Random } from "./random.ts";
import { drawValue } from "./random-values.ts";
import { drawWhere, type WhereSource } from "./random-where.ts";

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
  /** By model, then by field. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, FieldTemplates>>>>;
  readonly claims: ReadonlyMap<string, ScalarType>;
}

/** The rules of one field. */
export interface FieldTemplates {
  readonly read?: RuleTemplate;
  readonly write?: RuleTemplate;
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
  const source = { random, schema, hidden: true, value, key };
  const templates = Object.values(schema.models).map((model) => {
    const draw = (openness: number): RuleTemplate => {
      if (random.chance(openness)) return true;
      if (random.chance(0.1)) return random.chance(0.5) ? false : { has: claimName({ kind: "bool", list: false }) };
      return { where: drawWhere(source, model, random.int(0, 2)) };
    };
    return [model.name, { read: draw(0.3), create: draw(0.6), update: draw(0.5), delete: draw(0.5) }] as const;
  });
  const fields = Object.values(schema.models).map((model) => [model.name, drawFieldRules(source, model)] as const);
  return { templates: Object.fromEntries(templates), fields: Object.fromEntries(fields), claims };
}

/** Rules for some of the fields that may have some: keys, and what a constraint or a computed field ties to others, are read by everyone. */
function drawFieldRules(source: WhereSource, model: ModelSchema): Readonly<Record<string, FieldTemplates>> {
  const { random } = source;
  const shared = [
    ...model.key.map((part) => part.field),
    ...model.indexes.filter(({ unique, fields }) => unique && fields.length > 1).flatMap(({ fields }) => fields),
    ...namesIn(model.checks),
    ...Object.values(model.fields).flatMap((field) => (field.kind === "computed" ? field.sources : [])),
  ];
  const draw = (): RuleTemplate =>
    random.chance(0.3)
      ? random.pick<RuleTemplate>([true, false, { has: claimName({ kind: "bool", list: false }) }])
      : { where: drawWhere(source, model, random.int(0, 2)) };
  const rules = Object.values(model.fields).flatMap((field): [string, FieldTemplates][] => {
    if (field.hidden || isKept(field) || field.kind === "computed") return [];
    if (field.kind === "many" || field.kind === "one") return [];
    const isReadable = field.kind !== "manyToMany" && !shared.includes(field.name);
    const drawn = {
      ...(isReadable && random.chance(0.25) && { read: draw() }),
      ...(random.chance(0.1) && { write: draw() }),
    };
    return Object.keys(drawn).length === 0 ? [] : [[field.name, drawn]];
  });
  return Object.fromEntries(rules);
}

/** Every property name anywhere in a value. */
export function namesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return Object.entries(value).flatMap(([name, item]) => [name, ...readPath(name, item), ...namesIn(item)]);
}

/** A comparison with another column names it in a text, behind hops. */
function readPath(name: string, item: unknown): readonly string[] {
  return name === "field" && typeof item === "string" ? item.split(".") : [];
}

/** The functions that an app would have written. */
export function createRules(drawn: DrawnRules): RuleTable {
  const entries = Object.entries(drawn.templates).map(([model, rules]) => [
    model,
    {
      ...Object.fromEntries(operations.map((operation) => [operation, createRule(rules[operation])])),
      fields: createFieldRules(drawn.fields[model] ?? {}),
    },
  ]);
  return Object.fromEntries(entries);
}

function createFieldRules(fields: Readonly<Record<string, FieldTemplates>>): Readonly<Record<string, FieldRules>> {
  const entries = Object.entries(fields).map(([name, { read, write }]) => [
    name,
    { ...(read !== undefined && { read: createRule(read) }), ...(write !== undefined && { write: createRule(write) }) },
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

/** Whether a rule asks for nothing but scalar fields of the row itself. */
export function asksRowAlone(model: ModelSchema, template: RuleTemplate): boolean {
  return typeof template === "boolean" || "has" in template || comparesScalars(model, template.where);
}

function comparesScalars(model: ModelSchema, where: unknown): boolean {
  if (Array.isArray(where)) return where.every((item) => comparesScalars(model, item));
  return Object.entries(where ?? {}).every(([name, value]) =>
    ["all", "any", "not"].includes(name) ? comparesScalars(model, value) : model.fields[name]?.kind === "scalar",
  );
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

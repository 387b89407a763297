/**
 * What an update calculates with numbers instead of setting them: `calculate: { population: { increment: 5 } }`. They stand
 * in a member of their own, because a GraphQL input has one form only.
 */
import { type GraphQLInputFieldConfig, GraphQLInputObjectType } from "graphql";
import { FootingError } from "../../errors/footing-error.ts";
import { isNumber, listCalculations } from "../../schema/calculations.ts";
import type { ModelSchema, ScalarField, ScalarKind } from "../../schema/schema-model.ts";
import { isObject } from "../../util/is-object.ts";
import { nameModel } from "./graphql-names.ts";
import { getScalar } from "./graphql-scalars.ts";

/** The member of the data of an update that holds calculations. */
const MEMBER = "calculate";

const descriptions = {
  increment: "Adds this.",
  decrement: "Subtracts this.",
  multiply: "Multiplies by this.",
} as const;

const types: Readonly<Partial<Record<ScalarKind, GraphQLInputObjectType>>> = Object.freeze({
  int: createCalculation("int"),
  bigint: createCalculation("bigint"),
  float: createCalculation("float"),
  decimal: createCalculation("decimal"),
});

/** The member for calculations in the changes to a model, of which the given fields can change; none without a number. */
export function createCalculationFields(
  model: ModelSchema,
  changeable: readonly { readonly name: string }[],
): Record<string, GraphQLInputFieldConfig> {
  const numbers = listNumbers(model).filter((field) => changeable.some(({ name }) => name === field.name));
  if (numbers.length === 0) return {};
  const fields = numbers.flatMap(({ name, type, describe }): [string, GraphQLInputFieldConfig][] => {
    const calculation = types[type.kind];
    return calculation === undefined ? [] : [[name, { type: calculation, description: describe ?? null }]];
  });
  const type = new GraphQLInputObjectType({
    name: nameModel(model).calculations,
    description: `Calculations with the numbers of a ${model.name}. A number that is null stays null.`,
    fields: Object.fromEntries(fields),
  });
  return { [MEMBER]: { type, description: "Calculates with numbers instead of setting them." } };
}

/** Data with its calculations in the places of values, as the query language has them. Throws FTG_INVALID for one given twice. */
export function placeCalculations(
  model: ModelSchema,
  data: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = { ...data };
  const calculations = values[MEMBER];
  if (Object.hasOwn(model.fields, MEMBER) || calculations === undefined) return values;
  delete values[MEMBER];
  if (!isObject(calculations)) return values;
  for (const [name, calculation] of Object.entries(calculations)) {
    if (calculation === null || calculation === undefined) continue;
    if (values[name] !== undefined) throw createTwice(name);
    values[name] = calculation;
  }
  return values;
}

/** A unique number can only be set. A field of the member's name takes its place. */
function listNumbers(model: ModelSchema): readonly ScalarField[] {
  if (Object.hasOwn(model.fields, MEMBER)) return [];
  return Object.values(model.fields)
    .filter(isNumber)
    .filter(({ unique }) => !unique);
}

function createCalculation(kind: ScalarKind): GraphQLInputObjectType {
  // Without limits: those of a field are limits of the result.
  const type = { kind, list: false };
  const scalar = getScalar(type);
  return new GraphQLInputObjectType({
    name: `${scalar.name}Calculation`,
    description: "What to do with a number: one of these.",
    isOneOf: true,
    fields: Object.fromEntries(
      listCalculations(type).map((verb) => [verb, { type: scalar, description: descriptions[verb] }]),
    ),
  });
}

function createTwice(name: string): FootingError {
  const detail = `Expected ${name} or ${MEMBER}.${name}, got both.`;
  return new FootingError("FTG_INVALID", { detail, problems: [{ path: `/${name}`, detail }] });
}

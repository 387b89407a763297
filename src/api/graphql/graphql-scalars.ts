/**
 * The leaf types: one scalar per kind of the value contract, and one filter scalar per kind. They check the
 * JSON type of a value; ranges, lengths and forms are the engine's to check.
 */
import {
  type ConstValueNode,
  GraphQLBoolean,
  GraphQLError,
  GraphQLFloat,
  GraphQLInt,
  GraphQLScalarType,
  GraphQLString,
  Kind,
} from "graphql";

import { jsonOperators, listOperators } from "../../schema/operators.ts";
import type { ScalarKind, ScalarType } from "../../schema/schema-model.ts";

/** How number literals are taken: as JavaScript numbers, or as their text where a number would lose digits. */
type Numbers = "number" | "text";

interface LeafForm {
  readonly description: string;
  readonly url?: string;
  readonly numbers?: Numbers;
  /** What is accepted, for messages. */
  readonly expected: string;
  /** The value to pass on, or undefined when it is not accepted. */
  readonly accept: (value: unknown) => unknown;
}

const safeInt = createScalar("SafeInt", {
  description: "A whole number from -(2^53 - 1) to 2^53 - 1, as a JSON number.",
  expected: "a whole number from -(2^53 - 1) to 2^53 - 1",
  accept: (value) => (Number.isSafeInteger(value) ? value : undefined),
});

const bigInt = createScalar("BigInt", {
  description: "A whole number of 64 bits, as a string of decimal digits. Whole numbers are accepted too.",
  numbers: "text",
  expected: 'a whole number, as text ("9007199254740993") or number',
  accept: (value) => acceptDigits(value, /^-?\d+$/),
});

const decimal = createScalar("Decimal", {
  description: 'An exact decimal number, as a string such as "12.50". Numbers are accepted too.',
  numbers: "text",
  expected: 'a decimal number, as text ("12.50") or number',
  accept: (value) => acceptDigits(value, /^-?\d+(\.\d+)?$/),
});

const date = createTextScalar("Date", "A day, `YYYY-MM-DD`.", "https://scalars.graphql.org/andimarek/local-date");
const dateTime = createTextScalar(
  "DateTime",
  "A moment in UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`. Other offsets are accepted and converted.",
  "https://scalars.graphql.org/andimarek/date-time",
);
const uuid = createTextScalar("UUID", "A UUID in lower case.", "https://www.rfc-editor.org/rfc/rfc9562");
const base64 = createTextScalar(
  "Base64",
  "Octets in standard base64 with padding.",
  "https://www.rfc-editor.org/rfc/rfc4648",
);

const json = createScalar("JSON", {
  description: "Any JSON value.",
  url: "https://www.rfc-editor.org/rfc/rfc8259",
  expected: "JSON",
  accept: (value) => value,
});

const scalars: Readonly<Record<ScalarKind, GraphQLScalarType>> = Object.freeze({
  text: GraphQLString,
  int: safeInt,
  bigint: bigInt,
  float: GraphQLFloat,
  decimal,
  bool: GraphQLBoolean,
  date,
  datetime: dateTime,
  uuid,
  bytes: base64,
  json,
  enum: GraphQLString,
});

const filters: Readonly<Record<ScalarKind, GraphQLScalarType>> = Object.freeze({
  text: createFilter("StringFilter", "text", '{ startsWith: "San " }'),
  int: createFilter("IntFilter", "int", "{ gte: 5, lt: 10 }"),
  bigint: createFilter("BigIntFilter", "bigint", '{ gte: "9007199254740993" }'),
  float: createFilter("FloatFilter", "float", "{ gte: 0.5 }"),
  decimal: createFilter("DecimalFilter", "decimal", '{ lt: "19.90" }'),
  bool: createFilter("BooleanFilter", "bool", "{ not: true }"),
  date: createFilter("DateFilter", "date", '{ gte: "2026-01-01", lt: "2027-01-01" }'),
  datetime: createFilter("DateTimeFilter", "datetime", '{ gte: "2026-01-01T00:00:00Z" }'),
  uuid: createFilter("UUIDFilter", "uuid", '{ in: ["018f…", "0190…"] }'),
  bytes: createFilter("Base64Filter", "bytes", '{ eq: "AQID" }'),
  json: createScalar("JSONFilter", {
    ...describeFilter({ kind: "json", list: false }, "{ isNull: false }"),
    description: `An object: \`isNull\`, or \`path\` and operators on what stands there, compared within its JSON type: \`${[...jsonOperators, "exists"].join("`, `")}\`. For example \`{ path: ["sizes", 0, "width"], gte: 5 }\`.`,
  }),
  enum: createFilter("EnumFilter", "enum", '{ in: ["draft", "ready"] }'),
});

const listFilter = createScalar("ListFilter", describeFilter({ kind: "text", list: true }, '{ has: "red" }'));

/** What an update may do to a list instead of setting it. */
export const listPatch: GraphQLScalarType = createScalar("ListPatch", {
  description:
    'An object of `append` or `remove` with a list: adds items at the end, or removes every item that equals one of the given. For example `{ append: ["red"] }`.',
  expected: "an object of append or remove",
  accept: (value) => value,
});

/** The scalar of one value of a type (of one item, for a list). An int whose range fits 32 bits is GraphQL's Int. */
export function getScalar(type: ScalarType): GraphQLScalarType {
  return type.kind === "int" && fitsInt32(type) ? GraphQLInt : scalars[type.kind];
}

/** The filter scalar for fields of a type. */
export function getFilter(type: ScalarType): GraphQLScalarType {
  return type.list ? listFilter : filters[type.kind];
}

function createScalar(name: string, form: LeafForm): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    description: form.description,
    specifiedByURL: form.url,
    coerceInputValue: (value) => acceptValue(name, form, value),
    coerceInputLiteral: (node) => acceptValue(name, form, literalToJson(node, form.numbers ?? "number")),
  });
}

function createTextScalar(name: string, description: string, url: string): GraphQLScalarType {
  return createScalar(name, {
    description,
    url,
    expected: "text",
    accept: (value) => (typeof value === "string" ? value : undefined),
  });
}

function createFilter(name: string, kind: ScalarKind, example: string): GraphQLScalarType {
  return createScalar(name, describeFilter({ kind, list: false }, example));
}

function describeFilter(type: ScalarType, example: string): LeafForm {
  const operators = listOperators(type);
  const numbers = type.kind === "bigint" || type.kind === "decimal" ? "text" : "number";
  const hasValue = operators.includes("eq");
  const plain = hasValue ? "A value to equal (null asks for null), or an object" : "An object";
  const other = hasValue
    ? ' Instead of a value most take another field of the same type: `{ gt: { field: "name" } }`.'
    : "";
  return {
    description: `${plain} of operators, all of which must hold: \`${operators.join("`, `")}\`. For example \`${example}\`.${other}`,
    numbers,
    expected: "a value or an object of operators",
    accept: (value) => (numbers === "text" ? numbersToText(value) : value),
  };
}

function acceptValue(name: string, form: LeafForm, value: unknown): unknown {
  const accepted = form.accept(value);
  if (accepted !== undefined) return accepted;
  throw new GraphQLError(`${name} expects ${form.expected}, got ${JSON.stringify(value) ?? "nothing"}.`);
}

function acceptDigits(value: unknown, form: RegExp): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && form.test(text) ? text : undefined;
}

function numbersToText(value: unknown): unknown {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(numbersToText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, numbersToText(item)]));
}

function literalToJson(node: ConstValueNode, numbers: Numbers): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return numbers === "text" ? node.value : Number(node.value);
    case Kind.LIST:
      return node.values.map((item) => literalToJson(item, numbers));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, literalToJson(field.value, numbers)]));
    default:
      return node.value;
  }
}

function fitsInt32(type: ScalarType): boolean {
  return (
    typeof type.min === "number" &&
    typeof type.max === "number" &&
    type.min >= -2_147_483_648 &&
    type.max <= 2_147_483_647
  );
}

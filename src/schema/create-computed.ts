/**
 * Makes the computed fields of a model: reads what their expressions note, gives every part its type, and reports what
 * cannot be computed. It computes nothing itself.
 */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { isObject } from "../util/is-object.ts";
import { type DeclaredExpression, expressionBuilder, readNoted } from "./computed-builder.ts";
import { readCondition } from "./create-checks.ts";
import type { FieldTable } from "./create-indexes.ts";
import { checkFieldName, type ModelDraft } from "./model-draft.ts";
import { normalizeValue } from "./normalize-value.ts";
import {
  addTypes,
  bigint,
  bool,
  type ExactNumber,
  findChoiceType,
  findNumberType,
  float,
  int,
  isFloatInRange,
  multiplyTypes,
  needsBound,
  text,
  typeOfLiteral,
} from "./number-types.ts";
import type { ProblemList } from "./problem-list.ts";
import type { ComputedField, Expression, Field, ScalarType } from "./schema-model.ts";
import { showsToAll } from "./shows-to-all.ts";

/** Most parts of an expression: its SQL stands in a statement more than once. */
const MAX_PARTS = 32;
/** Most floats in one calculation: within the bounds of each, no more can leave the range of floats. */
const MAX_FLOATS = 8;

const USE_FUNCTIONS = "Use the functions that computed() is given.";

/** One expression being read. */
interface Reading {
  readonly draft: ModelDraft;
  readonly fields: FieldTable;
  readonly path: string;
  readonly problems: ProblemList;
  /** The stored fields met so far. */
  readonly used: Field[];
}

/** Ends the reading of an expression whose problem has been reported. */
class Reported extends Error {}

/** The computed fields of the model; what is wrong goes to `problems`. */
export function createComputed(draft: ModelDraft, fields: FieldTable, problems: ProblemList): readonly ComputedField[] {
  const declare = draft.options["computed"];
  if (declare === undefined) return [];
  const declared = callDeclaration(declare);
  if (typeof declare !== "function" || !isObject(declared)) {
    const detail = `computed: expected a function that returns fields by name, got ${describeValue(declared)}.`;
    problems.add(
      draft.name,
      detail,
      'Say for instance computed: ({ concat, field }) => ({ label: concat(field("name"), "!") }).',
    );
    return [];
  }
  return Object.entries(declared).flatMap(([name, expression]) => {
    const reading: Reading = { draft, fields, path: `${draft.name}.${name}`, problems, used: [] };
    return createField(reading, name, expression) ?? [];
  });
}

/** What a wrong declaration throws is what came instead of fields. */
function callDeclaration(declare: unknown): unknown {
  try {
    return typeof declare === "function" ? declare(expressionBuilder) : declare;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

function createField(reading: Reading, name: string, given: unknown): ComputedField | null {
  const { draft, path, problems, used } = reading;
  checkFieldName(path, name, problems);
  if (draft.fields.has(name)) {
    problems.add(path, `${name} is declared as a field and as a computed field.`, "Rename one of the two.");
    return null;
  }
  if (readNoted(given) === null) {
    problems.add(path, `expected an expression, got ${describeValue(given)}.`, USE_FUNCTIONS);
    return null;
  }
  const expression = readExpression(reading, given);
  if (expression === null) return null;
  if (used.length === 0)
    problems.add(path, "the expression reads no field.", "A constant needs no field: leave it out.");
  const hidden = used.find((field) => field.hidden);
  if (hidden !== undefined)
    problems.add(path, `${hidden.name} is hidden, and this field would show it.`, `Leave ${hidden.name} out.`);
  const guarded = used.find((field) => !field.hidden && !showsToAll(field));
  if (guarded !== undefined)
    problems.add(
      path,
      `${guarded.name} has a read rule, and this field would show it to those whom the rule refuses.`,
      `Leave ${guarded.name} out.`,
    );
  const { type, optional } = expression;
  const sources = [...new Set(used.map((field) => field.name))];
  return { kind: "computed", name, hidden: false, type, optional, expression, sources };
}

function readExpression(reading: Reading, given: unknown): Expression | null {
  try {
    const expression = readNode(reading, given);
    if (countParts(expression) > MAX_PARTS)
      fail(
        reading,
        `the expression has more than ${MAX_PARTS} parts.`,
        "Divide it among several fields, or store a part.",
      );
    return expression;
  } catch (error) {
    if (error instanceof Reported) return null;
    throw error;
  }
}

function readNode(reading: Reading, given: unknown): Expression {
  const noted = readNoted(given);
  if (noted === null) return readLiteral(reading, given, null);
  switch (noted.kind) {
    case "field":
      return readField(reading, noted.field);
    case "concat":
      return readConcat(reading, noted.items);
    case "length":
    case "lower":
    case "upper":
      return readTextFunction(reading, noted);
    case "calculate":
      return readCalculation(reading, noted);
    case "coalesce": {
      const items = unify(reading, noted.items);
      const [first] = items;
      if (first === undefined) fail(reading, "coalesce: expected values, got none.", "Give at least one.");
      return { kind: "coalesce", items, type: first.type, optional: items.every((item) => item.optional) };
    }
    case "when":
      return readWhen(reading, noted);
    case "matches":
      return { kind: "matches", where: readWhere(reading, "matches", noted.where), type: bool, optional: false };
  }
}

function readField(reading: Reading, name: unknown): Expression {
  const field = reading.fields.get(String(name));
  if (field?.kind !== "scalar") return failField(reading, String(name), field);
  const { kind, list } = field.type;
  if (list || kind === "json" || kind === "bytes")
    fail(reading, `${field.name} is a ${list ? "list" : kind} field.`, "Use fields of other kinds.");
  reading.used.push(field);
  return { kind: "field", field: field.name, type: withoutLimits(field.type), optional: field.optional };
}

function failField(reading: Reading, name: string, field: Field | undefined): never {
  const { draft, fields, path, problems } = reading;
  if (field !== undefined) fail(reading, `${name} is a ${field.kind} field.`, "Use scalar fields of the model itself.");
  const candidates = [...fields.values()].filter(({ kind }) => kind === "scalar").map((scalar) => scalar.name);
  // A field that was declared but is wrong has been reported already.
  if (!draft.fields.has(name)) {
    const isComputed = `${draft.name} has no stored field ${name}.`;
    problems.addUnknown(path, isComputed, { name, candidates });
  }
  throw new Reported();
}

/** An enum is a text like others: what is made of it need not be one of its values. */
function withoutLimits({ kind, precision, scale }: ScalarType): ScalarType {
  if (kind === "enum") return text;
  return kind === "decimal" ? createDecimal(precision ?? 38, scale ?? 0) : { kind, list: false };
}

function createDecimal(precision: number, scale: number): ScalarType {
  return { kind: "decimal", list: false, precision, scale };
}

/** A literal in the type of what it stands beside, or in its own. */
function readLiteral(reading: Reading, given: unknown, type: ScalarType | null): Expression {
  const target = type ?? typeOfLiteral(given, "text");
  if (target === null)
    fail(reading, `expected an expression, a text, a number or a boolean, got ${describeValue(given)}.`, USE_FUNCTIONS);
  try {
    return {
      kind: "value",
      value: normalizeValue(target, adaptLiteral(given, target), "the constant"),
      type: target,
      optional: false,
    };
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    return fail(reading, error.message, 'Write it in the kind of what it stands beside: a decimal as text, "1.5".');
  }
}

function adaptLiteral(given: unknown, { kind }: ScalarType): unknown {
  if (kind === "float" || kind === "int") return typeof given === "number" ? given : Number(given);
  const isWhole = Number.isSafeInteger(given) || typeof given === "bigint";
  return (kind === "decimal" || kind === "bigint") && isWhole ? String(given) : given;
}

function readConcat(reading: Reading, given: readonly unknown[]): Expression {
  const items = given.map((item) => readText(reading, item));
  if (items.length === 0) fail(reading, "concat: expected texts, got none.", "Give at least one.");
  return { kind: "concat", items, type: text, optional: items.some((item) => item.optional) };
}

function readTextFunction(
  reading: Reading,
  { kind, item: given }: Extract<DeclaredExpression, { kind: "length" | "lower" | "upper" }>,
): Expression {
  const item = readNode(reading, given);
  if (item.type.kind !== "text") fail(reading, `${kind}: expected a text, got a ${item.type.kind}.`, "Name a text.");
  return { kind, item, type: kind === "length" ? int : text, optional: item.optional };
}

/** A text, or the digits of a whole number. */
function readText(reading: Reading, given: unknown): Expression {
  const item = readNode(reading, given);
  if (item.type.kind === "text") return item;
  if (item.type.kind === "int" || item.type.kind === "bigint") return convert(item, text);
  return fail(reading, `expected a text or a whole number, got a ${item.type.kind}.`, "Use fields of these kinds.");
}

function readWhen(
  reading: Reading,
  { where, result, otherwise }: Extract<DeclaredExpression, { kind: "when" }>,
): Expression {
  const [first, second = null] = unify(reading, otherwise === null ? [result] : [result, otherwise]);
  if (first === undefined)
    fail(reading, "when: expected a value, got none.", "Give the value that the condition decides on.");
  const optional = second === null || first.optional || second.optional;
  return {
    kind: "when",
    where: readWhere(reading, "when", where),
    result: first,
    otherwise: second,
    type: first.type,
    optional,
  };
}

function readWhere({ draft, fields, path, problems, used }: Reading, what: string, where: unknown) {
  return readCondition(where, { draft, fields, what: `${path}: ${what}`, problems, used });
}

/** Operands of which one will be chosen, in the one type of all. */
function unify(reading: Reading, given: readonly unknown[]): readonly Expression[] {
  const read = given.map((operand) => readOperand(reading, operand));
  const isOfNumbers = read.some(({ expression, type }) => expression !== null && findNumberType([type]) !== null);
  const operands = isOfNumbers
    ? read.map((operand) => (operand.expression === null ? readOperand(reading, operand.literal, "number") : operand))
    : read;
  const type = findChoiceType(operands.map((operand) => operand.type));
  if (type === null) {
    const kinds = [...new Set(operands.map((operand) => operand.type.kind))].join(" and ");
    fail(
      reading,
      `${kinds} cannot stand for one another.`,
      "Use values of one kind, and decimals of at most 38 digits together.",
    );
  }
  return operands.map((operand) => settle(reading, operand, type));
}

/** An operand before the type of all operands is known: a literal waits for it. */
interface ReadOperand {
  readonly type: ExactNumber;
  readonly literal: unknown;
  readonly expression: Expression | null;
}

function readOperand(reading: Reading, given: unknown, use: "text" | "number" = "text"): ReadOperand {
  const noted = readNoted(given);
  if (noted !== null) {
    const expression = readNode(reading, given);
    return { type: expression.type, literal: null, expression };
  }
  const type = typeOfLiteral(given, use);
  if (type !== null) return { type: { ...type, isLiteral: true }, literal: given, expression: null };
  return fail(reading, `expected an expression or a constant, got ${describeValue(given)}.`, USE_FUNCTIONS);
}

function settle(reading: Reading, { literal, expression }: ReadOperand, type: ScalarType): Expression {
  return expression === null ? readLiteral(reading, literal, type) : convert(expression, type);
}

function convert(item: Expression, type: ScalarType): Expression {
  const isSame =
    item.type.kind === type.kind && item.type.scale === type.scale && item.type.precision === type.precision;
  return isSame ? item : { kind: "convert", item, type, optional: item.optional };
}

function readCalculation(
  reading: Reading,
  { operator, left, right }: Extract<DeclaredExpression, { kind: "calculate" }>,
): Expression {
  const operands = [left, right].map((operand) => readOperand(reading, operand, "number"));
  const [a, b] = operands;
  if (a === undefined || b === undefined) throw new Reported();
  const unfit = operands.find(({ type }) => findNumberType([type]) === null);
  if (unfit !== undefined)
    fail(reading, `${operator}: expected numbers, got a ${unfit.type.kind}.`, "Calculate with fields of numbers.");
  const common = operator === "divide" ? float : findCommonType([a, b]);
  if (common?.kind === "float") return readFloats(reading, operator, [a, b]);
  if (common?.kind === "decimal") return readDecimals(reading, operator, [a, b]);
  const type = common ?? bigint;
  return {
    kind: "calculate",
    operator,
    left: settle(reading, a, type),
    right: settle(reading, b, type),
    type,
    optional: true,
  };
}

/** A fraction is a float by itself, and makes none of what it stands beside. */
function findCommonType(operands: Pair): ScalarType | null {
  const deciding = operands.filter(({ expression, type }) => expression !== null || type.kind !== "float");
  return findNumberType((deciding.length === 0 ? operands : deciding).map(({ type }) => type));
}

type Calculation = Extract<DeclaredExpression, { kind: "calculate" }>["operator"];
type Pair = readonly [ReadOperand, ReadOperand];

function readDecimals(reading: Reading, operator: Calculation, [a, b]: Pair): Expression {
  const isProduct = operator === "multiply";
  const result = isProduct ? multiplyTypes(a.type, b.type) : addTypes(a.type, b.type);
  if (result === null)
    fail(reading, `${operator}: the result may have more than 38 digits.`, "Calculate with decimals of fewer digits.");
  const [left, right] = [a, b].map((operand) => {
    const own = isProduct ? findNumberType([operand.type, createDecimal(1, 0)]) : result;
    return settle(reading, operand, own ?? result);
  });
  if (left === undefined || right === undefined) throw new Reported();
  return { kind: "calculate", operator, left, right, type: result, optional: left.optional || right.optional };
}

function readFloats(reading: Reading, operator: Calculation, [a, b]: Pair): Expression {
  const [left, right] = [bound(reading, settle(reading, a, float)), bound(reading, settle(reading, b, float))];
  const expression: Expression = { kind: "calculate", operator, left, right, type: float, optional: true };
  if (countFloats(expression) > MAX_FLOATS)
    fail(reading, `more than ${MAX_FLOATS} floats in one calculation.`, "Calculate with fewer, or with decimals.");
  return expression;
}

/** A float as a calculation takes it. Results of calculations are in bounds, and so are numbers of few digits. */
function bound(reading: Reading, item: Expression): Expression {
  if (item.kind === "value") {
    if (isFloatInRange(Number(item.value))) return item;
    fail(reading, `${String(item.value)} is beyond what is calculated with.`, "Use a number from 1e-20 to 1e20.");
  }
  const isSafe = item.kind === "calculate" || (item.kind === "convert" && !needsBound(item.item.type));
  return isSafe ? item : { kind: "bounded", item, type: float, optional: true };
}

function countFloats(item: Expression): number {
  return item.kind === "calculate" && item.type.kind === "float" ? countFloats(item.left) + countFloats(item.right) : 1;
}

function countParts(item: Expression): number {
  return 1 + listParts(item).reduce((sum, part) => sum + countParts(part), 0);
}

function listParts(item: Expression): readonly Expression[] {
  switch (item.kind) {
    case "field":
    case "value":
    case "matches":
      return [];
    case "convert":
    case "bounded":
    case "length":
    case "lower":
    case "upper":
      return [item.item];
    case "calculate":
      return [item.left, item.right];
    case "concat":
    case "coalesce":
      return item.items;
    case "when":
      return item.otherwise === null ? [item.result] : [item.result, item.otherwise];
  }
}

function fail({ path, problems }: Reading, detail: string, fix: string): never {
  problems.add(path, detail, fix);
  throw new Reported();
}

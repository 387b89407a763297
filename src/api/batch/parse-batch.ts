/**
 * Reads the body of a batch into steps and checks everything that can be known before any of them runs: members,
 * models, names and references. Fields, operators and values are the engine's to judge.
 */
import { FootingError, type Problem } from "../../errors/footing-error.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isObject } from "../../util/is-object.ts";
import { findNearest } from "../../util/nearest.ts";
import { members } from "./members.ts";
import { type BatchOperation, operations } from "./operations.ts";
import { findReferences, namePattern, parseTarget } from "./references.ts";

/** What is known of the app before a batch comes. */
export interface BatchContext {
  /** The models of which anybody may do anything. */
  readonly models: ReadonlyMap<string, ModelSchema>;
  /** Operations at most. */
  readonly maxOperations: number;
}

/** One operation of a batch, right in itself. */
export interface Step {
  readonly index: number;
  readonly operation: BatchOperation;
  readonly model: ModelSchema;
  readonly members: Readonly<Record<string, unknown>>;
  /** The places of the steps that its references need, by their names. */
  readonly needs: ReadonlyMap<string, number>;
}

/** An operation that cannot run. */
export interface WrongStep {
  readonly index: number;
  readonly error: FootingError;
}

/** A batch. */
export interface Batch {
  /** Whether all operations are one transaction. */
  readonly transaction: boolean;
  readonly steps: readonly (Step | WrongStep)[];
}

const nameOf = new RegExp(namePattern);
const always: readonly string[] = ["op", "model", "as"];

/**
 * Reads a body.
 *
 * @throws FootingError FTG_QUERY when it is no batch at all. What is wrong with one operation is in its step.
 */
export function parseBatch(body: unknown, context: BatchContext): Batch {
  if (!isObject(body)) throw refuse([{ path: "", detail: `Expected an object, got ${describeValue(body)}.` }]);
  const { transaction = true, operations: given } = body;
  const problems = [
    ...findUnknown(body, ["transaction", "operations"], ""),
    ...(typeof transaction === "boolean" ? [] : [wrong("/transaction", "true or false", transaction)]),
    ...checkLength(given, context.maxOperations),
  ];
  if (problems.length > 0 || !Array.isArray(given)) throw refuse(problems);
  const names = new Map<string, number>();
  const steps = given.map((value, index) => {
    const step = parseStep(value, { index, names, context, all: given });
    if (isObject(value) && typeof value["as"] === "string" && !names.has(value["as"])) names.set(value["as"], index);
    return step;
  });
  return { transaction: transaction === true, steps };
}

/** One error for all that is wrong; it lists the first hundred places. */
export function refuse(problems: readonly Problem[]): FootingError {
  const [only, ...others] = problems;
  const detail =
    only === undefined || others.length > 0
      ? `${problems.length} places of the batch are wrong.`
      : `${only.path === "" ? "body" : only.path}: ${only.detail}`;
  return new FootingError("FTG_QUERY", {
    detail,
    fix: only?.fix !== undefined && others.length === 0 ? only.fix : "Correct the listed places of the batch.",
    problems: problems.slice(0, 100),
  });
}

/** What stands around one operation. */
interface Surroundings {
  readonly index: number;
  /** The named operations before it. */
  readonly names: ReadonlyMap<string, number>;
  readonly context: BatchContext;
  /** All operations as given, to tell a later name from none. */
  readonly all: readonly unknown[];
}

function parseStep(value: unknown, around: Surroundings): Step | WrongStep {
  const { index } = around;
  const path = `/operations/${index}`;
  if (!isObject(value)) return { index, error: refuse([wrong(path, "an object", value)]) };
  const { op, model: modelName, as: name, ...given } = value;
  const operation = typeof op === "string" && Object.hasOwn(operations, op) ? operations[op] : undefined;
  if (operation === undefined)
    return { index, error: refuse([unknown(`${path}/op`, "operation", { name: op, known: Object.keys(operations) })]) };
  const model = typeof modelName === "string" ? around.context.models.get(modelName) : undefined;
  const { needs, problems: wrongReferences } = checkReferences(given, operation, around);
  const problems = [
    ...(model === undefined
      ? [unknown(`${path}/model`, "model", { name: modelName, known: [...around.context.models.keys()] })]
      : []),
    ...checkName(name, around),
    ...checkMembers(given, operation, path),
    ...wrongReferences,
  ];
  if (problems.length > 0 || model === undefined) return { index, error: refuse(problems) };
  return { index, operation, model, members: given, needs };
}

function checkLength(given: unknown, most: number): readonly Problem[] {
  if (Array.isArray(given) && given.length >= 1 && given.length <= most) return [];
  const expected = `a list of 1 to ${most} operations`;
  if (!Array.isArray(given)) return [wrong("/operations", expected, given)];
  return [{ path: "/operations", detail: `Expected ${expected}, got ${given.length}.` }];
}

function checkName(name: unknown, { index, names }: Surroundings): readonly Problem[] {
  const path = `/operations/${index}/as`;
  if (name === undefined) return [];
  if (typeof name !== "string" || !nameOf.test(name))
    return [wrong(path, "a name of up to 64 letters, digits and _, not starting with a digit", name)];
  const other = names.get(name);
  return other === undefined ? [] : [{ path, detail: `Operation ${other} is called ${name} already.` }];
}

function checkMembers(
  given: Readonly<Record<string, unknown>>,
  operation: BatchOperation,
  path: string,
): readonly Problem[] {
  const wrongMembers = Object.entries(operation.members).flatMap(([name, kind]): Problem[] => {
    const { expected, accepts } = members[kind];
    if (!Object.hasOwn(given, name))
      return operation.required.includes(name) ? [wrong(`${path}/${name}`, expected, undefined)] : [];
    return accepts(given[name]) ? [] : [wrong(`${path}/${name}`, expected, given[name])];
  });
  const isDouble = Object.hasOwn(given, "all") && Object.hasOwn(given, "where");
  return [
    ...findUnknown(given, [...always, ...Object.keys(operation.members)], path),
    ...wrongMembers,
    ...(isDouble ? [{ path: `${path}/all`, detail: "Expected either where or all, got both." }] : []),
  ];
}

function checkReferences(
  given: Readonly<Record<string, unknown>>,
  operation: BatchOperation,
  around: Surroundings,
): { readonly needs: ReadonlyMap<string, number>; readonly problems: readonly Problem[] } {
  const needs = new Map<string, number>();
  const problems: Problem[] = [];
  for (const [name, kind] of Object.entries(operation.members)) {
    if (members[kind].refers === undefined) continue;
    for (const { path, target } of findReferences(given[name], `/operations/${around.index}/${name}`)) {
      const parsed = parseTarget(target);
      const index = parsed === null ? undefined : around.names.get(parsed.name);
      if (parsed === null) problems.push(wrong(`${path}/$ref`, 'a text like "name.field"', target));
      else if (index === undefined) problems.push({ path: `${path}/$ref`, ...explainMissing(parsed.name, around) });
      else needs.set(parsed.name, index);
    }
  }
  return { needs, problems };
}

/** Why no earlier operation has the name. */
function explainMissing(name: string, { index, names, all }: Surroundings): Omit<Problem, "path"> {
  const place = all.findIndex((other) => isObject(other) && other["as"] === name);
  if (place === index) return { detail: `Operation ${index} refers to itself.` };
  if (place > index)
    return {
      detail: `Operation ${place} (${name}) comes later; a reference leads to an earlier one.`,
      fix: `Put ${name} first.`,
    };
  const nearest = findNearest(name, names.keys());
  const detail = `No operation is called ${name}.`;
  return nearest === undefined ? { detail } : { detail, fix: `Did you mean ${nearest}?` };
}

function findUnknown(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
): readonly Problem[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => unknown(`${path}/${name.slice(0, 100)}`, "member", { name, known }));
}

function unknown(
  path: string,
  what: string,
  { name, known }: { readonly name: unknown; readonly known: readonly string[] },
): Problem {
  if (typeof name !== "string") return wrong(path, `one of ${known.join(", ")}`, name);
  const nearest = findNearest(name, known);
  const detail = `Unknown ${what} ${describeValue(name)}.`;
  return {
    path,
    detail,
    fix: nearest === undefined ? `Use ${known.slice(0, 30).join(", ")}.` : `Did you mean ${nearest}?`,
  };
}

function wrong(path: string, expected: string, came: unknown): Problem {
  return { path, detail: `Expected ${expected}, got ${came === undefined ? "nothing" : describeValue(came)}.` };
}

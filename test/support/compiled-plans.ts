// Plans over cities and countries whose text the stores' tests look at, and what compiles them.
import { createColumn } from "../../src/plan/column-node.ts";
import { createOrder, type OrderNode } from "../../src/plan/order-node.ts";
import { createParam } from "../../src/plan/param-node.ts";
import { createPlan, type Plan } from "../../src/plan/plan.ts";
import { always, createCompare, type PredicateNode } from "../../src/plan/predicate-node.ts";
import { createFieldItem, createRows, createSelect, type RowsNode, type SelectNode } from "../../src/plan/rows-node.ts";
import type { ScalarType, Schema } from "../../src/schema/schema-model.ts";
import { compilePlan } from "../../src/stores/sql/compile-plan.ts";
import type { Dialect } from "../../src/stores/sql/dialect.ts";

export const text: ScalarType = { kind: "text", list: false };
export const int: ScalarType = { kind: "int", list: false };
export const byId: OrderNode = createOrder([], createColumn("id"), false);
export const byCode: OrderNode = createOrder([], createColumn("code"), false);
export const idAndName: SelectNode = createSelect([createFieldItem("id", "id"), createFieldItem("title", "name")]);

/** A list of cities by id, but for what is given. */
export function listCities(rows: Partial<RowsNode>): Plan {
  return createPlan({
    kind: "read",
    rows: createRows({ ...emptyRows("City", [byId]), output: { kind: "array", select: idAndName }, ...rows }),
  });
}

/** All rows of a model, as many as the first value says. */
export function emptyRows(name: string, order: readonly OrderNode[]): Omit<RowsNode, "kind" | "output"> {
  return {
    model: name,
    access: always,
    where: always,
    order,
    limit: createParam(0, int),
    offset: null,
    seek: null,
    cursorTag: null,
  };
}

/** That a field is the second value. */
export function isEqual(field: string, type: ScalarType): PredicateNode {
  return createCompare(createColumn(field), "eq", createParam(1, type));
}

/** By a field and then by id, both down. */
export function downBy(field: string): readonly OrderNode[] {
  return [createOrder([], createColumn(field), true), createOrder([], createColumn("id"), true)];
}

/** The texts of plans in a dialect. */
export interface Compiler {
  /** The statement of a read. */
  compileRead(plan: Plan): string;
  /** The steps of a write, each with its statements. */
  compileSteps(plan: Plan): readonly (readonly [kind: string, ...texts: readonly string[]])[];
}

/** Compiles plans over a schema. */
export function createCompiler(schema: Schema, dialect: Dialect): Compiler {
  return {
    compileRead: (plan) => {
      const compiled = compilePlan(schema, dialect, plan);
      return compiled.kind === "write" ? "" : compiled.text.text;
    },
    compileSteps: (plan) => {
      const compiled = compilePlan(schema, dialect, plan);
      if (compiled.kind !== "write") return [];
      return compiled.program.steps.map((step) => {
        if (step.kind === "link") return [step.kind, ...step.texts.map((statement) => statement.text)];
        return [step.kind, step.kind === "reference" ? step.reference.missing.text : step.text.text];
      });
    },
  };
}

/** A statement made for a request shape, and how the values of one request are bound to it. Makes no statement. */
import { FootingError } from "../errors/footing-error.ts";
import { type CostNode, evaluateCost } from "../passes/bound-cost.ts";
import type { Plan } from "../plan/plan.ts";
import type { Statement } from "../stores/contract/store.ts";
import { type BoundSource, bindValues } from "./bind-values.ts";
import type { RuleOutcome } from "./evaluate-rule.ts";

/** A compiled statement with the places its values come from. */
export interface Compiled<P extends Plan = Plan> {
  readonly statement: Statement<P>;
  readonly sources: readonly BoundSource[];
  /** Null when no limits of a request can make its answer too large. */
  readonly cost: CostNode | null;
  /** Objects the answer may hold at most. */
  readonly maxCost: number;
  /** What signs the cursors of the list that is read; empty for anything else and for a list without cursors. */
  readonly tag: string;
}

/** A statement for one request, with what the rules said for its actor. */
export interface Prepared<P extends Plan = Plan> {
  readonly compiled: Compiled<P>;
  /** In the order of the template's rules. */
  readonly outcomes: readonly RuleOutcome[];
}

const nothing: readonly unknown[] = [];

/**
 * The values of a statement's params: from the query and, for a write, from the parts written.
 * @throws FootingError FTG_VALUE, FTG_QUERY, FTG_CURSOR, FTG_COST, FTG_RULE.
 */
export function bindPrepared(
  { compiled, outcomes }: Prepared,
  query: object,
  written: readonly unknown[] = nothing,
): readonly unknown[] {
  const values = bindValues(compiled.sources, { query, outcomes, written });
  if (compiled.cost !== null) refuseCost(evaluateCost(compiled.cost, values), compiled.maxCost);
  return values;
}

function refuseCost(cost: number, maxCost: number): void {
  if (cost <= maxCost) return;
  throw new FootingError("FTG_COST", {
    detail: `The answer could hold ${cost} objects; at most ${maxCost} are allowed.`,
  });
}

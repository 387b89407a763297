/**
 * Tells what a delete would take along, without doing it: ordinary counts of the rows that the actor may read, one for
 * each model. It follows cascades as the schema declares them; what the actor cannot see is not in it.
 */
import { FootingError } from "../errors/footing-error.ts";
import type { PreviewDeleteQuery, WhereQuery } from "../plan/query.ts";
import { listReferrers } from "../schema/cascades.ts";
import { normalizeValue } from "../schema/normalize-value.ts";
import type { ModelSchema, RefField } from "../schema/schema-model.ts";
import { forbidden, notFound } from "../stores/contract/violations.ts";
import type { Actor } from "./actor.ts";
import { whereKey } from "./composed/row-keys.ts";
import type { DeletePreview } from "./executor.ts";
import { isPermanent } from "./read-visibility.ts";
import { findModel, type Run } from "./run.ts";
import { countRows, runCount } from "./run-read.ts";

/** Levels of rows to which a preview follows refs that come round again. */
const MAX_LEVELS = 15;
/** Ways from the row to others that a preview follows. */
const MAX_WAYS = 200;

/** Some rows of a model, as one of the ways that lead to them describes them. */
interface Way {
  readonly model: ModelSchema;
  readonly where: WhereQuery;
  /** The refs on the way, the row's own last. */
  readonly refs: readonly RefField[];
}

/** Filters by model; a row is meant when one of them holds. */
type Filters = Map<string, WhereQuery[]>;

/** Previews the delete of one row; errors as in `Executor`. */
export async function runPreviewDelete(run: Run, query: PreviewDeleteQuery, actor: Actor): Promise<DeletePreview> {
  const model = findModel(run, query.model);
  const isKept = !isPermanent(model, query.permanently);
  run.parts.planner.demand(model.name, "delete", actor);
  const where = whereKey(query.key);
  await demandRow(run, { model, where, query }, actor);
  if (isKept) return { deletes: {}, setsNull: {}, blockedBy: {} };
  return new Preview(run, actor).make({ model, where, refs: [] });
}

/** The row must be there for the actor to read and to delete, as for the delete itself. */
async function demandRow(
  run: Run,
  {
    model,
    where,
    query,
  }: { readonly model: ModelSchema; readonly where: WhereQuery; readonly query: PreviewDeleteQuery },
  actor: Actor,
): Promise<void> {
  const count = (visibility: "live" | "deletable") =>
    countRows(run, { model: model.name, where }, { actor, operation: "delete", visibility });
  if ((await count("deletable")) > 0) return;
  if ((await count("live")) > 0) throw forbidden(model, "delete");
  throw notFound(
    model,
    model.key.map(({ field, type }) => normalizeValue(type, query.key[field], field)),
  );
}

/** The counts of one preview. */
class Preview {
  readonly #run: Run;
  readonly #actor: Actor;
  readonly #models: readonly ModelSchema[];

  constructor(run: Run, actor: Actor) {
    this.#run = run;
    this.#actor = actor;
    this.#models = Object.values(run.parts.schema.models);
  }

  async make(root: Way): Promise<DeletePreview> {
    const going: Filters = new Map([[root.model.name, [root.where]]]);
    const emptied: Filters = new Map();
    const kept: Filters = new Map();
    const ways = [root];
    for (const way of ways) {
      for (const next of this.#listNext(way)) {
        const behaviour = next.refs[0]?.onDelete;
        addFilter(behaviour === "cascade" ? going : behaviour === "setNull" ? emptied : kept, next);
        if (behaviour === "cascade" && (await this.#goesOn(next))) ways.push(next);
      }
      if (ways.length > MAX_WAYS)
        throw new FootingError("FTG_COST", { detail: `More than ${MAX_WAYS} ways lead to rows that would go along.` });
    }
    const deletes = await this.#countAll(going, new Map([[root.model.name, [root.where]]]));
    return { deletes, setsNull: await this.#countAll(emptied, going), blockedBy: await this.#countAll(kept, going) };
  }

  /** The rows that refer to those of a way. A hidden ref does not exist for a principal. */
  #listNext({ model, where, refs }: Way): readonly Way[] {
    return listReferrers(this.#models, model.name)
      .filter(({ model: other, field }) => this.#isShown(other, field))
      .map(({ model: other, field }) => ({ model: other, where: { [field.name]: where }, refs: [field, ...refs] }));
  }

  #isShown({ access }: ModelSchema, { hidden }: RefField): boolean {
    return this.#actor.kind === "system" || (!hidden && access.read !== "nobody");
  }

  /** A way that comes by the same ref again is followed as long as there are rows on it. */
  async #goesOn({ model, where, refs: [own, ...others] }: Way): Promise<boolean> {
    if (own === undefined || !others.includes(own)) return true;
    return others.length < MAX_LEVELS && (await this.#count(model.name, where)) > 0;
  }

  /** How many rows of each model are meant, leaving out those of `except`; models without any are left out. */
  async #countAll(filters: Filters, except: Filters): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const { name } of this.#models) {
      const any = filters.get(name);
      const others = except.get(name);
      if (any === undefined) continue;
      const where = others === undefined ? { any } : { any, not: { any: others } };
      const count = await this.#count(name, where);
      if (count > 0) counts[name] = count;
    }
    return counts;
  }

  /** Of a model that the actor may not read there is nothing to count. */
  async #count(model: string, where: WhereQuery): Promise<number> {
    try {
      return await runCount(this.#run, { model, where }, this.#actor);
    } catch (error) {
      if (error instanceof FootingError && error.code === "FTG_FORBIDDEN") return 0;
      throw error;
    }
  }
}

function addFilter(filters: Filters, { model, where }: Way): void {
  const known = filters.get(model.name);
  if (known === undefined) filters.set(model.name, [where]);
  else known.push(where);
}

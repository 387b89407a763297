/** Writes of rows that may or may not be there, and of many rows each in its own way. */
import { FootingError, relocateError } from "../../errors/footing-error.ts";
import { queryError, unknownModel } from "../../passes/resolve-context.ts";
import type { DataQuery, UpdateEachQuery, UpsertManyQuery, UpsertQuery } from "../../plan/query.ts";
import { normalizeValue } from "../../schema/normalize-value.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isPlainObject } from "../../util/is-object.ts";
import { atPath, atPathSync } from "../at-path.ts";
import type { UpsertCount } from "../executor.ts";
import { type Composition, findRow, readObject } from "./composition.ts";
import { joinKey, type RowKey, selectKey, whereKey, whereKeys } from "./row-keys.ts";

/** Rows of an upsert that are looked for, created and changed together. */
const PAGE = 1000;

/** Creates or changes one row; see `Executor.upsert`. */
export async function upsertRow(composition: Composition, query: UpsertQuery): Promise<string | null> {
  const { executor, actor } = composition;
  const model = findModel(composition, query.model);
  const by = readUnique(model, query.key);
  const select = query.select === undefined ? {} : { select: query.select };
  const key = await findRow(composition, model, { where: whereKey(by) });
  if (key !== null)
    return atPath("/update", () =>
      executor.update({ model: model.name, key, data: readObject(query.update), ...select }, actor),
    );
  return atPath("/create", () =>
    executor.create({ model: model.name, data: joinKey(by, readObject(query.create)), ...select }, actor),
  );
}

/** Changes rows, some of which bring others, one after the other; see `Executor.updateEach`. */
export async function updateEach(composition: Composition, { model, rows }: UpdateEachQuery): Promise<number> {
  const { executor, actor } = composition;
  for (const [index, { key, data }] of rows.entries()) {
    await atPath(`/${index}`, () => executor.update({ model, key, data, select: {} }, actor));
  }
  return rows.length;
}

/** Creates or changes rows; see `Executor.upsertMany`. */
export async function upsertMany(composition: Composition, query: UpsertManyQuery): Promise<UpsertCount> {
  const model = findModel(composition, query.model);
  refuseRepeated(model, query.data);
  let created = 0;
  for (let start = 0; start < query.data.length; start += PAGE) {
    const page = query.data.slice(start, start + PAGE).map((data, index) => ({ data, index: start + index }));
    const there = await findThere(composition, model, page);
    // What comes without a key can only be new.
    const isThere = ({ data }: Given) => hasKey(model, data) && there.has(nameKey(model, data));
    const missing = page.filter((row) => !isThere(row));
    await createRows(composition, model, missing);
    await changeRows(composition, model, { rows: page.filter(isThere), fields: query.update });
    created += missing.length;
  }
  return { created, updated: query.data.length - created };
}

/** A row of the data with its place. */
interface Given {
  readonly data: DataQuery;
  readonly index: number;
}

async function createRows({ executor, actor }: Composition, model: ModelSchema, rows: readonly Given[]): Promise<void> {
  if (rows.length === 0) return;
  try {
    await executor.createMany({ model: model.name, data: rows.map(({ data }) => data) }, actor);
  } catch (error) {
    throw error instanceof FootingError ? renumber(error, rows) : error;
  }
}

/** The error of a bulk write, which counts the rows that it was given. */
function renumber(error: FootingError, rows: readonly Given[]): FootingError {
  const replace = (path: string) => path.replace(/^\/(\d+)/, (_, row: string) => `/${rows[Number(row)]?.index ?? row}`);
  return relocateError(error, {
    detail: replace(error.message),
    problems: error.problems.map((problem) => ({ ...problem, path: replace(problem.path) })),
  });
}

async function changeRows(
  { executor, actor }: Composition,
  model: ModelSchema,
  { rows, fields }: { readonly rows: readonly Given[]; readonly fields: readonly string[] | undefined },
): Promise<void> {
  const isChanged = (name: string) =>
    !model.key.some(({ field }) => field === name) && (fields?.includes(name) ?? true);
  const changes = rows.map(({ data }) => ({
    key: keyOf(model, data),
    data: Object.fromEntries(Object.entries(data).filter(([name]) => isChanged(name))),
  }));
  try {
    await executor.updateEach({ model: model.name, rows: changes }, actor);
  } catch (error) {
    throw error instanceof FootingError ? renumber(error, rows) : error;
  }
}

/** The keys of the rows that are there to see, each as one text. */
async function findThere(
  { executor, actor, maxLimit }: Composition,
  model: ModelSchema,
  rows: readonly Given[],
): Promise<ReadonlySet<string>> {
  const keys = rows.filter(({ data }) => hasKey(model, data)).map(({ data }) => keyOf(model, data));
  const there = new Set<string>();
  for (let start = 0; start < keys.length; start += maxLimit) {
    const where = whereKeys(model, keys.slice(start, start + maxLimit));
    const query = { model: model.name, select: selectKey(model), where, limit: maxLimit };
    const found: unknown = JSON.parse((await executor.read(query, actor)).json);
    for (const row of Array.isArray(found) ? found : []) there.add(nameKey(model, readObject(row)));
  }
  return there;
}

/** Two rows of one call must not be the same: which of them would win is anybody's guess. */
function refuseRepeated(model: ModelSchema, rows: readonly DataQuery[]): void {
  const places = new Map<string, number>();
  for (const [index, data] of rows.entries()) {
    if (!hasKey(model, readObject(data))) continue;
    const name = atPathSync(`/${index}`, () => nameKey(model, data));
    const first = places.get(name);
    if (first === undefined) places.set(name, index);
    else {
      const detail = `Row ${index} has the key of row ${first}.`;
      throw new FootingError("FTG_INVALID", { detail, problems: [{ path: `/${index}`, detail }] });
    }
  }
}

function hasKey(model: ModelSchema, data: DataQuery): boolean {
  return model.key.every(({ field }) => data[field] !== undefined && data[field] !== null);
}

function keyOf(model: ModelSchema, data: DataQuery): RowKey {
  return Object.fromEntries(model.key.map(({ field }) => [field, data[field]]));
}

/** The key of a row as one text, the same for every spelling of its values. */
function nameKey(model: ModelSchema, data: DataQuery): string {
  return JSON.stringify(model.key.map(({ field, type }) => normalizeValue(type, data[field], `/${field}`)));
}

/** The values of the model's key, or of one of its unique indexes. Throws FTG_QUERY. */
function readUnique(model: ModelSchema, key: unknown): RowKey {
  const keyFields = model.key.map(({ field }) => field);
  const unique = [keyFields, ...model.indexes.filter((index) => index.unique).map(({ fields }) => fields)];
  const given = isPlainObject(key) ? Object.keys(key) : [];
  const isMeant = (fields: readonly string[]) =>
    fields.length === given.length && fields.every((name) => given.includes(name));
  if (isPlainObject(key) && unique.some(isMeant)) return key;
  const expected = unique
    .filter((fields) => fields.every((name) => model.fields[name]?.hidden === false))
    .map((fields) => `{ ${fields.join(", ")} }`);
  throw queryError(["key"], expected.join(" or "), given.length === 0 ? describeValue(key) : `{ ${given.join(", ")} }`);
}

function findModel({ schema }: Composition, name: string): ModelSchema {
  const model = Object.hasOwn(schema.models, name) ? schema.models[name] : undefined;
  if (model === undefined) throw unknownModel(name, Object.keys(schema.models));
  return model;
}

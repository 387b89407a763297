/** Random queries over a schema: reads of every form, and writes. */

import type {
  OrderQuery,
  PageQuery,
  ReadQuery,
  RelationQuery,
  RowsQuery,
  SelectEntry,
  SelectQuery,
} from "../../src/plan/query.ts";
import { isSortable } from "../../src/schema/operators.ts";
import type { Field, ModelSchema, Schema } from "../../src/schema/schema-model.ts";
import { isValueField } from "../../src/schema/schema-model.ts";
import type { Random } from "./random.ts";
import { drawWhere, type WhereSource } from "./random-where.ts";

/** A list with everything but cursors, or one row. */
export function drawRead(source: WhereSource, model: ModelSchema): ReadQuery {
  const { random } = source;
  const rows = drawRows(source, model, random.int(0, 2));
  if (!random.chance(0.12))
    return { model: model.name, ...rows, ...(rows.page === undefined && random.chance(0.2) && { count: "exact" }) };
  const { limit, offset, page, ...single } = rows;
  return { model: model.name, single: true, ...single };
}

/** A list without page, offset or single: one that can be followed page by page. */
export function drawWalk(source: WhereSource, model: ModelSchema): ReadQuery {
  const { random } = source;
  return {
    model: model.name,
    limit: random.int(1, 3),
    ...(random.chance(0.4) && { where: drawWhere(source, model, 2) }),
    ...drawSearch(source, model),
    orderBy: random.chance(0.8) ? drawOrder(source, model) : [],
  };
}

/** Sort keys, some through relations. */
function drawOrder(source: WhereSource, model: ModelSchema): OrderQuery {
  const { random } = source;
  const keys = random.times(random.int(1, 3), () => drawSortKey(source, model, random.int(0, 2)));
  return keys
    .filter((key) => key !== null)
    .map((key) => `${random.pick(["", "-"])}${key}${random.pick(["", "", ":nullsFirst", ":nullsLast"])}`);
}

function drawRows(source: WhereSource, model: ModelSchema, depth: number): RowsQuery {
  const { random } = source;
  const searched = drawSearch(source, model);
  return {
    ...(random.chance(0.5) && { where: drawWhere(source, model, 2) }),
    ...searched,
    ...((searched.search !== undefined || random.chance(0.6)) && { orderBy: drawOrder(source, model) }),
    ...(random.chance(0.5) && { limit: random.int(1, 5) }),
    ...(random.chance(0.25) && { offset: random.int(0, 4) }),
    ...(random.chance(0.3)
      ? { page: drawPage(source, model, depth) }
      : random.chance(0.75) && { select: drawSelect(source, model, depth) }),
  };
}

/** Words of the rows, or nearly. Only beside an order: relevance is each store's own. */
function drawSearch({ random }: WhereSource, { search }: ModelSchema): { readonly search?: string } {
  if (search === null || !random.chance(0.5)) return {};
  const words = random.times(random.int(1, 3), () => {
    const word = random.pick(["a*", "b", "ab*", "é", "x", "zebra", "ß", "n*", '"a b"', "0*", "日*"]);
    return random.chance(0.2) ? `-${word}` : word;
  });
  return { search: words.join(random.pick([" ", ", ", " & "])) };
}

function drawSelect(source: WhereSource, model: ModelSchema, depth: number): SelectQuery {
  const { random } = source;
  const fields = random.shuffle(visible(source, model)).slice(0, random.int(1, 4));
  const entries = fields.flatMap((field) => drawEntries(source, field, depth));
  if (entries.length === 0 || random.chance(0.15))
    entries.push(["__typename", { constant: random.pick([model.name, 1, true, null, 'q"\\']) }]);
  return Object.fromEntries(entries);
}

function drawEntries(source: WhereSource, field: Field, depth: number): [string, SelectEntry][] {
  const { random } = source;
  const as = random.chance(0.2) ? random.pick(["renamed", "1", 'a "b"', "as", "__proto2__"]) : field.name;
  const own: [string, SelectEntry] = [as, as === field.name ? true : { value: field.name }];
  if (isValueField(field)) return [own];
  const target = source.schema.models[field.model];
  if (field.kind === "ref" && (depth <= 0 || random.chance(0.4))) return [own];
  if (target === undefined || depth <= 0) return [];
  return [[as, { ...(as !== field.name && { field: field.name }), ...drawRelation(source, field, target, depth - 1) }]];
}

function drawRelation(source: WhereSource, field: Field, target: ModelSchema, depth: number): RelationQuery {
  if (field.kind === "many" || field.kind === "manyToMany") return drawRows(source, target, depth);
  const { random } = source;
  return {
    ...(random.chance(0.3) && { where: drawWhere(source, target, 1) }),
    ...(random.chance(0.7) && { select: drawSelect(source, target, depth) }),
  };
}

function drawPage(source: WhereSource, model: ModelSchema, depth: number): PageQuery {
  const { random } = source;
  const select = () => drawSelect(source, model, depth);
  const page: PageQuery = {
    nodes: { rows: select() },
    edges: { edges: { node: { row: select() }, cursor: { info: "cursor" }, __typename: { constant: "Edge" } } },
    again: { rows: select() },
    pageInfo: {
      object: {
        hasNextPage: { info: "hasNext" },
        hasPreviousPage: { info: "hasPrevious" },
        startCursor: { info: "startCursor" },
        endCursor: { info: "endCursor" },
      },
    },
    kind: { constant: "Page" },
    total: { total: true },
  };
  return Object.fromEntries(random.shuffle(Object.entries(page)).slice(0, random.int(1, 4)));
}

function drawSortKey(source: WhereSource, model: ModelSchema, hops: number): string | null {
  const { random, schema } = source;
  const fields = visible(source, model);
  const relations = fields.flatMap((field) => (field.kind === "ref" || field.kind === "one" ? [field] : []));
  if (hops > 0 && relations.length > 0) {
    const relation = random.pick(relations);
    const target = schema.models[relation.model];
    const rest = target === undefined ? null : drawSortKey(source, target, hops - 1);
    if (rest !== null) return `${relation.name}.${rest}`;
  }
  const sortable = fields.filter((field) => (isValueField(field) ? isSortable(field.type) : field.kind === "ref"));
  return sortable.length === 0 ? null : random.pick(sortable).name;
}

/** Mostly the fields a caller may name; now and then all, to see the refusal. */
function visible({ random, hidden }: WhereSource, model: ModelSchema): readonly Field[] {
  const all = Object.values(model.fields);
  return hidden || random.chance(0.02) ? all : all.filter((field) => !field.hidden);
}

/** A model of the schema. */
export function drawModel(random: Random, schema: Schema): ModelSchema {
  return random.pick(Object.values(schema.models));
}

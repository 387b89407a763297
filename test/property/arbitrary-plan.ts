/** Random plans of every form, well-formed but meaningless: for what works on any plan, such as the codec. */

import fc from "fast-check";
import {
  createBucket,
  createGroupKey,
  createGroupObject,
  createGroupOrder,
  createGroups,
  type GroupItem,
  type GroupsNode,
} from "../../src/plan/aggregate-node.ts";
import { type ColumnNode, createColumn } from "../../src/plan/column-node.ts";
import { createConstantItem } from "../../src/plan/constant-item.ts";
import { createJsonPlace } from "../../src/plan/json-place-node.ts";
import { createMaskedColumn } from "../../src/plan/masked-column.ts";
import { createMeasure, createRelatedMeasure, type MeasureNode } from "../../src/plan/measure-node.ts";
import { createHop, createOrder, type OrderNode, rankNulls } from "../../src/plan/order-node.ts";
import { createParam, type ParamNode } from "../../src/plan/param-node.ts";
import type { Plan, ReturningNode, TargetNode } from "../../src/plan/plan.ts";
import type { ComparedNode, CompareOperator, MaskedColumnNode, PredicateNode } from "../../src/plan/predicate-node.ts";
import type { OutputNode, PageItem } from "../../src/plan/rows-node.ts";
import {
  createAggregateItem,
  createFieldItem,
  createRows,
  createSeek,
  createSelect,
  type RowsNode,
  type SelectItem,
  type SelectNode,
} from "../../src/plan/rows-node.ts";
import {
  type AssignmentOperator,
  createAssignment,
  createBound,
  createLink,
  createReference,
} from "../../src/plan/write-nodes.ts";
import { measureFunctions } from "../../src/schema/measures.ts";
import type { ScalarType } from "../../src/schema/schema-model.ts";

const name: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("title", "author", "a b", "", '"', "__proto__", "constructor", "1"),
  fc.string(),
);
const count: fc.Arbitrary<number> = fc.nat(50);

const scalarType: fc.Arbitrary<ScalarType> = fc.record(
  {
    kind: fc.constantFrom(
      "text",
      "int",
      "bigint",
      "float",
      "decimal",
      "bool",
      "date",
      "datetime",
      "uuid",
      "bytes",
      "json",
      "enum",
    ),
    list: fc.boolean(),
    maxLength: count,
    min: fc.oneof(fc.integer(), fc.constant("1.50")),
    pattern: fc.string(),
    format: fc.constantFrom("email", "url"),
    values: fc.array(fc.string()),
    precision: count,
    scale: count,
    maxItems: count,
  },
  { requiredKeys: ["kind", "list"] },
);

const param: fc.Arbitrary<ParamNode> = fc
  .tuple(count, fc.oneof(scalarType, fc.record({ kind: fc.constant("keys" as const), parts: fc.array(scalarType) })))
  .map(([index, type]) => createParam(index, type));
const column: fc.Arbitrary<ColumnNode> = fc.tuple(name, count).map(([field, part]) => createColumn(field, part));

const compared: fc.Arbitrary<ComparedNode> = fc.oneof(
  column,
  fc
    .tuple(name, fc.array(param, { maxLength: 3 }), fc.constantFrom("text", "float", "bool", "value", "place"))
    .map(([field, path, reading]) => createJsonPlace(field, path, reading)),
);
const operator: fc.Arbitrary<CompareOperator> = fc.constantFrom(
  ...(["eq", "lt", "lte", "gt", "gte", "contains", "startsWith", "endsWith"] as const),
  ...(["ieq", "icontains", "istartsWith", "iendsWith"] as const),
);

const predicates = fc.letrec<{ predicate: PredicateNode }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 3, depthIdentifier: "predicate" },
    fc.record({ kind: fc.constant("constant" as const), value: fc.boolean() }),
    fc.record({
      kind: fc.constant("compare" as const),
      column: compared,
      operator,
      value: param,
    }),
    fc.record({
      kind: fc.constant("compareColumns" as const),
      column,
      operator,
      hops: fc.array(
        fc.tuple(name, fc.option(tie("predicate"))).map(([relation, rule]) => createHop(relation, rule)),
        { maxLength: 2 },
      ),
      other: column,
    }),
    fc.record({ kind: fc.constant("in" as const), column: compared, values: param }),
    fc.record({ kind: fc.constant("isNull" as const), column: compared }),
    fc.record({
      kind: fc.constant("list" as const),
      column,
      question: fc.constantFrom("hasAny", "hasEvery", "isEmpty"),
      values: fc.option(param),
    }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      items: fc.array(tie("predicate"), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("not" as const), item: tie("predicate") }),
    fc.record({
      kind: fc.constant("exists" as const),
      relation: name,
      access: fc.option(tie("predicate")),
      where: tie("predicate"),
    }),
  ),
}));
const { predicate } = predicates;
const access: fc.Arbitrary<PredicateNode | null> = fc.option(predicate);
/** What a node of a field without a mask leaves out. */
const mask = fc.oneof(fc.constant({}), fc.record({ shown: predicate }));
const maskedColumn: fc.Arbitrary<MaskedColumnNode> = fc
  .tuple(column, fc.option(predicate))
  .map(([of, shown]) => (shown === null ? of : createMaskedColumn(of, shown)));

const measure: fc.Arbitrary<MeasureNode> = fc
  .tuple(fc.constantFrom(...measureFunctions), fc.option(maskedColumn))
  .map(([fn, of]) => createMeasure(fn, of));
const sorted: fc.Arbitrary<OrderNode["value"]> = fc.oneof(
  maskedColumn,
  fc.tuple(name, measure, access).map(([relation, of, rule]) => createRelatedMeasure(relation, of, rule)),
);
const order: fc.Arbitrary<OrderNode> = fc
  .tuple(
    fc.array(fc.tuple(name, access, mask), { maxLength: 2 }),
    sorted,
    fc.boolean(),
    fc.constantFrom("smallest", "largest"),
  )
  .map(([hops, key, descending, nulls]) => {
    const made = hops.map(([relation, rule, shown]) => ({ ...createHop(relation, rule), ...shown }));
    return rankNulls(createOrder(made, key, descending), nulls);
  });
const constantItem = fc
  .tuple(name, fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)))
  .map(([as, value]) => createConstantItem(as, value));

const groupItems = fc.letrec<{ item: GroupItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 2, depthIdentifier: "group" },
    fc.record({ kind: fc.constant("key" as const), as: name, key: count }),
    fc.record({ kind: fc.constant("measure" as const), as: name, measure: count }),
    constantItem,
    fc
      .tuple(name, fc.array(tie("item"), { maxLength: 3 }), fc.option(count))
      .map(([as, items, nullWith]) => createGroupObject(as, items, nullWith)),
  ),
}));
const groups: fc.Arbitrary<GroupsNode> = fc
  .record({
    model: name,
    access,
    where: predicate,
    keys: fc.array(
      fc
        .tuple(
          order,
          maskedColumn,
          fc.option(
            fc
              .tuple(fc.constantFrom("hour", "day", "week", "month", "quarter", "year"), fc.option(name))
              .map(([unit, zone]) => createBucket(unit, zone)),
          ),
        )
        .map(([{ hops }, key, bucket]) => createGroupKey(hops, key, bucket)),
      { maxLength: 2 },
    ),
    measures: fc.array(measure, { maxLength: 3 }),
    items: fc.array(groupItems.item, { maxLength: 3 }),
    having: fc.array(
      fc.record({
        kind: fc.constant("groupCondition" as const),
        measure: count,
        operator: fc.constantFrom("eq", "lt", "lte", "gt", "gte", "in", "isNull"),
        negated: fc.boolean(),
        value: fc.option(param),
      }),
      { maxLength: 2 },
    ),
    order: fc.array(
      fc
        .tuple(fc.constantFrom("key", "measure"), count, fc.boolean(), fc.constantFrom("smallest", "largest"))
        .map(([by, index, descending, nulls]) => createGroupOrder(by, index, { descending, nulls })),
      { maxLength: 2 },
    ),
    limit: fc.option(param),
    offset: fc.option(param),
  })
  .map(createGroups);

const trees = fc.letrec<{
  select: SelectNode;
  item: SelectItem;
  rows: RowsNode;
  output: OutputNode;
  pageItem: PageItem;
}>((tie) => ({
  select: fc.array(tie("item"), { maxLength: 3 }).map(createSelect),
  item: fc.oneof(
    { maxDepth: 4, depthIdentifier: "tree" },
    fc.tuple(name, name, mask).map(([as, field, shown]) => ({ ...createFieldItem(as, field), ...shown })),
    constantItem,
    fc
      .tuple(
        fc.record({
          kind: fc.constant("one" as const),
          as: name,
          relation: name,
          access,
          where: predicate,
          select: tie("select"),
        }),
        mask,
      )
      .map(([one, shown]) => ({ ...one, ...shown })),
    fc.record({ kind: fc.constant("many" as const), as: name, relation: name, rows: tie("rows") }),
    fc.tuple(name, name, groups).map(([as, relation, node]) => createAggregateItem(as, relation, node)),
  ),
  rows: fc
    .record({
      model: name,
      access,
      where: predicate,
      order: fc.array(order, { minLength: 1, maxLength: 2 }),
      limit: fc.option(param),
      offset: fc.option(param),
      seek: fc.option(
        fc.tuple(fc.constantFrom("after", "before"), fc.array(param)).map(([way, values]) => createSeek(way, values)),
      ),
      cursorTag: fc.option(param),
      output: tie("output"),
    })
    .map(createRows),
  output: fc.oneof(
    fc.record({ kind: fc.constantFrom("array" as const, "single" as const), select: tie("select") }),
    fc.record({ kind: fc.constant("page" as const), items: fc.array(tie("pageItem"), { maxLength: 3 }) }),
  ),
  pageItem: fc.oneof(
    { maxDepth: 4, depthIdentifier: "tree" },
    constantItem,
    fc.record({
      kind: fc.constant("info" as const),
      as: name,
      info: fc.constantFrom("hasNext", "hasPrevious", "startCursor", "endCursor"),
    }),
    fc.record({ kind: fc.constant("total" as const), as: name }),
    fc.record({ kind: fc.constant("total" as const), as: name, estimate: param }),
    fc.record({ kind: fc.constant("rows" as const), as: name, select: tie("select") }),
    fc.record({
      kind: fc.constant("edges" as const),
      as: name,
      items: fc.array(
        fc.oneof(
          constantItem,
          fc.record({ kind: fc.constant("cursor" as const), as: name }),
          fc.record({ kind: fc.constant("row" as const), as: name, select: tie("select") }),
        ),
        { maxLength: 3 },
      ),
    }),
    fc.record({ kind: fc.constant("object" as const), as: name, items: fc.array(tie("pageItem"), { maxLength: 2 }) }),
  ),
}));

const returning: fc.Arbitrary<ReturningNode | null> = fc.option(
  fc.record({ kind: fc.constant("returning" as const), access, select: trees.select }),
);
const target: fc.Arbitrary<TargetNode> = fc.record({
  kind: fc.constant("target" as const),
  where: predicate,
  single: fc.boolean(),
  readable: access,
  allowed: access,
  expected: fc.option(predicate),
  atMost: fc.option(param),
});
const written = {
  assignments: fc.array(
    fc
      .tuple(column, param, fc.constantFrom<AssignmentOperator>("set", "add", "multiply", "append", "remove", "merge"))
      .map(([at, value, operator]) => createAssignment(at, value, operator)),
    { maxLength: 3 },
  ),
  links: fc.array(
    fc
      .tuple(name, fc.constantFrom("set" as const, "add" as const, "remove" as const), param)
      .map(([relation, mode, keys]) => createLink(relation, mode, keys)),
    { maxLength: 2 },
  ),
  references: fc.array(
    fc
      .tuple(name, fc.array(param), predicate)
      .map(([relation, values, rule]) => createReference(relation, values, rule)),
    { maxLength: 2 },
  ),
  check: access,
  returning,
};

/** Any plan. */
export const arbitraryPlan: fc.Arbitrary<Plan> = fc.oneof(
  fc.record({ kind: fc.constant("read" as const), rows: trees.rows }),
  fc.record({ kind: fc.constant("read" as const), rows: trees.rows, counted: fc.constant(true as const) }),
  fc.record({ kind: fc.constant("count" as const), model: name, access, where: predicate }),
  fc.record({
    kind: fc.constant("count" as const),
    estimated: fc.constant(true as const),
    model: name,
    access,
    where: predicate,
  }),
  fc.record({ kind: fc.constant("aggregate" as const), groups }),
  fc.record({ kind: fc.constant("create" as const), model: name, ...written }),
  fc.record({
    kind: fc.constant("update" as const),
    model: name,
    target,
    ...written,
    bounds: fc.array(
      fc.tuple(column, param, param).map(([at, min, max]) => createBound(at, min, max)),
      { maxLength: 2 },
    ),
  }),
  fc.record({ kind: fc.constant("delete" as const), model: name, target, returning }),
);

/**
 * A plan as JSON text and back. Reading checks the form of every node and freezes it; whether the names exist
 * in a schema is not its business.
 */
import { type MeasureFunction, measureFunctions } from "../schema/measures.ts";
import type { ScalarKind, ScalarType } from "../schema/schema-model.ts";
import { isObject } from "../util/is-object.ts";
import type {
  BucketNode,
  GroupConditionNode,
  GroupItem,
  GroupKeyNode,
  GroupOrderNode,
  GroupsNode,
} from "./aggregate-node.ts";
import type { ColumnNode } from "./column-node.ts";
import type { ConstantItem } from "./constant-item.ts";
import type { JsonReading } from "./json-place-node.ts";
import {
  listOf,
  object,
  oneOf,
  orNull,
  parseJson,
  readBoolean,
  readCount,
  readJsonScalar,
  readKind,
  readNumberOrText,
  readText,
  readTrue,
  union,
} from "./json-readers.ts";
import type { MeasureNode } from "./measure-node.ts";
import type { NullRank, OrderNode } from "./order-node.ts";
import type { KeysType, ParamNode, ParamType } from "./param-node.ts";
import type {
  AggregatePlan,
  CountPlan,
  CreatePlan,
  DeletePlan,
  Plan,
  ReadPlan,
  ReturningNode,
  TargetNode,
  UpdatePlan,
} from "./plan.ts";
import type {
  ComparedNode,
  CompareOperator,
  HopNode,
  ListQuestion,
  MaskedColumnNode,
  PredicateNode,
} from "./predicate-node.ts";
import type {
  EdgeItem,
  OutputNode,
  PageInfo,
  PageItem,
  RowsNode,
  SeekNode,
  SelectItem,
  SelectNode,
} from "./rows-node.ts";
import type { SearchNode } from "./search-node.ts";
import type {
  AssignmentNode,
  AssignmentOperator,
  BoundNode,
  LinkMode,
  LinkNode,
  ReferenceNode,
} from "./write-nodes.ts";

/** Writes a plan as JSON text. */
export function encodePlan(plan: Plan): string {
  return JSON.stringify(plan);
}

/**
 * Reads a plan that {@link encodePlan} wrote.
 * @throws FootingError FTG_QUERY when the text is no JSON or any part of it is not what a plan has there.
 */
export function decodePlan(text: string): Plan {
  return readPlan(parseJson(text), "");
}

const readScalarType = object<ScalarType>(
  {
    kind: oneOf<ScalarKind>([
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
    ]),
    list: readBoolean,
    minLength: readCount,
    maxLength: readCount,
    min: readNumberOrText,
    max: readNumberOrText,
    pattern: readText,
    format: oneOf<"email" | "url">(["email", "url"]),
    values: listOf(readText),
    precision: readCount,
    scale: readCount,
    maxItems: readCount,
  },
  ["kind", "list"],
);
const readKeysType = object<KeysType>({ kind: readKind("keys"), parts: listOf(readScalarType) });
const readParam = object<ParamNode>({ kind: readKind("param"), index: readCount, type: readParamType });
const readColumn = object<ColumnNode>({ kind: readKind("column"), field: readText, part: readCount });
const readMaskedColumn = object<MaskedColumnNode>(
  { kind: readKind("column"), field: readText, part: readCount, shown: readPredicate },
  ["kind", "field", "part"],
);
const readCompared = union<ComparedNode>({
  column: readColumn,
  jsonPlace: object({
    kind: readKind("jsonPlace"),
    field: readText,
    path: listOf(readParam),
    reading: oneOf<JsonReading>(["text", "float", "bool", "value", "place"]),
  }),
});
const readOperator = oneOf<CompareOperator>([
  ...(["eq", "lt", "lte", "gt", "gte", "contains", "startsWith", "endsWith"] as const),
  ...(["ieq", "icontains", "istartsWith", "iendsWith"] as const),
]);
const readHop = object<HopNode>(
  { kind: readKind("hop"), relation: readText, access: orNull(readPredicate), shown: readPredicate },
  ["kind", "relation", "access"],
);

const readSearch = object<SearchNode>({
  kind: readKind("search"),
  columns: listOf(readColumn),
  terms: readParam,
});
const readPredicateKinds = union<PredicateNode>({
  compare: object({ kind: readKind("compare"), column: readCompared, operator: readOperator, value: readParam }),
  compareColumns: object({
    kind: readKind("compareColumns"),
    column: readColumn,
    operator: readOperator,
    hops: listOf(readHop),
    other: readMaskedColumn,
  }),
  in: object({ kind: readKind("in"), column: readCompared, values: readParam }),
  isNull: object({ kind: readKind("isNull"), column: readCompared }),
  list: object({
    kind: readKind("list"),
    column: readColumn,
    question: oneOf<ListQuestion>(["hasAny", "hasEvery", "isEmpty"]),
    values: orNull(readParam),
  }),
  and: object({ kind: readKind("and"), items: listOf(readPredicate) }),
  or: object({ kind: readKind("or"), items: listOf(readPredicate) }),
  not: object({ kind: readKind("not"), item: readPredicate }),
  constant: object({ kind: readKind("constant"), value: readBoolean }),
  exists: object({ kind: readKind("exists"), relation: readText, access: orNull(readPredicate), where: readPredicate }),
  search: readSearch,
});
const readMeasure = object<MeasureNode>({
  kind: readKind("measure"),
  function: oneOf<MeasureFunction>(measureFunctions),
  column: orNull(readMaskedColumn),
});
const readOrder = object<OrderNode>({
  kind: readKind("order"),
  hops: listOf(readHop),
  value: union<OrderNode["value"]>({
    column: readMaskedColumn,
    related: object({
      kind: readKind("related"),
      relation: readText,
      access: orNull(readPredicate),
      measure: readMeasure,
    }),
    relevance: object({ kind: readKind("relevance"), search: readSearch }),
  }),
  descending: readBoolean,
  nulls: oneOf<NullRank>(["smallest", "largest"]),
});

const readConstantItem = object<ConstantItem>({ kind: readKind("constant"), as: readText, value: readJsonScalar });
const readSelectItem = union<SelectItem>({
  field: object({ kind: readKind("field"), as: readText, field: readText, shown: readPredicate }, [
    "kind",
    "as",
    "field",
  ]),
  one: object(
    {
      kind: readKind("one"),
      as: readText,
      relation: readText,
      access: orNull(readPredicate),
      shown: readPredicate,
      where: readPredicate,
      select: readSelect,
    },
    ["kind", "as", "relation", "access", "where", "select"],
  ),
  many: object({ kind: readKind("many"), as: readText, relation: readText, rows: readRows }),
  aggregate: object({ kind: readKind("aggregate"), as: readText, relation: readText, groups: readGroups }),
  constant: readConstantItem,
});
const readSelectNode = object<SelectNode>({ kind: readKind("select"), items: listOf(readSelectItem) });
const readEdgeItem = union<EdgeItem>({
  row: object({ kind: readKind("row"), as: readText, select: readSelect }),
  cursor: object({ kind: readKind("cursor"), as: readText }),
  constant: readConstantItem,
});
const readPageKinds = union<PageItem>({
  rows: object({ kind: readKind("rows"), as: readText, select: readSelect }),
  edges: object({ kind: readKind("edges"), as: readText, items: listOf(readEdgeItem) }),
  info: object({
    kind: readKind("info"),
    as: readText,
    info: oneOf<PageInfo["info"]>(["hasNext", "hasPrevious", "startCursor", "endCursor"]),
  }),
  total: object({ kind: readKind("total"), as: readText, estimate: readParam }, ["kind", "as"]),
  object: object({ kind: readKind("object"), as: readText, items: listOf(readPageItem) }),
  constant: readConstantItem,
});
const readOutput = union<OutputNode>({
  array: object({ kind: readKind("array"), select: readSelect }),
  single: object({ kind: readKind("single"), select: readSelect }),
  page: object({ kind: readKind("page"), items: listOf(readPageItem) }),
});
const readSeek = object<SeekNode>({
  kind: readKind("seek"),
  direction: oneOf<SeekNode["direction"]>(["after", "before"]),
  values: listOf(readParam),
});
const readRowsNode = object<RowsNode>({
  kind: readKind("rows"),
  model: readText,
  access: orNull(readPredicate),
  where: readPredicate,
  order: listOf(readOrder),
  limit: orNull(readParam),
  offset: orNull(readParam),
  seek: orNull(readSeek),
  cursorTag: orNull(readParam),
  output: readOutput,
});

const readAssignment = object<AssignmentNode>({
  kind: readKind("assignment"),
  column: readColumn,
  operator: oneOf<AssignmentOperator>(["set", "add", "multiply", "append", "remove", "merge"]),
  value: readParam,
});
const readBound = object<BoundNode>({ kind: readKind("bound"), column: readColumn, min: readParam, max: readParam });
const readLink = object<LinkNode>({
  kind: readKind("link"),
  relation: readText,
  mode: oneOf<LinkMode>(["set", "add", "remove"]),
  keys: readParam,
});
const readReference = object<ReferenceNode>({
  kind: readKind("reference"),
  relation: readText,
  values: listOf(readParam),
  access: readPredicate,
});
const readReturning = object<ReturningNode>({
  kind: readKind("returning"),
  access: orNull(readPredicate),
  select: readSelect,
});
const readTarget = object<TargetNode>({
  kind: readKind("target"),
  where: readPredicate,
  single: readBoolean,
  readable: orNull(readPredicate),
  allowed: orNull(readPredicate),
  expected: orNull(readPredicate),
  atMost: orNull(readParam),
});
const readGroupKey = object<GroupKeyNode>({
  kind: readKind("groupKey"),
  hops: listOf(readHop),
  column: readMaskedColumn,
  bucket: orNull(
    object<BucketNode>({
      kind: readKind("bucket"),
      unit: oneOf<BucketNode["unit"]>(["hour", "day", "week", "month", "quarter", "year"]),
      timeZone: orNull(readText),
    }),
  ),
});
const readGroupCondition = object<GroupConditionNode>({
  kind: readKind("groupCondition"),
  measure: readCount,
  operator: oneOf<GroupConditionNode["operator"]>(["eq", "lt", "lte", "gt", "gte", "in", "isNull"]),
  negated: readBoolean,
  value: orNull(readParam),
});
const readGroupOrder = object<GroupOrderNode>({
  kind: readKind("groupOrder"),
  by: oneOf<GroupOrderNode["by"]>(["key", "measure"]),
  index: readCount,
  descending: readBoolean,
  nulls: oneOf<NullRank>(["smallest", "largest"]),
});
const readGroupItems = union<GroupItem>({
  key: object({ kind: readKind("key"), as: readText, key: readCount }),
  measure: object({ kind: readKind("measure"), as: readText, measure: readCount }),
  object: object({ kind: readKind("object"), as: readText, items: listOf(readGroupItem), nullWith: orNull(readCount) }),
  constant: readConstantItem,
});
const readGroupsNode = object<GroupsNode>({
  kind: readKind("groups"),
  model: readText,
  access: orNull(readPredicate),
  where: readPredicate,
  keys: listOf(readGroupKey),
  measures: listOf(readMeasure),
  items: listOf(readGroupItem),
  having: listOf(readGroupCondition),
  order: listOf(readGroupOrder),
  limit: orNull(readParam),
  offset: orNull(readParam),
});

const readPlan = union<Plan>({
  read: object<ReadPlan>({ kind: readKind("read"), rows: readRows, counted: readTrue }, ["kind", "rows"]),
  count: object<CountPlan>(
    {
      kind: readKind("count"),
      estimated: readTrue,
      model: readText,
      access: orNull(readPredicate),
      where: readPredicate,
    },
    ["kind", "model", "access", "where"],
  ),
  aggregate: object<AggregatePlan>({ kind: readKind("aggregate"), groups: readGroups }),
  create: object<CreatePlan>({
    kind: readKind("create"),
    model: readText,
    assignments: listOf(readAssignment),
    links: listOf(readLink),
    references: listOf(readReference),
    check: orNull(readPredicate),
    returning: orNull(readReturning),
  }),
  update: object<UpdatePlan>({
    kind: readKind("update"),
    model: readText,
    target: readTarget,
    assignments: listOf(readAssignment),
    bounds: listOf(readBound),
    links: listOf(readLink),
    references: listOf(readReference),
    check: orNull(readPredicate),
    returning: orNull(readReturning),
  }),
  delete: object<DeletePlan>({
    kind: readKind("delete"),
    model: readText,
    target: readTarget,
    returning: orNull(readReturning),
  }),
});

// The recursive kinds, as declarations so that the tables above can name them.

function readPredicate(value: unknown, path: string): PredicateNode {
  return readPredicateKinds(value, path);
}

function readSelect(value: unknown, path: string): SelectNode {
  return readSelectNode(value, path);
}

function readRows(value: unknown, path: string): RowsNode {
  return readRowsNode(value, path);
}

function readPageItem(value: unknown, path: string): PageItem {
  return readPageKinds(value, path);
}

function readGroups(value: unknown, path: string): GroupsNode {
  return readGroupsNode(value, path);
}

function readGroupItem(value: unknown, path: string): GroupItem {
  return readGroupItems(value, path);
}

function readParamType(value: unknown, path: string): ParamType {
  return isObject(value) && value["kind"] === "keys" ? readKeysType(value, path) : readScalarType(value, path);
}

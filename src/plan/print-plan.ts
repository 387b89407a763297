/** A plan as indented text for people: tests, logs and `EXPLAIN`. It is not meant to be read back. */
import type {
  BucketNode,
  GroupConditionNode,
  GroupItem,
  GroupKeyNode,
  GroupOrderNode,
  GroupsNode,
} from "./aggregate-node.ts";
import type { ColumnNode } from "./column-node.ts";
import type { MeasureNode } from "./measure-node.ts";
import type { OrderNode } from "./order-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { Plan, ReturningNode, TargetNode } from "./plan.ts";
import type { ComparedNode, CompareOperator, HopNode, MaskedColumnNode, PredicateNode } from "./predicate-node.ts";
import type { EdgeItem, OutputNode, PageItem, RowsNode, SeekNode, SelectItem, SelectNode } from "./rows-node.ts";
import type { SearchNode } from "./search-node.ts";
import type {
  AssignmentNode,
  AssignmentOperator,
  BoundNode,
  LinkMode,
  LinkNode,
  ReferenceNode,
} from "./write-nodes.ts";

const symbols: Readonly<Record<CompareOperator, string>> = {
  eq: "=",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
  contains: "contains",
  startsWith: "startsWith",
  endsWith: "endsWith",
  ieq: "ieq",
  icontains: "icontains",
  istartsWith: "istartsWith",
  iendsWith: "iendsWith",
};

/** The text of a plan, one fact per line, two spaces per level. Params print as `$index:type`. */
export function printPlan(plan: Plan): string {
  return printLines(plan).join("\n");
}

function printLines(plan: Plan): readonly string[] {
  switch (plan.kind) {
    case "read":
      return [plan.counted === true ? "read and count" : "read", ...indent(printRows(plan.rows))];
    case "count":
      return [
        `${plan.estimated === true ? "estimate" : "count"} ${plan.model}`,
        `  access ${printAccess(plan.access)}`,
        `  where ${printPredicate(plan.where)}`,
      ];
    case "aggregate":
      return ["aggregate", ...indent(printGroups(plan.groups))];
    case "create":
      return [`create ${plan.model}`, ...indent([...printWrite(plan), ...printReturning(plan.returning)])];
    case "update":
      return [
        `update ${plan.model}`,
        ...indent([...printTarget(plan.target), ...printWrite(plan), ...printReturning(plan.returning)]),
      ];
    case "delete":
      return [`delete ${plan.model}`, ...indent([...printTarget(plan.target), ...printReturning(plan.returning)])];
  }
}

function printSeek({ direction, values }: SeekNode): string {
  if (values.length === 0) return direction === "after" ? "after the start" : "before the end";
  return `${direction} ${values.map(printParam).join(", ")}`;
}

function printRows(rows: RowsNode): readonly string[] {
  const seek = rows.seek === null ? [] : [printSeek(rows.seek)];
  return [
    `rows ${rows.model}`,
    ...indent([
      `access ${printAccess(rows.access)}`,
      `where ${printPredicate(rows.where)}`,
      `order ${rows.order.map(printOrder).join(", ")}`,
      ...seek,
      ...printOptional("limit", rows.limit),
      ...printOptional("offset", rows.offset),
      ...printOptional("cursor tag", rows.cursorTag),
      ...printOutput(rows.output),
    ]),
  ];
}

function printOrder(order: OrderNode): string {
  const nulls = order.nulls === "largest" ? " nulls largest" : "";
  return `${printHops(order.hops)}${printSorted(order.value)}${order.descending ? " descending" : ""}${nulls}`;
}

function printSorted(value: OrderNode["value"]): string {
  if (value.kind === "column") return printMasked(value);
  if (value.kind === "relevance") return `relevance of ${printSearch(value.search)}`;
  return `${printMeasure(value.measure)} of ${value.relation} [access ${printAccess(value.access)}]`;
}

function printHops(hops: readonly HopNode[]): string {
  return hops.map((hop) => `${hop.relation} [access ${printAccess(hop.access)}]${printShown(hop)} . `).join("");
}

function printOutput(output: OutputNode): readonly string[] {
  const lines = output.kind === "page" ? output.items.flatMap(printPageItem) : printSelect(output.select);
  return [output.kind, ...indent(lines)];
}

function printSelect(select: SelectNode): readonly string[] {
  return select.items.flatMap(printItem);
}

function printItem(item: SelectItem): readonly string[] {
  const name = JSON.stringify(item.as);
  switch (item.kind) {
    case "field":
      return [`${name}: ${item.field}${printShown(item)}`];
    case "constant":
      return [`${name}: constant ${JSON.stringify(item.value)}`];
    case "one":
      return [
        `${name}: one ${item.relation} [access ${printAccess(item.access)}]${printShown(item)} (${printPredicate(item.where)})`,
        ...indent(printSelect(item.select)),
      ];
    case "aggregate":
      return [`${name}: aggregate ${item.relation}`, ...indent(printGroups(item.groups))];
    case "many":
      return [`${name}: many ${item.relation}`, ...indent(printRows(item.rows))];
  }
}

function printPageItem(item: PageItem): readonly string[] {
  const name = JSON.stringify(item.as);
  switch (item.kind) {
    case "rows":
      return [`${name}: rows`, ...indent(printSelect(item.select))];
    case "edges":
      return [`${name}: edges`, ...indent(item.items.flatMap(printEdgeItem))];
    case "info":
      return [`${name}: ${item.info}`];
    case "total":
      return [`${name}: total${item.estimate === undefined ? "" : ` about ${printParam(item.estimate)}`}`];
    case "object":
      return [`${name}: object`, ...indent(item.items.flatMap(printPageItem))];
    case "constant":
      return printItem(item);
  }
}

function printEdgeItem(item: EdgeItem): readonly string[] {
  switch (item.kind) {
    case "row":
      return [`${JSON.stringify(item.as)}: row`, ...indent(printSelect(item.select))];
    case "cursor":
      return [`${JSON.stringify(item.as)}: cursor`];
    case "constant":
      return printItem(item);
  }
}

function printGroups(groups: GroupsNode): readonly string[] {
  const list = (name: string, texts: readonly string[]) => (texts.length === 0 ? [] : [`${name} ${texts.join(", ")}`]);
  return [
    `groups ${groups.model}`,
    ...indent([
      `access ${printAccess(groups.access)}`,
      `where ${printPredicate(groups.where)}`,
      ...list("by", groups.keys.map(printKey)),
      ...list("measure", groups.measures.map(printMeasure)),
      ...list(
        "having",
        groups.having.map((condition) => printCondition(groups, condition)),
      ),
      ...list(
        "order",
        groups.order.map((order) => printGroupOrder(groups, order)),
      ),
      ...printOptional("limit", groups.limit),
      ...printOptional("offset", groups.offset),
      ...groups.items.flatMap((item) => printGroupItem(groups, item)),
    ]),
  ];
}

function printKey({ hops, column, bucket }: GroupKeyNode): string {
  return `${printHops(hops)}${printMasked(column)}${bucket === null ? "" : printBucket(bucket)}`;
}

function printBucket({ unit, timeZone }: BucketNode): string {
  return ` by ${unit}${timeZone === null ? "" : ` in ${timeZone}`}`;
}

function printMeasure({ function: name, column }: MeasureNode): string {
  return column === null ? name : `${name}(${printMasked(column)})`;
}

function printCondition({ measures }: GroupsNode, { measure, operator, negated, value }: GroupConditionNode): string {
  const node = measures[measure];
  const left = node === undefined ? `measure ${measure}` : printMeasure(node);
  const test =
    value === null
      ? "is null"
      : `${operator === "in" ? "in" : symbols[operator === "isNull" ? "eq" : operator]} ${printParam(value)}`;
  return `${negated ? "not " : ""}${left} ${test}`;
}

function printGroupOrder(groups: GroupsNode, { by, index, descending, nulls }: GroupOrderNode): string {
  const direction = descending ? " descending" : "";
  return `${printGroupPart(groups, by, index)}${direction}${nulls === "largest" ? " null largest" : ""}`;
}

function printGroupPart({ keys, measures }: GroupsNode, by: GroupOrderNode["by"], index: number): string {
  const key = keys[index];
  const measure = measures[index];
  if (by === "key") return key === undefined ? `key ${index}` : printKey(key);
  return measure === undefined ? `measure ${index}` : printMeasure(measure);
}

function printGroupItem(groups: GroupsNode, item: GroupItem): readonly string[] {
  const name = JSON.stringify(item.as);
  switch (item.kind) {
    case "constant":
      return printItem(item);
    case "key":
      return [`${name}: ${printGroupPart(groups, "key", item.key)}`];
    case "measure":
      return [`${name}: ${printGroupPart(groups, "measure", item.measure)}`];
    case "object": {
      const end = item.nullWith === null ? "" : ` or null with ${printGroupPart(groups, "key", item.nullWith)}`;
      return [`${name}: object${end}`, ...indent(item.items.flatMap((inner) => printGroupItem(groups, inner)))];
    }
  }
}

function printTarget(target: TargetNode): readonly string[] {
  return [
    `${target.single ? "one" : "all"} where ${printPredicate(target.where)}`,
    `readable ${printAccess(target.readable)}`,
    `allowed ${printAccess(target.allowed)}`,
    ...(target.expected === null ? [] : [`expected ${printPredicate(target.expected)}`]),
    ...printOptional("at most", target.atMost),
  ];
}

const assignmentSigns: Readonly<Record<AssignmentOperator, string>> = {
  set: "=",
  add: "+=",
  multiply: "*=",
  append: "append",
  remove: "remove",
  merge: "merge",
};
const linkSigns: Readonly<Record<LinkMode, string>> = { set: "=", add: "+=", remove: "-=" };

/** What a create and an update have in common. */
interface WritePart {
  readonly assignments: readonly AssignmentNode[];
  readonly bounds?: readonly BoundNode[];
  readonly links: readonly LinkNode[];
  readonly references: readonly ReferenceNode[];
  readonly check: PredicateNode | null;
}

function printWrite(plan: WritePart): readonly string[] {
  return [
    ...plan.assignments.map(
      (node) => `set ${printColumn(node.column)} ${assignmentSigns[node.operator]} ${printParam(node.value)}`,
    ),
    ...(plan.bounds ?? []).map(
      ({ column, min, max }) => `bound ${printColumn(column)} from ${printParam(min)} to ${printParam(max)}`,
    ),
    ...plan.links.map((node) => `link ${node.relation} ${linkSigns[node.mode]} ${printParam(node.keys)}`),
    ...plan.references.map(
      (node) =>
        `refer ${node.relation} = ${node.values.map(printParam).join(", ")} [access ${printPredicate(node.access)}]`,
    ),
    `check ${printAccess(plan.check)}`,
  ];
}

function printReturning(returning: ReturningNode | null): readonly string[] {
  if (returning === null) return [];
  return [`returning [access ${printAccess(returning.access)}]`, ...indent(printSelect(returning.select))];
}

/** The text of a condition, on one line. */
function printPredicate(node: PredicateNode): string {
  switch (node.kind) {
    case "constant":
      return String(node.value);
    case "compare":
      return `${printCompared(node.column)} ${symbols[node.operator]} ${printParam(node.value)}`;
    case "compareColumns":
      return `${printColumn(node.column)} ${symbols[node.operator]} ${printHops(node.hops)}${printMasked(node.other)}`;
    case "in":
      return `${printCompared(node.column)} in ${printParam(node.values)}`;
    case "isNull":
      return `${printCompared(node.column)} is null`;
    case "list":
      return `${printColumn(node.column)} ${node.question}${node.values === null ? "" : ` ${printParam(node.values)}`}`;
    case "and":
      return node.items.length === 0 ? "and()" : `(${node.items.map(printPredicate).join(" and ")})`;
    case "or":
      return node.items.length === 0 ? "or()" : `(${node.items.map(printPredicate).join(" or ")})`;
    case "not":
      return `not ${printPredicate(node.item)}`;
    case "exists":
      return `some ${node.relation} [access ${printAccess(node.access)}] (${printPredicate(node.where)})`;
    case "search":
      return printSearch(node);
  }
}

function printCompared(node: ComparedNode): string {
  if (node.kind === "column") return printColumn(node);
  return `${node.field}${node.path.map((step) => `[${printParam(step)}]`).join("")} as ${node.reading}`;
}

function printSearch({ columns, terms }: SearchNode): string {
  return `search ${columns.map(printColumn).join(", ")} for ${printParam(terms)}`;
}

function printAccess(access: PredicateNode | null): string {
  return access === null ? "undecided" : printPredicate(access);
}

function printColumn(column: ColumnNode): string {
  return column.part === 0 ? column.field : `${column.field}[${column.part}]`;
}

function printMasked(column: MaskedColumnNode): string {
  return `${printColumn(column)}${printShown(column)}`;
}

function printShown({ shown }: { readonly shown?: PredicateNode }): string {
  return shown === undefined ? "" : ` [shown ${printPredicate(shown)}]`;
}

function printParam(param: ParamNode): string {
  const { type } = param;
  const name =
    type.kind === "keys"
      ? `keys(${type.parts.map((part) => part.kind).join(", ")})`
      : `${type.kind}${type.list ? "[]" : ""}`;
  return `$${param.index}:${name}`;
}

function printOptional(name: string, param: ParamNode | null): readonly string[] {
  return param === null ? [] : [`${name} ${printParam(param)}`];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

/**
 * The names of all GraphQL types and root fields that a schema leads to, and the check that no two of them
 * are the same. Builds no types.
 */
import type { Problem } from "../../errors/footing-error.ts";
import { keepsDeleted } from "../../schema/kept-fields.ts";
import { capitalize, toCamelCase } from "../../schema/naming.ts";
import type { ModelSchema, ScalarField, Schema } from "../../schema/schema-model.ts";

/** The names of one model's types and root fields. */
export interface ModelNames {
  readonly object: string;
  readonly connection: string;
  readonly edge: string;
  readonly where: string;
  readonly listWhere: string;
  readonly key: string;
  /** A group of rows; the types that belong to it start with the same name. */
  readonly group: string;
  readonly createInput: string;
  readonly updateInput: string;
  readonly calculations: string;
  /** Root field that gets one row. */
  readonly get: string;
  /** Root field that lists rows. */
  readonly list: string;
  /** Root field that groups rows. */
  readonly aggregate: string;
  readonly create: string;
  readonly update: string;
  readonly upsert: string;
  readonly delete: string;
  readonly restore: string;
  /** Root field that tells what a delete would take along. */
  readonly previewDelete: string;
}

/** What the names of the types end with that hold what is calculated over groups. */
export type MeasureEnding = "Counts" | "Sums" | "Averages" | "Ends";

const measureEndings: readonly MeasureEnding[] = ["Counts", "Sums", "Averages", "Ends"];

/** What the names of all types of groups end with. */
const groupTypeEndings = [
  "",
  "Connection",
  "Key",
  "Values",
  "Having",
  ...measureEndings,
  ...measureEndings.map((ending) => `Having${ending}`),
];

/** Names of types that exist in every schema. */
const fixedTypeNames: readonly string[] = Object.freeze([
  ...["Query", "Mutation", "Subscription", "PageInfo", "Int", "Float", "String", "Boolean", "ID"],
  ...["SafeInt", "BigInt", "Decimal", "Date", "DateTime", "UUID", "Base64", "JSON"],
  ...["StringFilter", "IntFilter", "BigIntFilter", "FloatFilter", "DecimalFilter", "BooleanFilter", "DateFilter"],
  ...["DateBucket", "DateTimeBucket", "DeletedRows", "DeletePreview", "ModelCount"],
  ...["SafeIntCalculation", "BigIntCalculation", "FloatCalculation", "DecimalCalculation"],
  ...["DateTimeFilter", "UUIDFilter", "Base64Filter", "JSONFilter", "EnumFilter", "ListFilter", "ListPatch"],
]);

/** The names that belong to a model. */
export function nameModel(model: ModelSchema): ModelNames {
  const { name } = model;
  return Object.freeze({
    object: name,
    connection: `${name}Connection`,
    edge: `${name}Edge`,
    where: `${name}Where`,
    listWhere: `${name}ListWhere`,
    key: `${name}Key`,
    group: `${name}Aggregate`,
    createInput: `${name}Create`,
    updateInput: `${name}Update`,
    calculations: `${name}Calculations`,
    get: toCamelCase(name),
    list: model.plural,
    aggregate: `${model.plural}Aggregate`,
    create: `create${name}`,
    update: `update${name}`,
    upsert: `upsert${name}`,
    delete: `delete${name}`,
    restore: `restore${name}`,
    previewDelete: `previewDelete${name}`,
  });
}

/** The name of an enum field's type, or null when its values cannot be GraphQL enum values and it stays a String. */
export function nameEnum(model: ModelSchema, field: ScalarField): string | null {
  const values = field.type.values ?? [];
  const fits = field.type.kind === "enum" && values.length > 0 && values.every(isEnumValueName);
  return fits ? `${model.name}${capitalize(field.name)}` : null;
}

/** Every name that two things would share, or that GraphQL keeps for itself; empty when all is well. */
export function findNameProblems(schema: Schema): readonly Problem[] {
  const models = Object.values(schema.models);
  const types = new Map<string, string>(fixedTypeNames.map((name) => [name, "GraphQL itself"]));
  const queries = new Map<string, string>();
  return models.flatMap((model) => [
    ...claimNames(types, listTypeNames(model), { path: model.name, what: "GraphQL type" }),
    ...claimNames(queries, listQueryNames(model), { path: model.name, what: "GraphQL query field" }),
    ...findFieldProblems(model),
  ]);
}

interface Claim {
  readonly path: string;
  readonly what: string;
}

function claimNames(taken: Map<string, string>, names: readonly string[], claim: Claim): Problem[] {
  const problems: Problem[] = [];
  for (const name of names) {
    const owner = taken.get(name);
    if (owner !== undefined) problems.push(createCollision(name, owner, claim));
    taken.set(name, claim.path);
  }
  return problems;
}

function createCollision(name: string, owner: string, claim: Claim): Problem {
  const itself = owner === claim.path;
  return {
    path: claim.path,
    detail: `Expected a ${claim.what} name of its own, got ${JSON.stringify(name)}, which ${itself ? "this model needs twice" : `belongs to ${owner}`}.`,
    fix: itself ? "Set another plural for the model." : "Rename the model, or set another plural.",
  };
}

function listTypeNames(model: ModelSchema): readonly string[] {
  const names = nameModel(model);
  const enums = Object.values(model.fields).flatMap((field) =>
    field.kind === "scalar" ? (nameEnum(model, field) ?? []) : [],
  );
  return [
    ...[names.object, names.connection, names.edge, names.where, names.listWhere],
    ...[names.key, names.createInput, names.updateInput, names.calculations, ...enums],
    ...groupTypeEndings.map((ending) => `${names.group}${ending}`),
  ];
}

function listQueryNames(model: ModelSchema): readonly string[] {
  const names = nameModel(model);
  return [names.get, names.list, names.aggregate, names.previewDelete];
}

function findFieldProblems(model: ModelSchema): Problem[] {
  const reserved = [model.name, ...Object.keys(model.fields)].filter((name) => name.startsWith("__"));
  const problems = reserved.map((name) => ({
    path: name === model.name ? name : `${model.name}.${name}`,
    detail: `Expected a name that does not start with two underscores, which GraphQL keeps for itself, got ${JSON.stringify(name)}.`,
    fix: "Rename it.",
  }));
  const taken = Object.entries(listArguments(model)).filter(([name]) => model.key.some(({ field }) => field === name));
  return [...problems, ...taken.map(([field, root]) => createTakenProblem(model, field, root))];
}

/** The arguments of root fields that stand beside a key, and one root field that has each. */
function listArguments(model: ModelSchema): Readonly<Record<string, string>> {
  const names = nameModel(model);
  const kept = keepsDeleted(model) ? { deleted: names.get, permanently: names.delete } : {};
  return { data: names.update, create: names.upsert, update: names.upsert, ...kept };
}

function createTakenProblem({ name }: ModelSchema, field: string, root: string): Problem {
  return {
    path: `${name}.${field}`,
    detail: `Expected a key field with a name other than "${field}", which is an argument of GraphQL's ${root}.`,
    fix: "Rename the field.",
  };
}

function isEnumValueName(value: string): boolean {
  return (
    /^[_A-Za-z][_0-9A-Za-z]*$/.test(value) && !value.startsWith("__") && !["true", "false", "null"].includes(value)
  );
}

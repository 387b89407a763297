/** Reads one sort key of a list or of groups: what it names, its direction and where nulls stand. What is named it does not know. */
import type { NullRank } from "../plan/order-node.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { queryError, refuseUnknown } from "./resolve-context.ts";
import type { Path } from "./value-source.ts";

/** What a sort key says. */
export interface SortKey {
  /** What is sorted by, as a path. */
  readonly names: string;
  readonly descending: boolean;
  readonly nulls: NullRank;
}

/** Reads `-population:nullsLast`, or the same as an object of `field`, `direction` and `nulls`. Throws FTG_QUERY. */
export function readSortKey(key: unknown, path: Path): SortKey {
  if (isPlainObject(key)) return readSortObject(key, path);
  const match = typeof key === "string" ? SORT_KEY.exec(key) : null;
  if (match === null)
    throw queryError(
      path,
      "a field name, with - before it to sort down, and :nullsFirst or :nullsLast behind it to say where nulls stand",
      describeValue(key),
    );
  const [, sign, names = "", nulls] = match;
  return createSortKey(names, sign === "-", nulls === undefined ? undefined : nulls === "First");
}

const SORT_KEY = /^(-?)([^:]+)(?::nulls(First|Last))?$/;

const sortMembers: ReadonlySet<string> = new Set(["field", "direction", "nulls"]);

function readSortObject(key: Readonly<Record<string, unknown>>, path: Path): SortKey {
  refuseUnknown(key, sortMembers, path);
  const { field, direction = "asc", nulls } = key;
  if (typeof field !== "string" || field === "") throw queryError(path, "a field name in field", describeValue(field));
  if (direction !== "asc" && direction !== "desc")
    throw queryError([...path, "direction"], '"asc" or "desc"', describeValue(direction));
  if (nulls !== undefined && nulls !== "first" && nulls !== "last")
    throw queryError([...path, "nulls"], '"first" or "last"', describeValue(nulls));
  return createSortKey(field, direction === "desc", nulls === undefined ? undefined : nulls === "first");
}

/** First is where the smallest value stands going up, and where the largest stands going down. */
function createSortKey(names: string, descending: boolean, nullsFirst: boolean | undefined): SortKey {
  const isLargest = nullsFirst !== undefined && nullsFirst === descending;
  return { names, descending, nulls: isLargest ? "largest" : "smallest" };
}

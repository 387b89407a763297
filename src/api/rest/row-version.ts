/**
 * Versions of rows as entity tags. The version is asked for beside what the caller wants to see and cut off the answer, so
 * that a row stays one statement whose JSON nobody parses.
 */
import { FootingError } from "../../errors/footing-error.ts";
import { namesTag, parseEntityTags, renderEntityTag } from "../../http/entity-tags.ts";
import type { HostRequest, HostResponse } from "../../http/host-route.ts";
import type { ExpectedVersion, SelectQuery } from "../../plan/query.ts";
import { isVersioned, VERSION_FIELD } from "../../schema/kept-fields.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import type { View } from "./door.ts";

/** No field can have this name. It must come last, with its number. */
const member = "@version";
const mark = `,"${member}":`;
const versionPattern = /^[1-9]\d{0,15}$/;
/** Who asks decides what is shown, as far as a cache can know. */
const vary = "authorization, cookie";

/** A row's JSON, and the headers of its version. */
export interface VersionedRow {
  readonly json: string | Buffer;
  readonly headers: { readonly etag: string; readonly vary: string };
  readonly version: string;
}

/** Whether an answer with this select has a version: it shows the row's own fields and nothing of other rows. */
export function isTagged({ model }: View, select: SelectQuery | undefined): boolean {
  return isVersioned(model) && Object.values(select ?? {}).every((entry) => entry === true);
}

/**
 * Whether a row of the same version looks the same to its caller. Where single fields have read rules it need not: what
 * such a rule looks at may have changed elsewhere.
 */
export function isRevalidated(model: ModelSchema): boolean {
  return isVersioned(model) && Object.values(model.fields).every(({ access }) => access?.read !== "rule");
}

/** The select with the version behind it. */
export function selectVersion({ fields }: View, select: SelectQuery | undefined): SelectQuery {
  const shown = select ?? Object.fromEntries(fields.map((name) => [name, true as const]));
  return { ...shown, [member]: { value: VERSION_FIELD } };
}

/** Takes a row that was asked for with {@link selectVersion} apart. */
export function splitVersion(json: string | Buffer): VersionedRow {
  const at = json.lastIndexOf(mark);
  if (at === -1) throw new TypeError("The row came without its version.");
  const version = json.slice(at + mark.length, -1).toString();
  const headers = { etag: renderEntityTag(version), vary };
  return { json: cut(json, at), headers, version };
}

/** 304 for a caller who has this version of the row; null for others. Throws FTG_BAD_REQUEST. */
export function answerUnchanged({ model }: View, { headers }: HostRequest, row: VersionedRow): HostResponse | null {
  if (!isRevalidated(model)) return null;
  const condition = parseEntityTags("if-none-match", headers["if-none-match"]);
  return condition !== null && namesTag(condition, row.version) ? { status: 304, headers: row.headers } : null;
}

/**
 * The versions that `If-Match` lets a write be done to, as a member of its query.
 *
 * @throws FootingError FTG_BAD_REQUEST for a malformed header, and for tags where rows have none.
 */
export function parseIfMatch({ model }: View, { headers }: HostRequest): { readonly ifVersion?: ExpectedVersion } {
  const condition = parseEntityTags("if-match", headers["if-match"]);
  // A row that is not there is a 404 in any case.
  if (condition === null || condition === "*") return {};
  if (!isVersioned(model))
    throw new FootingError("FTG_BAD_REQUEST", {
      detail: `if-match: the rows of ${model.name} have no versions that could match.`,
      fix: "Leave the header out.",
    });
  const versions = condition.filter(({ weak, text }) => !weak && versionPattern.test(text));
  const numbers = versions.map(({ text }) => Number(text)).filter(Number.isSafeInteger);
  const [only] = numbers;
  return { ifVersion: only !== undefined && numbers.length === 1 ? only : numbers };
}

function cut(json: string | Buffer, at: number): string | Buffer {
  return typeof json === "string" ? `${json.slice(0, at)}}` : Buffer.concat([json.subarray(0, at), Buffer.from("}")]);
}

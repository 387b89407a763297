/** Reads the entity tags that a request makes conditions of (RFC 9110, 13.1). It compares texts and knows no rows. */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";

/** A tag as it was sent, without its quotes. */
export interface EntityTag {
  readonly weak: boolean;
  readonly text: string;
}

/** What a condition names: some tags, or whatever there is. */
export type TagCondition = readonly EntityTag[] | "*";

const tagPattern = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/;
/** Empty items of a list count for nothing. */
const listPattern = new RegExp(`^[ \\t,]*${tagPattern.source}(?:[ \\t]*,[ \\t,]*${tagPattern.source})*[ \\t,]*$`);

/**
 * The tags in a header; null when it was not sent.
 *
 * @throws FootingError FTG_BAD_REQUEST for what is neither `*` nor a list of tags.
 */
export function parseEntityTags(name: "if-match" | "if-none-match", header: string | undefined): TagCondition | null {
  if (header === undefined) return null;
  if (header.trim() === "*") return "*";
  if (!listPattern.test(header))
    throw new FootingError("FTG_BAD_REQUEST", {
      detail: `${name}: expected \`*\` or entity tags like "3", with their quotes, got ${describeValue(header)}.`,
      fix: "Send the `ETag` of an earlier answer as it is.",
    });
  const found = header.matchAll(new RegExp(tagPattern, "g"));
  return Array.from(found, ([, mark, text = ""]) => ({ weak: mark !== undefined, text }));
}

/** Whether a condition names the tag, weak or not: for a copy that the caller has. */
export function namesTag(condition: TagCondition, text: string): boolean {
  return condition === "*" || condition.some((tag) => tag.text === text);
}

/** The header of a tag. */
export function renderEntityTag(text: string): string {
  return `"${text}"`;
}

/**
 * Proves of a pattern that matching never takes more than a fixed number of steps per character, so that nobody
 * can keep the process busy with a text made for it. What it cannot prove counts as slow: a length limit would not
 * help against patterns that double their time with every character, and those are not told from the others.
 */
import { isSafePattern } from "redos-detector";

/** Ways in which one text may match at most. Patterns in use have a handful; what has more seldom has an end. */
const maxScore = 50;

/** How long the library may look, in its own steps and not in time: an answer must not depend on the machine. */
const maxSteps = 8000;

/**
 * Whether matching a pattern (its source, in Unicode mode) takes time in proportion to the text at most. Simple
 * patterns take some milliseconds to judge, the most intricate a second.
 */
export function isLinearPattern(source: string): boolean {
  return isSafePattern(widenProperties(source), { unicode: true, maxScore, maxSteps }).safe;
}

/**
 * Replaces `\p{…}`, which the library takes to overlap with everything, by its ASCII characters and all others:
 * patterns like /^\p{L}+(?: \p{L}+)*$/ can then be proved. A set that is larger only adds ways to match, except
 * where it is negated; there nothing is replaced.
 */
function widenProperties(source: string): string {
  if (/\(\?<?!/.test(source)) return source;
  let set: "none" | "plain" | "negated" = "none";
  return source.replace(/\\[pP]\{[^}]*\}|\\.|\[\^?|\]/gu, (token) => {
    if (token === "]") set = "none";
    else if (token.startsWith("[") && set === "none") set = token === "[" ? "plain" : "negated";
    else if (/^\\p/i.test(token) && set !== "negated") return set === "none" ? `[${widen(token)}]` : widen(token);
    return token;
  });
}

/** The members of a property as a part of a set: exact within ASCII, everything beyond. */
function widen(property: string): string {
  const isMember = new RegExp(property, "u");
  const codes = Array.from({ length: 0x80 }, (_, code) => code);
  const ascii = codes.filter((code) => isMember.test(String.fromCodePoint(code)));
  return `${ascii.map((code) => `\\u{${code.toString(16)}}`).join("")}\\u{80}-\\u{10ffff}`;
}

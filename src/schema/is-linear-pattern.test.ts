import { expect, test } from "vitest";
import { isLinearPattern } from "./is-linear-pattern.ts";

test.each([
  /^[A-Z]{2}$/,
  /^[a-z]/,
  /foo/,
  /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  /^#(?:[0-9a-f]{3}){1,2}$/,
  /^\+?[1-9]\d{1,14}$/,
  /^\d{4}-\d{2}-\d{2}$/,
  /^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/,
  /^[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+$/,
  /^\S(?:.*\S)?$/,
  /^(?=.*\d)(?=.*[a-z]).{8,64}$/,
  /^\p{L}+(?:[ '-]\p{L}+)*$/u,
  /^[\p{L}\p{M}]+(?: [\p{L}\p{M}]+)*$/u,
])("%s is linear", (pattern) => expect(isLinearPattern(pattern.source)).toBe(true));

test.each([
  /^(a+)+$/,
  /^(a|a)*$/,
  /(?:a|aa)+$/,
  /^(?:a|b|ab)*c$/,
  /^(?:\w+\s?)*$/,
  /^(?:.*,)*$/,
  /a*b/,
  /\s+$/,
  /^a*a*b$/,
  /^.*foo.*$/,
  /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  /^\p{L}+\p{L}+$/u,
  /^[^\p{L}]+-[^\p{L}]+$/u,
  /^(?!\p{L}b)\p{L}+\p{Lu}+$/u,
  /^(.*)\1$/,
])("%s is not", (pattern) => expect(isLinearPattern(pattern.source)).toBe(false));

import { expect, test } from "vitest";
import { foldCase, iotaLetters, raiseCase } from "./fold-case.ts";

test.each([
  ["Límá", "límá", "LÍMÁ"],
  ["Straße ŉ ﬁ", "straße ŉ ﬁ", "STRAßE ŉ ﬁ"],
  ["ΟΔΟΣ οδος", "οδοσ οδοσ", "ΟΔΟΣ ΟΔΟΣ"],
  ["İzmir ızmır", "izmir ızmır", "İZMIR IZMIR"],
  ["ǅ ǆ Ǆ", "ǆ ǆ ǆ", "Ǆ Ǆ Ǆ"],
  ["ᾳ ᾼ ᾧ ΐ", "ᾳ ᾳ ᾧ ΐ", "ᾼ ᾼ ᾯ ΐ"],
  ["ÿ µ ſ 𐐨 😀", "ÿ µ ſ 𐐨 😀", "Ÿ Μ S 𐐀 😀"],
  ["", "", ""],
])("%j is %j and %j", (text, lower, upper) => {
  expect(foldCase(text)).toBe(lower);
  expect(raiseCase(text)).toBe(upper);
});

test("no text changes its length", () => {
  const all = Array.from({ length: 0x1ffff }, (_, point) => point).filter((point) => point < 0xd800 || point > 0xdfff);
  const letters = all.map((point) => String.fromCodePoint(point));
  const longer = letters.filter((letter) => [...raiseCase(letter)].length + [...foldCase(letter)].length !== 2);
  expect(longer).toEqual([]);
});

test("the Greek letters with an iota below stand in one order, small and capital", () => {
  expect([...iotaLetters.small]).toHaveLength(27);
  expect([...iotaLetters.small].map(raiseCase).join("")).toBe(iotaLetters.capital);
  expect(foldCase(iotaLetters.capital)).toBe(iotaLetters.small);
});

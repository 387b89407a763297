/**
 * Changes the case of a text, code point by code point and whatever the language, so that it keeps its length. It compares
 * nothing.
 */

/**
 * The text with every letter in its simple lower case: as many code points as before, accents kept. `İ` is `i`, `ı` is
 * itself, and `ς` is `σ` wherever it stands.
 */
export function foldCase(text: string): string {
  // The two in which JavaScript looks further than at one code point.
  return text.replaceAll("İ", "i").toLowerCase().replaceAll("ς", "σ");
}

/** The Greek letters with an iota below: JavaScript raises them to two letters, although each has a capital of its own. */
const IOTA: ReadonlyMap<number, string> = new Map([
  ...[0x1f80, 0x1f90, 0x1fa0]
    .flatMap((first) => Array.from({ length: 8 }, (_, index) => first + index))
    .map(raiseBy(8)),
  ...[0x1fb3, 0x1fc3, 0x1ff3].map(raiseBy(9)),
]);

/** The letters of {@link IOTA}, and their capitals in the same order. */
export const iotaLetters: { readonly small: string; readonly capital: string } = Object.freeze({
  small: String.fromCodePoint(...IOTA.keys()),
  capital: [...IOTA.values()].join(""),
});

/** The text with every letter in its simple upper case. One without, such as `ß`, is itself; `ı` is `I`. */
export function raiseCase(text: string): string {
  return Array.from(text, raiseLetter).join("");
}

function raiseLetter(letter: string): string {
  const raised = letter.toUpperCase();
  return Array.from(raised).length === 1 ? raised : (IOTA.get(letter.codePointAt(0) ?? 0) ?? letter);
}

function raiseBy(distance: number): (point: number) => readonly [number, string] {
  return (point) => [point, String.fromCodePoint(point + distance)];
}

/**
 * Cuts text into the words that full-text search compares, the same for every store: case and accents folded, bounded in
 * number and length. It knows no language: there are no stop words and no word endings.
 */

/** Letters of a word that count; the rest of a longer one is left off. */
const MAX_WORD = 40;
/** Words of a text whose order is known. Behind them each word counts once. */
const MAX_ORDERED = 16_000;
/** Places of one word in a text that are known. */
const MAX_PLACES = 255;
/** Letters of all words of a text together; what follows is not found. */
const MAX_LETTERS = 200_000;

/** Stands between words that are no neighbours, and for a place of a word that is not known. */
export const GAP = "";

const ascii = /^[\0-\x7f]*$/;
const asciiWords = /[a-z0-9]+/g;
const words = /[\p{L}\p{M}\p{N}]+/gu;
const letters = /[\p{L}\p{Nl}]/gu;
/** As many as there are letters at most. */
const foldedLetters = new Map<string, string>();
/** Marks above and below letters of alphabets; those of other scripts are letters to their readers. */
const accents = /[\u0300-\u036f]/g;

/**
 * The words of a text in order: runs of letters, marks and digits in any script. A {@link GAP} stands where order is
 * lost.
 */
export function cutWords(text: string): readonly string[] {
  const folded = foldText(text);
  const found = folded.match(ascii.test(folded) ? asciiWords : words) ?? [];
  if (text.length <= MAX_WORD) return found;
  // No word can be there too often, none of them is beyond a limit, and long ones are rare.
  if (found.length <= MAX_PLACES && folded.length <= MAX_LETTERS)
    return found.some(isLong) ? found.map(cutWord) : found;
  return boundWords(found);
}

function foldText(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  const plain = text.normalize("NFD").replace(accents, "");
  return ascii.test(plain) ? plain.toLowerCase() : plain.normalize("NFC").replace(letters, foldLetter);
}

/** Letters are folded one by one, so that no word gets longer by it. */
function foldLetter(letter: string): string {
  const known = foldedLetters.get(letter);
  if (known !== undefined) return known;
  const upper = letter.toUpperCase();
  const lower = (isOne(upper) ? upper : letter).toLowerCase();
  const folded = isOne(lower) ? lower : letter;
  foldedLetters.set(letter, folded);
  return folded;
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

function boundWords(found: readonly string[]): readonly string[] {
  const places = new Map<string, number>();
  const kept: string[] = [];
  let letters = 0;
  for (const [index, long] of found.entries()) {
    const word = cutWord(long);
    const count = places.get(word) ?? 0;
    const isOrdered = index < MAX_ORDERED;
    if (!isOrdered && count > 0) continue;
    letters += word.length;
    if (letters > MAX_LETTERS) break;
    places.set(word, count + 1);
    if (!isOrdered) kept.push(GAP, word);
    else kept.push(count < MAX_PLACES ? word : GAP);
  }
  return kept;
}

function isLong(word: string): boolean {
  return word.length > MAX_WORD;
}

function cutWord(word: string): string {
  return !isLong(word) ? word : Array.from(word).slice(0, MAX_WORD).join("");
}

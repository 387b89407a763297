/**
 * Cuts text into the words that full-text search compares, the same for every store: case and accents folded, bounded in
 * number and length. It knows no language: there are no stop words and no word endings.
 */

/** Letters of a word that count; the rest of a longer one is left off. */
export const MAX_WORD = 40;
/** Words of a text whose order is known. Behind them each word counts once. */
export const MAX_ORDERED = 16_000;
/** Places of one word in a text that are known. */
export const MAX_PLACES = 255;
/** Letters of all words of a text together; what follows is not found. */
export const MAX_LETTERS = 200_000;

/** Stands between words that are no neighbours, and for a place of a word that is not known. */
export const GAP = "";

const ascii = /^[\0-\x7f]*$/;
const asciiWords = /[a-z0-9]+/g;
const words = /[\p{L}\p{M}\p{N}]+/gu;
/** Marks above and below letters of alphabets; those of other scripts are letters to their readers. */
const accents = /[\u0300-\u036f]/g;

/**
 * The words of a text in order: runs of letters, marks and digits in any script. A {@link GAP} stands where order is
 * lost.
 */
export function cutWords(text: string): readonly string[] {
  const found = foldText(text).match(ascii.test(text) ? asciiWords : words) ?? [];
  const isShort = found.length <= MAX_PLACES && text.length <= MAX_WORD;
  return isShort ? found : boundWords(found);
}

/** Single letters are folded one by one, so that no word gets longer by it. */
function foldText(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  const plain = text.normalize("NFD").replace(accents, "").normalize("NFC");
  return Array.from(plain, foldLetter).join("");
}

function foldLetter(letter: string): string {
  const upper = letter.toUpperCase();
  const folded = (isOne(upper) ? upper : letter).toLowerCase();
  return isOne(folded) ? folded : letter;
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

function cutWord(word: string): string {
  return word.length <= MAX_WORD ? word : Array.from(word).slice(0, MAX_WORD).join("");
}

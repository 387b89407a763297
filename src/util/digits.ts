/** Exact calculation with decimals in text form, through the whole number of their digits. */

/** The digits of a decimal as a whole number: `"-1.20"` is -120. */
export function readDigits(text: string): bigint {
  return BigInt(text.replace(".", ""));
}

/** The decimal with `scale` digits after the point that a whole number of digits stands for. */
export function writeDigits(digits: bigint, scale: number): string {
  if (scale === 0) return digits.toString();
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  return `${digits < 0n ? "-" : ""}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/** The sum of two decimals with the same number of digits after the point. */
export function addDecimals(left: string, right: string): string {
  return calculateDecimals("add", left, right);
}

/** A decimal with more digits after the point, or a whole number with some. */
export function scaleDecimal(text: string, scale: number): string {
  return writeDigits(readDigits(text) * 10n ** BigInt(scale - countFraction(text)), scale);
}

/** Two decimals added, subtracted or multiplied exactly; the former two have the same number of digits after the point. */
export function calculateDecimals(operator: string, left: string, right: string): string {
  const [a, b] = [readDigits(left), readDigits(right)];
  if (operator === "multiply") return writeDigits(a * b, countFraction(left) + countFraction(right));
  return writeDigits(operator === "add" ? a + b : a - b, countFraction(left));
}

function countFraction(text: string): number {
  const point = text.indexOf(".");
  return point === -1 ? 0 : text.length - point - 1;
}

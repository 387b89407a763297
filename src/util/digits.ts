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
  const point = left.indexOf(".");
  return writeDigits(readDigits(left) + readDigits(right), point === -1 ? 0 : left.length - point - 1);
}

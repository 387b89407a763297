/** Tells objects from everything else that JavaScript calls an object. It looks at no property. */

/** Whether a value is an object that is neither null nor an array; it may be of any class. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is an object literal, as JSON has them: not an array, a Date, bytes or of another class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

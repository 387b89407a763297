/** A JSON scalar in an output, put there as it is. */
export interface ConstantItem {
  readonly kind: "constant";
  readonly as: string;
  readonly value: string | number | boolean | null;
}

/** Makes a {@link ConstantItem}. */
export function createConstantItem(as: string, value: ConstantItem["value"]): ConstantItem {
  return Object.freeze({ kind: "constant", as, value });
}

/** Which values inside json a condition takes for what it reads there. */
import type { JsonReading } from "../../plan/json-place-node.ts";

/** Whether what stands at a place is of the kind that is read. */
export function isOfReading(reading: JsonReading, value: unknown): boolean {
  switch (reading) {
    case "text":
      return typeof value === "string";
    case "float":
      return typeof value === "number";
    case "bool":
      return typeof value === "boolean";
    case "value":
      return value !== null;
    case "place":
      return true;
  }
}

/** Random values of every kind: few enough that they meet, and the extremes among them. */
import type { JsonValue, ScalarKind, ScalarType } from "../../src/schema/schema-model.ts";
import type { Random } from "./random.ts";

const samples: Readonly<Record<Exclude<ScalarKind, "decimal" | "enum">, readonly JsonValue[]>> = {
  text: [
    "",
    "a",
    "b",
    "B",
    "ab",
    "ba",
    "10",
    "9",
    "é",
    "e\u0301",
    "50%",
    "a_b",
    "\\",
    "'",
    '"',
    "\n\u0001\u007f\u2028",
    "\ufffd",
    "😀",
    "𝕏y",
  ],
  int: [0, 1, -1, 2, 3, 10, 9007199254740991, -9007199254740991],
  bigint: ["0", "1", "-1", "9", "10", "9007199254740993", "9223372036854775807", "-9223372036854775808"],
  float: [
    0, 0.1, 0.2, 0.30000000000000004, -0.5, 1, 3, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 123456789.125,
    -1.2345678901234568e-15,
  ],
  bool: [true, false],
  date: ["0001-01-01", "1969-12-31", "2024-02-29", "2024-03-01", "9999-12-31"],
  datetime: [
    "0001-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "2024-02-29T12:00:00.001Z",
    "9999-12-31T23:59:59.999Z",
  ],
  uuid: [
    "00000000-0000-0000-0000-000000000000",
    "018f4a1c-0000-7000-8000-000000000001",
    "018f4a1c-0000-7000-8000-000000000002",
    "018f4a1c-0000-7000-9000-000000000003",
    "7f000000-0000-4000-8000-00000000000a",
    "80000000-0000-4000-8000-00000000000b",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ],
  bytes: ["", "AA==", "AQI=", "/+/+", "AAEC"],
  json: [
    0,
    false,
    "",
    "text",
    [],
    {},
    [1, [null, { a: "😀" }]],
    { b: 1, a: [1.5, -0.25, 1e21] },
    { "1": "x", "": null, constructor: true, "'": { a: "TEXT" } },
  ],
};

/** A value of the type, in its JSON form; never null. */
export function drawValue(random: Random, type: ScalarType): JsonValue {
  return type.list ? random.times(random.int(0, 3), () => drawItem(random, type)) : drawItem(random, type);
}

function drawItem(random: Random, type: ScalarType): JsonValue {
  if (type.kind === "enum") return random.pick(type.values ?? []);
  if (type.kind === "decimal") return random.pick(decimalSamples(type.precision ?? 1, type.scale ?? 0));
  return random.pick(samples[type.kind]);
}

function decimalSamples(precision: number, scale: number): readonly string[] {
  const whole = "9".repeat(precision - scale) || "0";
  const point = scale === 0 ? "" : `.${"9".repeat(scale)}`;
  const small = scale === 0 ? "0" : `0.${"0".repeat(scale - 1)}1`;
  const ones = precision > scale ? ["1", "-1", "2"] : [];
  return ["0", small, `-${small}`, `${whole}${point}`, `-${whole}${point}`, ...ones];
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryPlan } from "../../test/property/arbitrary-plan.ts";
import { decodePlan, encodePlan } from "./plan-codec.ts";

test("a plan survives its JSON form, to the byte and to the value", () => {
  fc.assert(
    fc.property(arbitraryPlan, (plan) => {
      const text = encodePlan(plan);
      const read = decodePlan(text);
      expect(read).toEqual(plan);
      expect(encodePlan(read)).toBe(text);
    }),
  );
});

test("a decoded plan is frozen at every level", () => {
  fc.assert(fc.property(arbitraryPlan, (plan) => isFrozen(decodePlan(encodePlan(plan)))));
});

test("no property of a plan can be dropped, renamed or given another type unnoticed", () => {
  fc.assert(
    fc.property(arbitraryPlan, fc.nat(), fc.constantFrom("drop", "rename", "retype"), (plan, pick, damage) => {
      const copy: unknown = JSON.parse(encodePlan(plan));
      const places = listPlaces(copy).filter(({ name }) => damage !== "drop" || !OPTIONAL.includes(name));
      const place = places[pick % places.length];
      if (place === undefined) throw new Error("a plan has properties");
      const { holder, name } = place;
      const old = holder[name];
      if (damage !== "retype") delete holder[name];
      if (damage === "rename") holder[`${name}x`] = old;
      if (damage === "retype") holder[name] = { wrong: true };
      expect(() => decodePlan(JSON.stringify(copy))).toThrow(/^The plan is wrong at \//);
    }),
  );
});

test.each([
  ["{", "The plan is not well-formed JSON."],
  ["[]", "The plan is wrong at /kind: expected read or count or aggregate or create or update or delete, got nothing."],
  [
    '{"kind":"drop"}',
    'The plan is wrong at /kind: expected read or count or aggregate or create or update or delete, got "drop".',
  ],
  [
    '{"kind":"__proto__"}',
    'The plan is wrong at /kind: expected read or count or aggregate or create or update or delete, got "__proto__".',
  ],
  ['{"kind":"read","rows":null}', "The plan is wrong at /rows: expected an object, got null."],
  [
    '{"kind":"count","model":"City","access":{"kind":"not","item":{"kind":"like"}},"where":{"kind":"constant","value":true}}',
    'The plan is wrong at /access/item/kind: expected compare or compareColumns or in or isNull or list or and or or or not or constant or exists or search, got "like".',
  ],
  [
    '{"kind":"count","model":"City","access":null,"where":{"kind":"constant","value":1}}',
    "The plan is wrong at /where/value: expected true or false, got 1.",
  ],
  [
    '{"kind":"count","model":"City","access":null,"where":{"kind":"constant","value":true},"__proto__":{}}',
    "The plan is wrong at /__proto__: expected no such property, got {}.",
  ],
])("refuses %s", (text, message) => {
  expect(() => decodePlan(text)).toThrow(expect.objectContaining({ code: "FTG_QUERY", message }));
});

function isFrozen(value: unknown): boolean {
  return (
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen))
  );
}

/** Properties that a plan may do without. */
const OPTIONAL: readonly string[] = ["counted", "estimate", "estimated", "shown"];

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

/** Every property that has one type: all but the limits of a value's type and the constants. */
function listPlaces(value: unknown): Place[] {
  if (Array.isArray(value)) return value.flatMap(listPlaces);
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>; // parsed JSON, not null and not an array
  const isType = typeof holder["list"] === "boolean";
  const names = isType ? ["kind", "list"] : Object.keys(holder);
  return [...names.map((name) => ({ holder, name })), ...Object.values(holder).flatMap(listPlaces)];
}

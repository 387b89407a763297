import { describe, expect, test } from "vitest";
import { FootingError } from "../../errors/footing-error.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { createDoors } from "./create-doors.ts";
import { parseAggregate } from "./parse-aggregate.ts";

const { schema } = createSchema({
  Sale: model(
    {
      id: t.int(),
      price: t.decimal(10, 2),
      at: t.datetime(),
      day: t.date(),
      groupBy: t.text(),
      secret: t.int().hidden().optional(),
      shop: t.ref("Shop"),
    },
    { key: "id", access: { read: true } },
  ),
  Shop: model(
    { name: t.text(), opened: t.datetime(), sales: t.many("Sale", "shop") },
    { key: "name", access: { read: true } },
  ),
});
const [sale] = createDoors(schema, { defaultLimit: 20, maxLimit: 100, maxSearchLength: 500 }).doors;
if (sale === undefined) throw new Error("no door");
const door = sale;

describe("groups", () => {
  test("are counted, unless they are asked for more or only for their keys", () => {
    expect(parseAggregate(door, "")).toEqual({ model: "Sale", count: true });
    expect(parseAggregate(door, "price[gt]=5.00&shop.name=x")).toEqual({
      model: "Sale",
      where: { price: { gt: "5.00" }, shop: { name: "x" } },
      count: true,
    });
    expect(parseAggregate(door, "groupBy=shop")).toEqual({ model: "Sale", groupBy: ["shop"] });
  });

  test("have keys, functions, conditions, an order and a cut", () => {
    const text =
      "groupBy=shop.opened:month,at:day,day:week,id&timeZone=Europe/Berlin&aggregate=max.at,count,sum.price,sum.id" +
      "&having[count][gte]=2&having[sum.price][lt]=9.50&having[min.day]=2026-01-01&having[max.id][gt]=3&sort=-sum.price,key.at&limit=5&offset=10";
    expect(parseAggregate(door, text)).toEqual({
      model: "Sale",
      groupBy: [
        { field: "shop.opened", bucket: "month", timeZone: "Europe/Berlin" },
        { field: "at", bucket: "day", timeZone: "Europe/Berlin" },
        { field: "day", bucket: "week" },
        "id",
      ],
      count: true,
      sum: ["price", "id"],
      max: ["at"],
      having: {
        count: { gte: 2 },
        sum: { price: { lt: "9.50" } },
        min: { day: { eq: "2026-01-01" } },
        max: { id: { gt: 3 } },
      },
      orderBy: ["-sum.price", "key.at"],
      limit: 5,
      offset: 10,
    });
  });

  test("a parameter wins over a field of its name", () => {
    expect(door.groups.get("groupBy")?.kind).toBe("groupNames");
    expect(door.groups.has("groupBy[eq]")).toBe(true);
    expect(door.groups.has("after")).toBe(false);
    expect([...door.groups.keys()].filter((name) => name.includes("secret"))).toEqual([]);
  });

  test.each([
    ["groupBy=secret", 'Unknown name in groupBy "secret".'],
    ["groupBy=at:minute", 'Unknown name in groupBy "at:minute"; did you mean "at:month"?'],
    ["groupBy=id,id", "groupBy has a name twice."],
    [
      "groupBy=at:day,at:month",
      "groupBy has at twice, or beside a field behind it; they would have one place in the answer.",
    ],
    [
      "groupBy=shop,shop.name",
      "groupBy has shop twice, or beside a field behind it; they would have one place in the answer.",
    ],
    ["aggregate=sum.at", 'Unknown name in aggregate "sum.at"; did you mean "sum.id"?'],
    ["aggregate=sum.shop", 'Unknown name in aggregate "sum.shop".'],
    ["sort=key.id", "sort has key.id, but groupBy does not have id."],
    ["sort=id", 'Unknown name in sort "id".'],
    ["timeZone=Europe/Berlin", "timeZone needs a datetime in groupBy by a span of time, like createdAt:month."],
    ["groupBy=day:week&timeZone=UTC", "timeZone needs a datetime in groupBy by a span of time, like createdAt:month."],
    ["groupBy=at:week&timeZone=Mars", 'timeZone must be the name of a time zone, like Europe/Berlin; got "Mars".'],
    ["having[count]=x", "having[count]: expected"],
    ["having[sum.at]=1", 'Unknown parameter "having[sum.at]"; did you mean "having[sum.id]"?'],
    ["having[count]=1&having[count]=2", "having[count] is given twice"],
    ["after=x", 'Unknown parameter "after".'],
  ])("refuses %s", (text, message) => {
    expect(() => parseAggregate(door, text)).toThrow(FootingError);
    expect(() => parseAggregate(door, text)).toThrow(message);
  });
});

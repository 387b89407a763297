import { expect, test } from "vitest";
import { FootingError } from "../errors/footing-error.ts";
import { atPath } from "./at-path.ts";

test("leads what went wrong by its place, and keeps code, fix and headers", async () => {
  const inner = new FootingError("FTG_INVALID", {
    detail: "/name: is required.",
    fix: "Give it.",
    problems: [{ path: "/name", detail: "is required." }],
  });
  await expect(atPath("/country/create", () => Promise.reject(inner))).rejects.toMatchObject({
    code: "FTG_INVALID",
    message: "/country/create/name: is required.",
    fix: "Give it.",
    problems: [{ path: "/country/create/name", detail: "is required." }],
  });
});

test("a server that is busy inside a composed write says when to come again", async () => {
  const busy = new FootingError("FTG_BUSY", { detail: "Try again.", headers: { "retry-after": "1" } });
  await expect(atPath("/cities/connect", () => Promise.reject(busy))).rejects.toMatchObject({
    code: "FTG_BUSY",
    headers: { "retry-after": "1" },
    problems: [{ path: "/cities/connect", detail: "Try again." }],
  });
});

test("leaves other errors alone", async () => {
  const error = new TypeError("no");
  await expect(atPath("/x", () => Promise.reject(error))).rejects.toBe(error);
});

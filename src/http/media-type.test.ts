import { describe, expect, test } from "vitest";
import { checkMediaType } from "./media-type.ts";

const json = ["application/json"];

describe("checkMediaType", () => {
  test.each([
    "application/json",
    "Application/JSON",
    "application/json;charset=utf-8",
    "application/json; charset=utf-8",
    "application/json; charset=UTF-8",
    'application/json; charset="utf-8"',
  ])("accepts %j", (header) => {
    expect(() => checkMediaType(header, json)).not.toThrow();
  });

  test.each([
    [undefined, "got none"],
    ["", 'got ""'],
    ["text/plain", 'got "text/plain"'],
    ["application/jsonx", "got"],
    ["application/json-patch+json", "got"],
    ["application/json\t", "got"],
    ["application/json\t;charset=utf-8", "got"],
    [" application/json", "got"],
    ["application/json; charset=latin1", "got"],
    ["application/json; charset=utf-8; charset=utf-16", "got"],
    ["application/json; boundary=x", "got"],
    ["application/json, text/plain", "got"],
    ["text/plain; application/json", "got"],
    ["application/x-www-form-urlencoded", "got"],
    ["multipart/form-data; boundary=application/json", "got"],
  ])("refuses %j", (header, detail) => {
    expect(() => checkMediaType(header, json)).toThrow(
      expect.objectContaining({ code: "FTG_MEDIA_TYPE", message: expect.stringContaining(detail) }),
    );
  });

  test("accepts any of several types", () => {
    expect(() =>
      checkMediaType("application/merge-patch+json", ["application/merge-patch+json", ...json]),
    ).not.toThrow();
  });
});

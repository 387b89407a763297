import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FootingError } from "../errors/footing-error.ts";
import { checkPath } from "./canonical-path.ts";

function isAccepted(path: string): boolean {
  try {
    checkPath(path);
    return true;
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    expect(error.code).toBe("FTG_PATH");
    return false;
  }
}

describe("checkPath", () => {
  test.each([
    "/",
    "/api/cities",
    "/api/cities/3441575",
    "/api/regions/PE.15",
    "/api/regions/..a",
    "/api/tags/.hidden",
    "/api/tags/a%2Fb%20c%25%5C",
    "/api/tags/Z%C3%BCrich",
    "/api/links/a%2Cb,c",
    "/api/tags/-._~!$&'()*+,=:@",
    "/api/tags/%3B",
  ])("accepts %s", (path) => {
    expect(isAccepted(path)).toBe(true);
  });

  test.each([
    ["", "does not start with /"],
    ["api", "does not start with /"],
    ["*", "does not start with /"],
    ["http://host/api", "does not start with /"],
    ["//", "has an empty segment"],
    ["/api//cities", "has an empty segment"],
    ["//api", "has an empty segment"],
    ["/api/", "ends with a slash"],
    ["/.", "has a dot segment"],
    ["/..", "has a dot segment"],
    ["/api/./cities", "has a dot segment"],
    ["/api/../secret", "has a dot segment"],
    ["/api/%2E%2E/secret", "has the needless escape %2E for ."],
    ["/api/%2e%2e/secret", 'has the escape "%2e" instead of % and two upper-case hexadecimal digits'],
    ["/%61pi", "has the needless escape %61 for a"],
    ["/api/%7E", "has the needless escape %7E for ~"],
    ["/api/a%2fb", 'has the escape "%2f" instead of % and two upper-case hexadecimal digits'],
    ["/api/%", 'has the escape "%" instead of % and two upper-case hexadecimal digits'],
    ["/api/%4", 'has the escape "%4" instead of % and two upper-case hexadecimal digits'],
    ["/api/%GG", 'has the escape "%GG" instead of % and two upper-case hexadecimal digits'],
    ["/api/cities;v=1", 'has the character ";", which must be percent-encoded or left out'],
    ["/api\\cities", 'has the character "\\\\", which must be percent-encoded or left out'],
    ["/api/a\u0000", 'has the character "\\u0000", which must be percent-encoded or left out'],
    ["/api/Z\u00fcrich", 'has the character "ü", which must be percent-encoded or left out'],
    ["/api/a#b", 'has the character "#", which must be percent-encoded or left out'],
    ["/api/%00", "has a NUL"],
    ["/api/%FF", "has escapes that are not UTF-8"],
    ["/api/%C0%AF", "has escapes that are not UTF-8"],
    ["/api/%ED%A0%80", "has escapes that are not UTF-8"],
  ])("refuses %j: it %s", (path, what) => {
    expect(() => checkPath(path)).toThrow(what);
  });

  test("accepts exactly what encodeURIComponent writes, NUL and lone surrogates apart", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1, maxLength: 4 }),
        (segments) => {
          const unfit = segments.some((segment) => segment === "." || segment === ".." || segment.includes("\0"));
          expect(isAccepted(`/${segments.map(encodeURIComponent).join("/")}`)).toBe(!unfit);
        },
      ),
    );
  });

  test("nothing but delimiters has two accepted spellings", () => {
    const alphabet = fc.constantFrom(
      "/",
      ".",
      "%",
      "2",
      "F",
      "E",
      "6",
      "1",
      "a",
      "%2F",
      "%2E",
      "%61",
      "%41",
      "A",
      ";",
      "\\",
      "%25",
      "%3A",
      "~",
      "%C3",
      "%BC",
    );
    const path = fc.array(alphabet, { maxLength: 8 }).map((parts) => `/${parts.join("")}`);
    fc.assert(
      fc.property(path, (text) => {
        if (!isAccepted(text)) return;
        const again = text.split("/").map((segment) => encodeURIComponent(decodeURIComponent(segment)));
        const reserved = /%(?:21|24|26|27|28|29|2A|2B|2C|3A|3D|40)/g;
        expect(again.join("/").replace(reserved, decodeURIComponent)).toBe(text.replace(reserved, decodeURIComponent));
      }),
      { numRuns: 5000 },
    );
  });
});

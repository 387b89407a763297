// The document says of batches what the server does: every status it lists can happen, and its schemas accept and
// refuse what the server accepts and refuses.

import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FootingError } from "../../src/errors/footing-error.ts";
import { inlineShared } from "../support/openapi-document.ts";
import { findOpenApiProblems } from "../support/openapi-problems.ts";
import { type BatchApp, serveBatchApp } from "./batch-app.ts";
import type { RawAnswer } from "./raw-http.ts";
import { busyError } from "./rest-app.ts";

let app: BatchApp;
/** The document as it is served, and as its readers resolve it. */
let served: Record<string, unknown>;
let document: Record<string, unknown>;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

beforeAll(async () => {
  app = await serveBatchApp();
  served = JSON.parse((await app.send({ path: "/openapi.json" })).text);
  document = inlineShared(served);
  ajv.addSchema(document, "document");
});

afterAll(() => app.close());

const post = "/paths/~1api~1batch/post";

function at(pointer: string): Record<string, unknown> {
  const steps = pointer.slice(1).split("/");
  return steps.reduce<Record<string, unknown>>(
    (value, step) => Object(value[step.replaceAll("~1", "/")]),
    Object(document),
  );
}

function matches(pointer: string, value: unknown): boolean {
  return ajv.validate({ $ref: `document#${pointer}` }, value);
}

const find = { op: "find", model: "City" };
const rename = { op: "update", model: "City", key: 1, data: { name: "x" } };

test("the document with batches is valid OpenAPI 3.1", async () => {
  expect(await findOpenApiProblems(served)).toEqual([]);
});

describe("the schema of the body", () => {
  const schema = `${post}/requestBody/content/application~1json/schema`;

  test.each<[boolean, unknown]>([
    [true, { operations: [find] }],
    [
      true,
      { transaction: false, operations: [{ ...find, as: "a", where: {}, limit: 5, orderBy: ["name"], after: "x" }] },
    ],
    [true, { operations: [{ op: "get", model: "Reading", key: { station: "a", day: "2026-01-01" } }] }],
    [true, { operations: [{ op: "createMany", model: "Language", data: [] }] }],
    [true, { operations: [{ op: "deleteMany", model: "City", where: { id: 99 } }] }],
    [true, { operations: [{ op: "updateMany", model: "City", all: true, data: { population: 1 } }] }],
    [false, {}],
    [false, { operations: [] }],
    [false, { operations: Array.from({ length: 101 }, () => find) }],
    [false, { operations: [find], more: 1 }],
    [false, { operations: [{ ...find, limit: 101 }] }],
    [false, { operations: [{ ...find, limit: 0 }] }],
    [false, { operations: [{ ...find, offset: -1 }] }],
    [false, { operations: [{ ...find, key: 1 }] }],
    [false, { operations: [{ ...find, model: "Vault" }] }],
    [false, { operations: [{ ...find, as: "a b" }] }],
    [false, { operations: [{ op: "get", model: "City" }] }],
    [false, { operations: [{ op: "deleteMany", model: "City" }] }],
    [false, { operations: [{ op: "deleteMany", model: "City", where: {} }] }],
    [false, { operations: [{ op: "deleteMany", model: "City", where: { id: 1 }, all: true }] }],
    [false, { operations: [{ op: "deleteMany", model: "City", all: false }] }],
  ])("says %s of %j, as the server does", async (accepted, body) => {
    expect(matches(schema, body)).toBe(accepted);
    const { status } = await app.batch(body);
    expect(status < 400).toBe(accepted);
  });

  test("lists for each operation the models it may be done to", () => {
    const kinds: { title: string; properties: { model: { enum: string[] } } }[] = Object(
      at(`${schema}/properties/operations/items`),
    ).oneOf;
    const models = Object.fromEntries(kinds.map(({ title, properties }) => [title, properties.model.enum]));
    expect(models["create"]).toContain("Report");
    expect(models["find"]).not.toContain("Report");
    expect(JSON.stringify(models)).not.toContain("Vault");
  });
});

/** A request that is answered with the code. */
async function provoke(code: string): Promise<RawAnswer> {
  const json = { "content-type": "application/json" };
  const raw = { method: "POST", path: "/api/batch", headers: json, body: JSON.stringify({ operations: [find] }) };
  switch (code) {
    case "":
      return app.batch({ operations: [find] });
    case "FTG_PATH":
      return app.send({ ...raw, path: "/api//batch" });
    case "FTG_URI_TOO_LONG":
      return app.send({ ...raw, path: `/api/batch?${"x".repeat(9000)}` });
    case "FTG_PARAMETER":
      return app.send({ ...raw, path: "/api/batch?limit=1" });
    case "FTG_BODY":
      return app.batch("{");
    case "FTG_TOO_LARGE":
      return app.batch(JSON.stringify("x".repeat(1_100_000)));
    case "FTG_MEDIA_TYPE":
      return app.send({ ...raw, headers: { "content-type": "text/plain" } });
    case "FTG_NOT_ACCEPTABLE":
      return app.send({ ...raw, headers: { ...json, accept: "text/html" } });
    case "FTG_BAD_REQUEST":
      return app.send({ ...raw, headers: { ...json, "footing-dry-run": "no" } });
    case "FTG_TOO_MANY_ROWS":
      return app.batch({ operations: [{ op: "updateMany", model: "City", all: true, atMost: 1, data: {} }] });
    case "FTG_QUERY":
      return app.batch({ operations: [{ ...find, select: { nope: true } }] });
    case "FTG_VALUE":
      return app.batch({ operations: [{ ...find, where: { id: "x" } }] });
    case "FTG_CURSOR":
      return app.batch({ operations: [{ ...find, after: "x" }] });
    case "FTG_COST":
      return app.batch({
        operations: [
          {
            ...find,
            limit: 100,
            select: {
              country: {
                select: { cities: { limit: 100, select: { country: { select: { cities: { limit: 100 } } } } } },
              },
            },
          },
        ],
      });
    case "FTG_FORBIDDEN":
      return app.batch({ operations: [{ op: "find", model: "Note" }] });
    case "FTG_NOT_FOUND":
      return app.batch({ operations: [{ ...rename, key: 99 }] });
    case "FTG_REFERENCE":
      return app.batch({ operations: [{ ...rename, data: { country: "QQ" } }] });
    case "FTG_CONFLICT":
      return app.batch({ operations: [{ ...rename, key: 2, data: { slug: "lima" } }] });
    case "FTG_INVALID":
      return app.batch({ operations: [{ ...rename, data: { nope: 1 } }] });
    case "FTG_CHECK":
      return app.batch({ operations: [{ ...rename, data: { name: "Nowhere" } }] });
    case "FTG_UNBOUNDED_WRITE":
      return app.batch({ operations: [{ op: "deleteMany", model: "City", where: { all: [] } }] });
    case "FTG_INTERNAL":
      app.failNext(new Error("broken"));
      return app.batch({ operations: [find] });
    case "FTG_BUSY":
      app.failNext(busyError());
      return app.batch({ operations: [find] });
    default:
      // Those that the host or the store raises of itself; here only their words are of interest.
      app.failNext(new FootingError(code === "FTG_TIMEOUT" ? "FTG_TIMEOUT" : known(code), { detail: "So it is." }));
      return app.batch({ operations: [find] });
  }
}

/** Whether a documented header is in every answer. */
function isAlways(header: string): boolean {
  return header !== "Footing-Dry-Run";
}

function known(code: string): "FTG_OVERLOADED" | "FTG_UNKNOWN_OUTCOME" {
  if (code === "FTG_OVERLOADED" || code === "FTG_UNKNOWN_OUTCOME") return code;
  throw new Error(`no way to provoke ${code}`);
}

test("every documented answer can happen and is of its schema", async () => {
  const responses = Object.keys(at(`${post}/responses`));
  expect(responses).toEqual(
    expect.arrayContaining(["200", "400", "403", "404", "409", "413", "415", "422", "500", "503"]),
  );
  for (const status of responses) {
    const [type = ""] = Object.keys(at(`${post}/responses/${status}/content`));
    const content = `${post}/responses/${status}/content/${type.replace("/", "~1")}`;
    const codes = type === "application/problem+json" ? Object.keys(at(`${content}/examples`)) : [""];
    for (const code of codes) {
      const answer = await provoke(code);
      expect(answer.status, `${code}: ${answer.text}`).toBe(Number(status));
      expect(answer.headers["content-type"]).toBe(`${type}; charset=utf-8`);
      for (const header of Object.keys(at(`${post}/responses/${status}/headers`)).filter(isAlways))
        expect(answer.headers[header.toLowerCase()], `${code} ${header}`).toBeDefined();
      expect(matches(`${content}/schema`, JSON.parse(answer.text)), answer.text).toBe(true);
      if (code !== "") expect(JSON.parse(answer.text).code).toBe(code);
    }
  }
});

test("results without a transaction are of the same schema", async () => {
  const { text } = await app.batch({ transaction: false, operations: [find, { ...rename, key: 99 }] });
  expect(JSON.parse(text).results).toHaveLength(2);
  expect(matches(`${post}/responses/200/content/application~1json/schema`, JSON.parse(text))).toBe(true);
});

test("OPTIONS is documented and answers", async () => {
  expect(at("/paths/~1api~1batch/options")).toMatchObject({ operationId: "batchOptions" });
  expect(await app.send({ path: "/api/batch", method: "OPTIONS" })).toMatchObject({ status: 204 });
});

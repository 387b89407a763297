/** GraphQL over HTTP on a real socket: the audit suite of `graphql-http`, and what a browser or a hostile client sends. */
import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHost, type Host } from "../../src/http/host.ts";
import { createGraphqlApp } from "../support/graphql-app.ts";

let host: Host;
let url: string;

beforeAll(async () => {
  const { api } = await createGraphqlApp();
  host = createHost({ logger: { error: () => {}, warn: () => {} }, ping: async () => {} });
  for (const route of api.routes) host.route(route);
  url = `http://127.0.0.1:${await host.listen("127.0.0.1", 0)}/graphql`;
});

afterAll(() => host.close());

describe("the audits of graphql-http", () => {
  for (const audit of serverAudits({ url: () => url, fetchFn: fetch })) {
    test(audit.name, async () => {
      const result = await audit.fn();
      expect(result, "reason" in result ? result.reason : "").toMatchObject({ status: "ok" });
    });
  }

  test("are all there", () => {
    expect(serverAudits({ url, fetchFn: fetch }).length).toBeGreaterThan(60);
  });
});

describe("GET", () => {
  test("answers a query with variables", async () => {
    const response = await get({
      query: "query One($id: Int!) { city(id: $id) { name } }",
      variables: '{"id":2}',
      operationName: "One",
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("vary")).toBe("accept");
    expect(await response.json()).toEqual({ data: { city: { name: "Oran" } } });
  });

  test("refuses a mutation and says how to send it", async () => {
    const response = await get({ query: "mutation { deleteCity(id: 1) { id } }" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "FTG_METHOD" } }] });
  });

  test("finds the query among the operations by its name alone", async () => {
    const document = "query A { city(id: 1) { name } } mutation B { deleteCity(id: 1) { id } }";
    expect((await get({ query: document, operationName: "A" })).status).toBe(200);
    expect((await get({ query: document, operationName: "B" })).status).toBe(405);
  });

  test.each([
    [{ variables: "{}" }, "query: expected the text of a document, got none."],
    [
      { query: "{__typename}", variables: "{" },
      "variables: expected a JSON object, got text that is not well-formed JSON.",
    ],
    [{ query: "{__typename}", variables: "[]" }, "variables: expected a JSON object, got an array."],
    [
      { query: "{__typename}", variables: '{"a":1,"a":2}' },
      "variables: expected a JSON object, got text that is not well-formed JSON.",
    ],
  ])("refuses %j", async (parameters, message) => {
    const response = await get(parameters);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message, extensions: { code: "FTG_PARAMETER" } }] });
  });

  test("refuses a parameter that comes twice", async () => {
    const response = await fetch(`${url}?query={__typename}&query={a}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message: "query: expected it once, got it 2 times." }] });
  });
});

describe("POST", () => {
  test.each([
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/json; charset=latin1",
  ])("refuses the media type %s, which a foreign page could send", async (type) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": type },
      body: '{"query":"{__typename}"}',
    });
    expect(response.status).toBe(415);
  });

  test("refuses a batch", async () => {
    const response = await post([{ query: "{__typename}" }]);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining("batches are not served") }],
    });
  });

  test.each([
    ["application/graphql-response+json", 400],
    ["application/graphql-response+json, application/json;q=0.9", 400],
    ["application/json, application/graphql-response+json;q=0.1", 200],
    ["*/*", 200],
  ])("answers an invalid document to %s with %d", async (accept, status) => {
    const response = await post({ query: "{ nothing }" }, accept);
    expect(response.status).toBe(status);
    const body = await response.json();
    expect(body).not.toHaveProperty("data");
    expect(body).toMatchObject({ errors: [{ extensions: { code: "FTG_QUERY" } }] });
  });

  test("answers a field that failed with 200 and the data of the others", async () => {
    const query =
      '{ ok: city(id: 1) { name } wrong: city(id: 2) { country { cities(after: "no") { nodes { id } } } } }';
    const response = await post({ query }, "application/graphql-response+json");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      data: { ok: { name: "Algiers" }, wrong: null },
      errors: [{ path: ["wrong"], extensions: { code: "FTG_CURSOR" } }],
    });
  });

  test("refuses to answer in another media type", async () => {
    const response = await post({ query: "{__typename}" }, "application/xml");
    expect(response.status).toBe(406);
  });

  test.each(["PUT", "PATCH", "DELETE"])("is not %s", async (method) => {
    const response = await fetch(url, {
      method,
      headers: { "content-type": "application/json" },
      body: '{"query":"{__typename}"}',
    });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
  });
});

function get(parameters: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${url}?${new URLSearchParams(parameters)}`);
}

function post(body: unknown, accept = "application/json"): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: JSON.stringify(body),
  });
}

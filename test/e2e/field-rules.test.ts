// Rules of single fields through every door of one served app: each shows the same, refuses the same and documents it.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, createClient } from "../../src/client.ts";
import { defineApp, model, type RunningApp, startApp, t } from "../../src/index.ts";

const all = { read: true, create: true, update: true, delete: true } as const;

const Team = model({ name: t.text(), staff: t.many("Staff", "team") }, { key: "name", access: all });
const Staff = model(
  {
    name: t.text(),
    salary: t.int(),
    grade: t.enum("a", "b").default("b"),
    team: t.ref("Team"),
    nick: t.text().default(""),
  },
  {
    key: "name",
    access: {
      ...all,
      fields: {
        salary: { read: ({ user }) => ({ name: user?.id }), write: ({ user }) => user?.role === "boss" },
        grade: { read: false, write: false },
        team: { read: ({ user }) => user !== null },
        nick: { write: ({ user }) => ({ name: user?.id }) },
      },
    },
  },
);
const models = { Team, Staff };
const app = defineApp({
  models,
  graphql: { introspection: true },
  authenticate: ({ headers }) => {
    const id = headers["x-user"];
    return typeof id === "string" ? { id, role: id } : null;
  },
  hooks: {
    Staff: {
      // The app's own code may set what the caller may not.
      beforeCreate: ({ data }) => ({ ...data, grade: "a" as const, salary: data.salary ?? 1 }),
    },
  },
  async setup({ db }) {
    const system = db.asSystem();
    await system.Team.create({ name: "core" });
    await system.Staff.createMany([
      { name: "ann", salary: 50, team: "core" },
      { name: "bob", salary: 70, team: "core" },
    ]);
  },
});

let server: RunningApp<typeof models>;
let client: Client<typeof app>;

beforeAll(async () => {
  server = await startApp(app, {
    database: "sqlite::memory:",
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "staff",
  });
  client = createClient<typeof app>(server.url, { headers: { "x-user": "ann" } });
});
afterAll(() => server.close());

async function send(
  method: string,
  path: string,
  body?: unknown,
  user = "ann",
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { "x-user": user, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

async function json(method: string, path: string, body?: unknown, user?: string): Promise<unknown> {
  return JSON.parse((await send(method, path, body, user)).text);
}

const shown = [
  { name: "ann", salary: 50, grade: null, team: "core", nick: "" },
  { name: "bob", salary: null, grade: null, team: "core", nick: "" },
];

describe("what does not show is null", () => {
  test("in db, REST, GraphQL, a batch and the client", async () => {
    expect(await server.db.as({ id: "ann" }).Staff.find()).toEqual(shown);
    expect(await client.Staff.find()).toEqual(shown);
    expect(await json("GET", "/api/staffs")).toMatchObject({ data: shown });
    expect(await json("GET", "/api/staffs/bob?include=team")).toEqual({ ...shown[1], team: { name: "core" } });
    const query = "{ staffs { nodes { name salary grade team { name } nick } } }";
    expect(await json("POST", "/graphql", { query })).toEqual({
      data: { staffs: { nodes: shown.map((row) => ({ ...row, team: { name: "core" } })) } },
    });
    expect(await json("POST", "/api/batch", { operations: [{ op: "find", model: "Staff" }] })).toMatchObject({
      results: [{ data: shown }],
    });
    expect(await server.db.Staff.find({ select: { team: true } })).toEqual([{ team: null }, { team: null }]);
    expect(await server.db.asSystem().Staff.find({ select: { grade: true }, limit: 1 })).toEqual([{ grade: "a" }]);
  });

  test("in a file", async () => {
    const lines = (await send("GET", "/api/export/staffs?format=ndjson")).text;
    expect(
      lines
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(shown);
    expect((await send("GET", "/api/export/staffs?format=csv")).text).toBe(
      'name,salary,grade,team,nick\r\nann,50,,core,""\r\nbob,,,core,""\r\n',
    );
  });

  test("to filters, sorts, cursors and groups of every door", async () => {
    expect(await json("GET", "/api/staffs?salary[gte]=0&fields=name")).toMatchObject({ data: [{ name: "ann" }] });
    expect(await json("GET", "/api/staffs?grade=a")).toMatchObject({ data: [] });
    const page = (await json("GET", "/api/staffs?sort=salary&fields=name&limit=1")) as { page: { next: string } };
    expect(JSON.parse(Buffer.from(page.page.next, "base64url").toString()).slice(1)).toEqual([null, "bob"]);
    expect(await json("GET", "/api/aggregate/staffs?aggregate=sum.salary,count&groupBy=grade")).toMatchObject({
      data: [{ key: { grade: null }, count: 2, sum: { salary: "50" } }],
    });
    const query = `{ staffs(where: { salary: { gte: 60 } }) { totalCount }
      staffsAggregate { nodes { key { grade } max { salary } } } }`;
    expect(await json("POST", "/graphql", { query })).toEqual({
      data: {
        staffs: { totalCount: 0 },
        staffsAggregate: { nodes: [{ key: { grade: null }, max: { salary: 50 } }] },
      },
    });
  });
});

describe("what may not be set is 403 with its name", () => {
  const problem = { code: "FTG_FORBIDDEN", status: 403, detail: "You may not set salary of a Staff." };

  test("in db, REST, GraphQL, a batch and the client", async () => {
    const data = { salary: 1 };
    await expect(server.db.as({ id: "ann" }).Staff.update("ann", data)).rejects.toMatchObject({ code: problem.code });
    await expect(client.Staff.update("ann", data)).rejects.toMatchObject({ code: problem.code, status: 403 });
    expect(await json("PATCH", "/api/staffs/ann", data)).toMatchObject(problem);
    expect(await json("POST", "/api/staffs", { name: "x", team: "core", salary: 1 })).toMatchObject(problem);
    const operations = [{ op: "updateMany", model: "Staff", all: true, data }];
    expect(await json("POST", "/api/batch", { operations })).toMatchObject({ ...problem, operation: 0 });
    const query = `mutation { updateStaff(name: "ann", data: { salary: 1 }) { name } }`;
    const answer = (await json("POST", "/graphql", { query })) as {
      errors?: { message: string; extensions: object }[];
    };
    expect(answer.errors?.[0]).toMatchObject({ message: problem.detail, extensions: { code: problem.code } });
    expect(await server.db.asSystem().Staff.find({ select: { salary: true } })).toEqual([
      { salary: 50 },
      { salary: 70 },
    ]);
  });

  test("unless the app's own code sets it, after the caller's data was judged", async () => {
    const created = await json("POST", "/api/staffs", { name: "cy", team: "core" });
    expect(created).toEqual({ name: "cy", salary: null, grade: null, team: "core", nick: "" });
    expect(await json("POST", "/api/staffs", { name: "dee", team: "core", nick: "d" })).toMatchObject({
      code: "FTG_FORBIDDEN",
      detail: "You may not create this Staff.",
    });
    expect((await send("POST", "/api/staffs", { name: "dee", team: "core", nick: "d" }, "dee")).status).toBe(201);
    const system = server.db.asSystem().Staff;
    expect(await system.get("dee")).toEqual({ name: "dee", salary: 1, grade: "a", team: "core", nick: "d" });
    await system.deleteMany({ where: { name: { in: ["cy", "dee"] } } });
  });
});

test("the documents say that such fields may be null, and which writes may be refused", async () => {
  const document = (await json("GET", "/openapi.json")) as {
    components: { schemas: Record<string, { properties: Record<string, unknown> }> };
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  };
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(document, "document");
  const validate = ajv.compile({ $ref: "document#/components/schemas/Staff" });
  for (const row of shown) expect(validate(row), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ nick: null })).toBe(false);
  expect(document.paths["/api/staffs"]?.["post"]?.responses).toHaveProperty("403");
  expect(document.paths["/api/staffs/{key}"]?.["patch"]?.responses).toHaveProperty("403");
  const input = ajv.compile({ $ref: "document#/components/schemas/StaffUpdate" });
  expect(input({ salary: null })).toBe(false);
  const query = `{ __type(name: "Staff") { fields { name type { kind } } } }`;
  expect(await json("POST", "/graphql", { query })).toEqual({
    data: {
      __type: {
        fields: [
          { name: "name", type: { kind: "NON_NULL" } },
          { name: "salary", type: { kind: "SCALAR" } },
          { name: "grade", type: { kind: "ENUM" } },
          { name: "team", type: { kind: "OBJECT" } },
          { name: "nick", type: { kind: "NON_NULL" } },
        ],
      },
    },
  });
});

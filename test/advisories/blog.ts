/** One served app with everything that the advisories are about: hidden fields, rules of rows and fields, every kind of relation, actions. */
import { defineApp, model, startApp, t } from "../../src/index.ts";

const owner = ({ user }: { readonly user: { readonly id?: unknown } | null }) => user !== null && { author: user.id };

const User = model(
  {
    name: t.text(),
    email: t.text().unique(),
    resetPasswordToken: t.text().optional().hidden(),
    flags: t.list(t.enum("vip", "banned")).optional().hidden(),
    recruiter: t.ref("User").optional().hidden(),
    pin: t.text().optional(),
    mentor: t.ref("User").optional(),
    pupils: t.many("User", "mentor"),
    posts: t.many("Post", "author"),
    circles: t.manyToMany("Circle"),
  },
  {
    key: "name",
    search: ["name", "pin"],
    access: {
      read: true,
      update: ({ user }) => ({ name: user?.id }),
      fields: {
        email: { read: ({ user }) => ({ name: user?.id }) },
        pin: { read: ({ user }) => ({ name: user?.id }), write: ({ user }) => user?.role === "admin" },
        mentor: { read: ({ user }) => ({ name: user?.id }) },
      },
    },
  },
);
const Post = model(
  {
    id: t.int(),
    title: t.text(),
    body: t.text().default(""),
    published: t.bool().default(false),
    votes: t.int().default(0),
    meta: t.json().optional(),
    createdAt: t.datetime().default("2026-01-01T00:00:00.000Z"),
    author: t.ref("User"),
    notes: t.many("Note", "post"),
  },
  {
    key: "id",
    search: ["title"],
    access: {
      read: ({ user }) => ({ any: [{ published: true }, { author: user?.id }] }),
      create: owner,
      update: owner,
      delete: owner,
    },
  },
);
/** Nobody but its author reads a note. */
const Note = model(
  { id: t.int(), text: t.text(), stars: t.int().default(1), post: t.ref("Post"), author: t.ref("User") },
  { key: "id", access: { read: owner, create: owner, update: owner, delete: owner } },
);
const Circle = model({ name: t.text() }, { key: "name", access: { read: ({ user }) => user?.role === "admin" } });
/** Its rules are not there: nobody may do anything. */
const Vault = model({ secret: t.text(), user: t.ref("User") });
/** Its key is made up. */
const Ticket = model({ text: t.text() }, { access: { read: true, create: true, delete: true } });

const models = { User, Post, Note, Circle, Vault, Ticket };

const app = defineApp({
  models,
  graphql: { introspection: true },
  authenticate: ({ headers }) => {
    const id = headers["x-user"];
    return typeof id === "string" ? { id, role: id === "root" ? "admin" : "member" } : null;
  },
  actions: (action) => ({
    publishAll: action({
      access: ({ user }) => user?.role === "admin",
      run: ({ db }) => db.Post.updateMany({ where: { published: false }, data: { published: true } }),
    }),
    forgotten: action({ run: () => "done" }),
  }),
  async setup({ db }) {
    const system = db.asSystem();
    await system.Circle.create({ name: "inner" });
    await system.User.createMany([
      { name: "eve", email: "eve@x.org", pin: "1111", resetPasswordToken: "t-eve" },
      { name: "ann", email: "ann@x.org", pin: "4711", resetPasswordToken: "t-ann", flags: ["vip"], mentor: "eve" },
      {
        name: "bob",
        email: "bob@x.org",
        pin: "0815",
        resetPasswordToken: "t-bob",
        recruiter: "ann",
        circles: ["inner"],
      },
    ]);
    await system.Post.createMany([
      { id: 1, title: "open", published: true, author: "ann", votes: 3 },
      { id: 2, title: "draft", author: "ann", votes: 40 },
      { id: 3, title: "own", author: "eve" },
    ]);
    await system.Note.createMany([
      { id: 1, text: "private", post: 1, author: "ann", stars: 5 },
      { id: 2, text: "mine", post: 1, author: "eve" },
    ]);
    await system.Vault.create({ secret: "gold", user: "ann" });
  },
});

/** What a door answered, as status and text. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

/** A model of `db` without its types: what plain JavaScript may call it with. */
export interface LooseModel {
  find(query?: object): Promise<unknown>;
  first(query?: object): Promise<unknown>;
  get(key: unknown): Promise<unknown>;
  count(query?: object): Promise<number>;
  aggregate(query: object): Promise<unknown>;
  create(data: object, options?: object): Promise<unknown>;
  createMany(data: readonly object[]): Promise<number>;
  update(key: unknown, data: object, options?: object): Promise<unknown>;
  updateMany(query: object): Promise<number>;
  upsert(key: unknown, data: object): Promise<unknown>;
  delete(key: unknown): Promise<unknown>;
  deleteMany(query: object): Promise<number>;
}

/** The models of the app. */
export type LooseDb = Readonly<Record<"User" | "Post" | "Note" | "Circle" | "Vault" | "Ticket", LooseModel>>;

/** The served app and ways to send to its doors; `eve` asks unless told otherwise. */
export interface Blog {
  readonly url: string;
  readonly send: (method: string, path: string, options?: SendOptions) => Promise<Answer>;
  readonly graphql: (query: string, options?: SendOptions & { readonly variables?: unknown }) => Promise<Answer>;
  readonly batch: (operation: object, options?: SendOptions) => Promise<Answer>;
  /** What a query of `db` comes to: its answer, or its error. */
  readonly db: (run: (db: LooseDb) => Promise<unknown>, user?: string | null) => Promise<Answer>;
  /** `db` of the app itself. */
  readonly system: LooseDb;
  readonly close: () => Promise<void>;
}

/** Whom a request is from (null: nobody), and what it carries. */
export interface SendOptions {
  readonly user?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves the app on SQLite. */
export async function openBlog(): Promise<Blog> {
  const server = await startApp(app, {
    database: "sqlite::memory:",
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "blog",
  });
  const send: Blog["send"] = async (method, path, { user = "eve", body, headers } = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(user !== null && { "x-user": user }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, json: parse(text) };
  };
  return {
    url: server.url,
    send,
    graphql: (query, { variables, ...options } = {}) =>
      send("POST", "/graphql", { ...options, body: { query, ...(variables !== undefined && { variables }) } }),
    batch: (operation, options) => send("POST", "/api/batch", { ...options, body: { operations: [operation] } }),
    db: async (run, user = "eve") => {
      try {
        const json = await run(loosen(user === null ? server.db : server.db.as({ id: user, role: "member" })));
        return { status: 200, text: JSON.stringify(json) ?? "", json };
      } catch (error) {
        const { status = 500, code, message, fix } = Object(error);
        return { status, text: JSON.stringify({ code, detail: message, fix }), json: { code, detail: message, fix } };
      }
    },
    system: loosen(server.db.asSystem()),
    close: () => server.close(),
  };
}

/** Plain JavaScript has no types to stop it. */
function loosen(db: object): LooseDb {
  return db as LooseDb;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

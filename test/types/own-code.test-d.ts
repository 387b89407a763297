// What own code is told of the models: hooks, actions and routes of one defineApp call, with no annotations. Compiled, never run.
import { type } from "arktype";
import * as v from "valibot";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import { type DefineAction, defineApp, type Hooks, model, t } from "../../src/index.ts";

const User = model({ email: t.text(), hash: t.text().hidden().optional() }, { access: { read: true } });
const Poll = model(
  { id: t.int(), title: t.text(), closedAt: t.datetime().optional(), owner: t.ref("User"), secret: t.text().hidden() },
  { key: "id", access: { read: true } },
);
const Vote = model({ poll: t.ref("Poll"), voter: t.ref("User"), n: t.int() }, { key: ["poll", "voter"] });
const models = { User, Poll, Vote };

const app = defineApp({
  models,
  hooks: {
    Poll: {
      beforeCreate({ data, db, user }) {
        expectTypeOf(data.title).toEqualTypeOf<string | undefined>();
        expectTypeOf(data.secret).toEqualTypeOf<string | undefined>();
        expectTypeOf(user?.role).toEqualTypeOf<unknown>();
        expectTypeOf(db.User.count()).toEqualTypeOf<Promise<number>>();
        // @ts-expect-error no such model
        db.Nope;
        return { ...data, secret: "s", closedAt: new Date() };
      },
      async beforeUpdate({ key, where, data }) {
        expectTypeOf(key).toEqualTypeOf<number | null>();
        if (where === null) return undefined;
        return data.title === undefined ? undefined : { title: data.title.trim() };
      },
      async afterCreate({ row, key, db }) {
        expectTypeOf(key).toEqualTypeOf<number>();
        expectTypeOf(row.secret).toEqualTypeOf<string>();
        expectTypeOf(row.closedAt).toEqualTypeOf<string | null>();
        await db.asSystem().Poll.update(key, { secret: row.secret });
      },
      afterDelete({ row, count }) {
        expectTypeOf(row?.title).toEqualTypeOf<string | undefined>();
        expectTypeOf(count).toEqualTypeOf<number>();
      },
      afterCommit({ changes }) {
        expectTypeOf(changes[0]?.operation).toEqualTypeOf<"create" | "update" | "delete" | "restore" | undefined>();
      },
    },
    Vote: {
      afterCreate({ key }) {
        expectTypeOf(key.poll).toEqualTypeOf<number>();
      },
    },
  },
  actions: (action) => ({
    zod: action({
      input: z.object({ id: z.int(), at: z.string().transform((text) => new Date(text)) }),
      output: z.object({ n: z.number().transform(String) }),
      access: ({ user }) => user?.role === "editor",
      run: async ({ input, db, user, request }) => {
        expectTypeOf(input).toEqualTypeOf<{ id: number; at: Date }>();
        expectTypeOf(user?.id).toEqualTypeOf<unknown>();
        expectTypeOf(request.id).toEqualTypeOf<string>();
        const poll = await db.Poll.get(input.id);
        expectTypeOf(poll?.title).toEqualTypeOf<string | undefined>();
        // @ts-expect-error hidden from a caller
        poll?.secret;
        return { n: 1 };
      },
    }),
    valibot: action({
      input: v.object({ id: v.number() }),
      run: ({ input }) => {
        expectTypeOf(input).toEqualTypeOf<{ id: number }>();
        return input.id;
      },
    }),
    arktype: action({
      input: type({ id: "number" }),
      run: ({ input }) => {
        expectTypeOf(input.id).toEqualTypeOf<number>();
      },
    }),
    bare: action({
      method: "query",
      run: ({ db, input }) => {
        expectTypeOf(input).toEqualTypeOf<undefined>();
        return db.Poll.count();
      },
    }),
    // @ts-expect-error the output is not what the schema takes
    wrong: action({ output: z.object({ n: z.number() }), run: () => ({ n: "text" }) }),
  }),
  routes: (route) => [
    route({
      method: "POST",
      path: "/polls/:poll/votes/:voter",
      query: z.object({ dry: z.stringbool() }),
      body: z.object({ n: z.int() }),
      async handle({ params, query, body, db }) {
        expectTypeOf(params.poll).toEqualTypeOf<string>();
        expectTypeOf(params.voter).toEqualTypeOf<string>();
        // @ts-expect-error no such segment
        params.nope;
        expectTypeOf(query.dry).toEqualTypeOf<boolean>();
        expectTypeOf(body.n).toEqualTypeOf<number>();
        return { status: 201, body: await db.Poll.first() };
      },
    }),
    route({
      method: "POST",
      path: "/hook",
      handle: ({ body, query }) => {
        expectTypeOf(body).toEqualTypeOf<Buffer>();
        expectTypeOf(query["a"]).toEqualTypeOf<string | readonly string[] | undefined>();
        return body.length;
      },
    }),
    route({
      method: "GET",
      path: "/polls/:id",
      params: z.object({ id: z.coerce.number() }),
      handle: ({ params }) => expectTypeOf(params.id).toEqualTypeOf<number>(),
    }),
  ],
});

type Made = ReturnType<NonNullable<(typeof app)["actions"]>>;
expectTypeOf<NonNullable<Made["zod"]["calls"]>>().toEqualTypeOf<{
  readonly input: { id: number; at: string };
  readonly output: { n: string };
}>();
expectTypeOf<NonNullable<Made["bare"]["calls"]>>().toEqualTypeOf<{
  readonly input: undefined;
  readonly output: number;
}>();

// In a file of its own.
function pollActions(action: DefineAction<typeof models>) {
  return { last: action({ run: ({ db }) => db.Poll.first({ orderBy: ["-id"] }) }) };
}
const hooks: Hooks<typeof models> = { Poll: { beforeDelete: ({ key }) => void key } };
defineApp({ models, hooks, actions: (action) => ({ ...pollActions(action) }) });

defineApp({
  models,
  hooks: {
    // @ts-expect-error no such model
    Nope: {},
  },
});
defineApp({
  models,
  hooks: {
    Poll: {
      // @ts-expect-error not a title
      beforeCreate: ({ data }) => ({ ...data, title: 1 }),
    },
  },
});
defineApp({
  models,
  hooks: {
    Poll: {
      // @ts-expect-error no such hook
      beforeNothing() {},
    },
  },
});

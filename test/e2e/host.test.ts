import { Agent } from "node:http";
import { connect, createServer } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { FootingError } from "../../src/errors/footing-error.ts";
import { createHost, type Host, type HostOptions } from "../../src/http/host.ts";
import type { HostRequest, HostResponse, HostRoute } from "../../src/http/host-route.ts";
import { type RawAnswer, type RawRequest, sendBytes, sendJson, sendRequest } from "./raw-http.ts";

const json = "application/json; charset=utf-8";
const logged: { fields: Readonly<Record<string, unknown>>; message: string }[] = [];
const hosts: Host[] = [];

const logger = {
  error: (fields: Readonly<Record<string, unknown>>, message: string) => void logged.push({ fields, message }),
  warn: (fields: Readonly<Record<string, unknown>>, message: string) => void logged.push({ fields, message }),
};

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  logged.length = 0;
  asked.length = 0;
});

function echo({ path, query, body, actor }: HostRequest): HostResponse {
  return { status: 200, type: json, body: JSON.stringify({ path, query, body, actor }) };
}

function fail(): HostResponse {
  throw new Error("the secret connection string");
}

/** The body of the last answer of {@link answerHeader}. */
let lastBody: Readable | null = null;

function answerHeader({ path }: HostRequest): HostResponse | Promise<HostResponse> {
  const [kind, name = "", value] = path.split("/").slice(2).map(decodeURIComponent);
  const headers = { [name]: String(value) };
  if (kind === "refusal") throw new FootingError("FTG_CONFLICT", { detail: "No.", headers });
  lastBody = Readable.from(["x"]);
  const answer = { status: 200, type: json, body: lastBody, headers };
  return kind === "late" ? Promise.resolve(answer) : answer;
}

/** Requests that wait at `/asked` until the test lets them go on. */
const asked: { readonly request: HostRequest; readonly finish: (error?: Error) => void }[] = [];

function answerAsked(request: HostRequest): Promise<HostResponse> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error): void =>
      error === undefined ? resolve({ status: 200, type: json, body: "1" }) : reject(error);
    asked.push({ request, finish });
  });
}

/** Keeps the event loop late until it is told to stop. */
function burden(): () => void {
  const timer = setInterval(() => {
    const end = performance.now() + 60;
    while (performance.now() < end);
  }, 1);
  return () => clearInterval(timer);
}

async function answerLate(): Promise<HostResponse> {
  await sleep(150);
  return { status: 200, type: json, body: "1" };
}

const routes: readonly HostRoute[] = [
  { path: "/things", operations: { GET: { handle: echo }, POST: { handle: echo, accepts: ["application/json"] } } },
  { path: "/things/:key", operations: { GET: { handle: echo }, DELETE: { handle: () => ({ status: 204 }) } } },
  {
    path: "/fail",
    operations: {
      GET: { handle: fail },
      POST: { handle: () => Promise.reject(new Error("late secret")), accepts: ["application/json"] },
    },
  },
  {
    // Sends what it is asked to as a header: of an answer, of a late answer or of a refusal.
    path: "/headers/:kind/:name/:value",
    operations: { GET: { handle: answerHeader } },
  },
  {
    path: "/asked",
    operations: { GET: { handle: answerAsked }, POST: { handle: answerAsked, accepts: ["application/json"] } },
  },
  { path: "/late", operations: { GET: { handle: answerLate } } },
  {
    path: "/page",
    operations: { GET: { handle: () => ({ status: 200, type: "text/html; charset=utf-8", body: "<p>" }) } },
  },
];

async function serve(
  options: Partial<HostOptions> = {},
): Promise<{ host: Host; port: number; send: (request: RawRequest) => Promise<RawAnswer> }> {
  const host = createHost({ logger, ping: () => Promise.resolve(), ...options });
  hosts.push(host);
  for (const route of routes) host.route(route);
  const port = await host.listen("127.0.0.1", 0);
  return { host, port, send: (request) => sendRequest(port, request) };
}

function problem({ status, headers, text }: RawAnswer): Record<string, unknown> {
  expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  const body: unknown = JSON.parse(text);
  expect(body).toMatchObject({
    status,
    type: expect.stringMatching(/^https:\/\/footing\.dev\/errors#ftg_/),
    title: expect.any(String),
    fix: expect.any(String),
  });
  return { ...Object(body) };
}

describe("routing", () => {
  test("hands a request over as it was sent, undecoded", async () => {
    const { send } = await serve();
    const answer = await send({ path: "/things/a%2Fb%20c,d?x=%20&x" });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      path: "/things/a%2Fb%20c,d",
      query: "x=%20&x",
      actor: { kind: "principal", user: null },
    });
  });

  test("HEAD answers what GET answers, without the body", async () => {
    const { send } = await serve();
    const get = await send({ path: "/things?a=1" });
    const head = await send({ path: "/things?a=1", method: "HEAD" });
    const { date: _get, "x-request-id": _getId, ...expected } = get.headers;
    const { date: _head, "x-request-id": _headId, ...came } = head.headers;
    expect(head.text).toBe("");
    expect(came).toEqual(expected);
    expect(came["content-length"]).toBe(String(get.text.length));
  });

  test("OPTIONS lists the methods; another method is a 405 with the same list", async () => {
    const { send } = await serve();
    const options = await send({ path: "/things", method: "OPTIONS" });
    expect(options).toMatchObject({ status: 204, text: "", headers: { allow: "GET, HEAD, POST, OPTIONS" } });
    const put = await send({ path: "/things", method: "PUT", body: "x" });
    expect(put.headers["allow"]).toBe("GET, HEAD, POST, OPTIONS");
    expect(problem(put)).toMatchObject({
      status: 405,
      code: "FTG_METHOD",
      detail: "/things answers GET, HEAD, POST, OPTIONS; got PUT.",
    });
  });

  test.each(["PROPFIND", "TRACE", "QUERY", "PURGE"])("%s is a 501 everywhere", async (method) => {
    const { send } = await serve();
    expect(problem(await send({ path: "/things", method }))).toMatchObject({ status: 501, code: "FTG_METHOD_UNKNOWN" });
    expect(problem(await send({ path: "/nowhere", method }))).toMatchObject({
      status: 501,
      code: "FTG_METHOD_UNKNOWN",
    });
  });

  test.each(["GET", "POST", "PATCH", "DELETE", "OPTIONS"])("%s of an unknown path is a 404", async (method) => {
    const { send } = await serve();
    const answer = await send({
      path: "/nowhere/at/all",
      method,
      headers: { "content-type": "text/plain" },
      body: "x",
    });
    expect(problem(answer)).toMatchObject({
      status: 404,
      code: "FTG_NOT_FOUND",
      detail: "Nothing is served at /nowhere/at/all.",
    });
  });

  test.each([
    "//things",
    "/things/",
    "/./things",
    "/x/../things",
    "/%74hings",
    "/things/a%2fb",
    "/things;a=1",
    "/things/%FF",
    "/things/%",
    "/nowhere/%61",
    "/things/%00",
    "http://other/things",
  ])("refuses the path %s", async (path) => {
    const { send } = await serve();
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      const answer = await send({ path, method });
      expect(answer.status).toBe(400);
      if (method !== "HEAD") expect(problem(answer)).toMatchObject({ code: "FTG_PATH" });
    }
  });

  test("refuses an address that is too long, however it is long", async () => {
    const { send } = await serve();
    expect(problem(await send({ path: `/things?q=${"x".repeat(9_000)}` }))).toMatchObject({
      status: 414,
      code: "FTG_URI_TOO_LONG",
    });
    expect(problem(await send({ path: `/things/${"x".repeat(3_000)}` }))).toMatchObject({
      status: 414,
      code: "FTG_URI_TOO_LONG",
    });
    expect(problem(await send({ path: "/things", headers: { "x-long": "x".repeat(20_000) } }))).toMatchObject({
      status: 431,
      code: "FTG_HEADERS",
    });
  });
});

describe("bodies", () => {
  test("parses JSON", async () => {
    const { port } = await serve();
    const answer = await sendJson(port, "POST", "/things", { a: [1, "ü"] });
    expect(JSON.parse(answer.text)).toMatchObject({ path: "/things", body: { a: [1, "ü"] } });
  });

  test.each([
    {},
    { "content-type": "text/plain" },
    { "content-type": "application/x-www-form-urlencoded" },
    { "content-type": "application/json; charset=utf-16" },
    { "content-type": "application/json\ta" },
  ])("wrong media type %j is a 415, also for an empty body", async (headers) => {
    const { send } = await serve();
    for (const body of ["{}", undefined]) {
      const answer = await send({ path: "/things", method: "POST", headers, ...(body !== undefined && { body }) });
      expect(answer.headers["accept"]).toBe("application/json");
      expect(problem(answer)).toMatchObject({ status: 415, code: "FTG_MEDIA_TYPE" });
    }
  });

  test.each(["", "{", '{"a":1,"a":2}', '{"__proto__":1}', "[".repeat(50), Buffer.from([0xff])])(
    "unreadable body %j is a 400 with its place",
    async (body) => {
      const { send } = await serve();
      const answer = await send({
        path: "/things",
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      expect(problem(answer)).toMatchObject({ status: 400, code: "FTG_BODY" });
      expect(answer.headers["connection"]).not.toBe("upgrade");
    },
  );

  test("a body over the limit is a 413, announced or not", async () => {
    const { port, send } = await serve({ limits: { body: 100 } });
    const body = JSON.stringify("x".repeat(200));
    const headers = { "content-type": "application/json" };
    expect(problem(await send({ path: "/things", method: "POST", headers, body }))).toMatchObject({
      status: 413,
      code: "FTG_TOO_LARGE",
    });
    const chunked = `POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nca\r\n${body}\r\n0\r\n\r\n`;
    expect(await sendBytes(port, chunked)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("the default limit is 1 MiB", async () => {
    const { send } = await serve();
    const headers = { "content-type": "application/json" };
    const fits = JSON.stringify("x".repeat(1_048_574));
    expect((await send({ path: "/things", method: "POST", headers, body: fits })).status).toBe(200);
    expect((await send({ path: "/things", method: "POST", headers, body: `${fits} ` })).status).toBe(413);
  });

  test("a body where none is taken is ignored", async () => {
    const { send } = await serve();
    const answer = await send({
      path: "/things/1",
      method: "DELETE",
      headers: { "content-type": "text/plain" },
      body: "x",
    });
    expect(answer).toMatchObject({ status: 204, text: "" });
  });
});

describe("sign-in", () => {
  test("runs once per request, sees only headers, and its user is the actor", async () => {
    const seen: unknown[] = [];
    const { send } = await serve({
      authenticate: (request) => {
        seen.push(Object.keys(request));
        return request.headers.authorization === undefined ? null : { id: 7 };
      },
    });
    const known = await send({ path: "/things", headers: { authorization: "x" } });
    expect(JSON.parse(known.text)).toMatchObject({ actor: { kind: "principal", user: { id: 7 } } });
    expect(known.headers["cache-control"]).toBe("no-store");
    const unknown = await send({ path: "/things" });
    expect(JSON.parse(unknown.text)).toMatchObject({ actor: { kind: "principal", user: null } });
    expect(unknown.headers["cache-control"]).toBe("no-cache");
    expect(seen).toEqual([["headers"], ["headers"]]);
  });

  test("that answers undefined, as plain JavaScript does for whom it does not know, signs nobody in", async () => {
    for (const nobody of [() => undefined, async () => undefined]) {
      // Cast: the types of TypeScript refuse it.
      const { send } = await serve({ authenticate: nobody as unknown as () => null });
      const answer = await send({ path: "/things" });
      expect(JSON.parse(answer.text)).toMatchObject({ actor: { kind: "principal", user: null } });
      expect(answer.headers["cache-control"]).toBe("no-cache");
    }
  });

  test.each(["token-of-somebody", 7, true, ["u"]])(
    "that answers %j, which is no user, answers no request",
    async (user) => {
      // Cast: the types of TypeScript refuse it.
      const { send } = await serve({ authenticate: () => user as unknown as null });
      const answer = await send({ path: "/things" });
      expect(problem(answer)).toMatchObject({ status: 500, code: "FTG_INTERNAL" });
    },
  );

  test("what it throws answers the request: its own error, or a 500 without details", async () => {
    const { send } = await serve({
      authenticate: ({ headers }) => {
        if (headers.authorization === "bad")
          return Promise.reject(new FootingError("FTG_FORBIDDEN", { detail: "Suspended." }));
        throw new Error("secret of the token store");
      },
    });
    expect(problem(await send({ path: "/things", headers: { authorization: "bad" } }))).toMatchObject({
      status: 403,
      detail: "Suspended.",
    });
    const answer = await send({ path: "/things" });
    expect(problem(answer)).toMatchObject({ status: 500, code: "FTG_INTERNAL" });
    expect(answer.text).not.toContain("secret");
  });
});

describe("failures", () => {
  test.each(["GET", "POST"])(
    "an unexpected error of %s is a 500 without details, logged with its cause and no secret of the request",
    async (method) => {
      const { send } = await serve();
      const answer = await send({
        path: "/fail?token=abc",
        method,
        headers: { "content-type": "application/json", cookie: "session=abc", "x-request-id": "my-id" },
        body: "{}",
      });
      expect(problem(answer)).toMatchObject({
        status: 500,
        code: "FTG_INTERNAL",
        detail: "The server failed to answer. Its log names this request my-id.",
      });
      expect(answer.text).not.toContain("secret");
      expect(logged).toEqual([
        {
          fields: {
            request: "my-id",
            method,
            route: "/fail",
            err: expect.objectContaining({ message: expect.stringContaining("secret") }),
          },
          message: "request failed",
        },
      ]);
      expect(JSON.stringify(logged)).not.toContain("abc");
    },
  );

  test.each(["answer", "late", "refusal"])(
    "a header of own code that cannot be sent is a 500, and the process lives on: %s",
    async (kind) => {
      const { send } = await serve();
      for (const header of ["x-a/a%0D%0Aset-cookie:%20b", "x-a/%E4%B8%AD", "x%20a/b"])
        expect(problem(await send({ path: `/headers/${kind}/${header}` }))).toMatchObject({ code: "FTG_INTERNAL" });
      expect(logged).toHaveLength(3);
      if (kind !== "refusal") expect(lastBody?.destroyed).toBe(true);
      expect((await send({ path: `/headers/${kind}/x-a/b` })).headers["x-a"]).toBe("b");
    },
  );

  test("a header of a plugin that cannot be sent ends the connection, and the process lives on", async () => {
    const { send } = await serve({
      plugins: (server) =>
        server.addHook("onRequest", async ({ url }, reply) => void (url === "/things" && reply.header("x-a", "中"))),
    });
    await expect(send({ path: "/things" })).rejects.toThrow();
    expect((await send({ path: "/things/1" })).status).toBe(200);
  });

  test("a request id that is not well-formed is replaced", async () => {
    const { send } = await serve();
    const answer = await send({ path: "/things", headers: { "x-request-id": "a b" } });
    expect(answer.headers["x-request-id"]).toMatch(/^[a-z0-9]+-[a-z0-9]+$/);
  });

  test("bytes that are no request are answered with a problem, and the process lives on", async () => {
    const { port, send } = await serve();
    for (const bytes of [
      "nonsense\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET /things HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
      "POST /things HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
      "GET /a\u0000b HTTP/1.1\r\nhost: x\r\n\r\n",
    ]) {
      const answer = await sendBytes(port, bytes);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain("application/problem+json");
    }
    expect((await send({ path: "/things" })).status).toBe(200);
  });

  test("a client that leaves before its body has arrived is not logged as a failure", async () => {
    const { port, send } = await serve();
    const half = "POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    const socket = connect(port, "127.0.0.1", () => socket.write(half));
    await sleep(100);
    socket.destroy();
    await sleep(100);
    expect(logged).toEqual([]);
    expect((await send({ path: "/fail" })).status).toBe(500);
    expect(logged).toHaveLength(1);
  });

  test("a request that does not arrive in time is a 408", async () => {
    const { port } = await serve({ limits: { headersTimeout: 200, requestTimeout: 200 } });
    expect(await sendBytes(port, "GET /things HTTP/1.1\r\nhost: x\r\n")).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*cache-control: no-store\r\n[\s\S]*FTG_SLOW_REQUEST/,
    );
  });

  test("slow requests are logged, others are not", async () => {
    const { send } = await serve({ limits: { slow: 100 } });
    await send({ path: "/things?token=abc" });
    await send({ path: "/late?token=abc" });
    expect(logged).toEqual([
      {
        fields: { request: expect.any(String), method: "GET", route: "/late", ms: expect.any(Number) },
        message: "slow request",
      },
    ]);
  });

  test("an HTML page may load nothing unless it says so", async () => {
    const { send } = await serve();
    const { headers } = await send({ path: "/page" });
    expect(headers).toMatchObject({
      "content-security-policy": expect.stringContaining("default-src 'none'"),
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
  });
});

describe("the time limit", () => {
  test("a request without an answer gets a 503, the late answer is dropped, and the connection lives on", async () => {
    const { port } = await serve({ limits: { handlerTimeout: 100 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    const send = (path: string): Promise<RawAnswer> => sendRequest(port, { path, agent, sockets });
    const started = performance.now();
    const answer = await send("/asked");
    expect(performance.now() - started).toBeGreaterThanOrEqual(99);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(problem(answer)).toMatchObject({
      status: 503,
      code: "FTG_TIMEOUT",
      detail: "The server found no answer within 100 ms.",
    });
    expect(asked[0]?.request.aborted).toBe(true);
    asked[0]?.finish();
    expect(await send("/things")).toMatchObject({ status: 200 });
    expect(sockets.size).toBe(1);
    expect(logged).toEqual([
      {
        fields: { request: expect.any(String), method: "GET", route: "/asked", limit: 100 },
        message: "request took too long",
      },
    ]);
    agent.destroy();
  });

  test("a failure that comes too late is logged and not sent", async () => {
    const { send } = await serve({ limits: { handlerTimeout: 50 } });
    expect((await send({ path: "/asked" })).status).toBe(503);
    asked[0]?.finish(new Error("late secret"));
    await sleep(10);
    expect(logged.map(({ message }) => message)).toEqual(["request took too long", "request failed"]);
    expect((await send({ path: "/things" })).status).toBe(200);
  });

  test("a change that may still happen is not to be sent again unseen", async () => {
    const { port } = await serve({ limits: { handlerTimeout: 50 } });
    const answer = await sendJson(port, "POST", "/asked", {});
    expect(problem(answer)).toMatchObject({
      status: 503,
      detail: "The server found no answer within 50 ms. A change that was asked for may still happen.",
      fix: "Look whether the change is there before you send it again.",
    });
  });

  test("sign-in is held to it as well, and lets nobody in afterwards", async () => {
    const signIns: ((user: null) => void)[] = [];
    const { send } = await serve({
      limits: { handlerTimeout: 50 },
      authenticate: () => new Promise((resolve) => signIns.push(resolve)),
    });
    expect(problem(await send({ path: "/asked" }))).toMatchObject({ status: 503, code: "FTG_TIMEOUT" });
    signIns[0]?.(null);
    await sleep(10);
    expect(asked).toEqual([]);
  });

  test("many requests at once each get their own answer, or the 503", async () => {
    const { send } = await serve({ limits: { handlerTimeout: 300 } });
    const answers = Array.from({ length: 30 }, (_, index) => send({ path: `/asked?${index}` }));
    while (asked.length < 30) await sleep(5);
    const isEven = ({ query }: HostRequest): boolean => Number(query) % 2 === 0;
    for (const { request, finish } of asked) if (isEven(request)) finish();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? 200 : 503)));
  });
});

describe("load", () => {
  test("a late event loop refuses requests, says so in the log and at /readyz, and then takes them again", async () => {
    const { send } = await serve({ limits: { eventLoopDelay: 20 } });
    const waitFor = async (status: number): Promise<RawAnswer> => {
      for (;;) {
        const answer = await send({ path: "/things" });
        if (answer.status === status) return answer;
        await sleep(20);
      }
    };
    await waitFor(200);
    const stop = burden();
    const answer = await waitFor(503);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(problem(answer)).toMatchObject({ code: "FTG_OVERLOADED" });
    expect(problem(await send({ path: "/readyz" }))).toMatchObject({ status: 503, code: "FTG_OVERLOADED" });
    expect((await send({ path: "/healthz" })).status).toBe(200);
    stop();
    await waitFor(200);
    expect((await send({ path: "/readyz" })).status).toBe(200);
    expect(logged).toEqual([
      {
        fields: expect.objectContaining({ eventLoopDelay: expect.any(Number), heapUsed: expect.any(Number) }),
        message: "requests are refused: too much load",
      },
    ]);
  });

  test("a full heap refuses requests", async () => {
    const { send } = await serve({ limits: { heap: 0.01 } });
    await sleep(1_200);
    expect(problem(await send({ path: "/things" }))).toMatchObject({ status: 503, code: "FTG_OVERLOADED" });
  });

  test("what is mounted is refused like anything else, with the time after which to try again", async () => {
    const { send } = await serve({
      limits: { heap: 0.01 },
      mounts: { "/old": (_request, response) => response.end() },
    });
    await sleep(1_200);
    const answer = await send({ path: "/old" });
    expect(problem(answer)).toMatchObject({ status: 503, code: "FTG_OVERLOADED" });
    expect(answer.headers).toMatchObject({ "retry-after": "1", "cache-control": "no-store" });
  });

  test("each limit can be switched off", async () => {
    const limits = { eventLoopDelay: Number.POSITIVE_INFINITY, eventLoopUtilization: 100, heap: 100 };
    const { send } = await serve({ limits });
    const stop = burden();
    await sleep(1_300);
    expect((await send({ path: "/things" })).status).toBe(200);
    expect((await send({ path: "/readyz" })).status).toBe(200);
    stop();
  });
});

describe("who waits for an answer", () => {
  test("nobody when the client has gone, somebody while it waits, on a connection that served others before", async () => {
    const { port } = await serve();
    const socket = connect(port, "127.0.0.1");
    socket.resume();
    const message = "GET /asked HTTP/1.1\r\nhost: x\r\n\r\n";
    socket.write(message);
    while (asked.length < 1) await sleep(5);
    asked[0]?.finish();
    socket.write(message);
    while (asked.length < 2) await sleep(5);
    await sleep(50);
    const request = asked[1]?.request;
    expect(request?.aborted).toBe(false);
    socket.destroy();
    for (let turn = 0; turn < 200 && request?.aborted === false; turn++) await sleep(5);
    expect(request?.aborted).toBe(true);
    asked[1]?.finish();
  });

  test("a client that has sent a body and waits is there", async () => {
    const { port } = await serve();
    const answer = sendJson(port, "POST", "/asked", { a: 1 });
    while (asked.length < 1) await sleep(5);
    await sleep(50);
    expect(asked[0]?.request).toMatchObject({ body: { a: 1 }, aborted: false });
    asked[0]?.finish();
    expect((await answer).status).toBe(200);
  });
});

describe("life", () => {
  test("health and readiness", async () => {
    let works = true;
    const { send } = await serve({
      ping: () => (works ? Promise.resolve() : Promise.reject(new Error("no database"))),
    });
    expect(await send({ path: "/healthz" })).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(await send({ path: "/readyz" })).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    works = false;
    const answer = await send({ path: "/readyz" });
    expect(answer.headers["retry-after"]).toBe("1");
    expect(problem(answer)).toMatchObject({ status: 503, code: "FTG_BUSY", detail: "The database does not answer." });
    expect((await send({ path: "/healthz" })).status).toBe(200);
  });

  test("a database that never answers is not ready", async () => {
    const { send } = await serve({ ping: () => new Promise(() => undefined) });
    expect((await send({ path: "/readyz" })).status).toBe(503);
  });

  test("close lets running requests finish and takes no new ones", async () => {
    const { host, port } = await serve();
    const running = fetch(`http://127.0.0.1:${port}/late`);
    await sleep(50);
    const started = performance.now();
    const closed = host.close();
    const answer = await running;
    expect(answer.status).toBe(200);
    expect(answer.headers.get("connection")).toBe("close");
    await closed;
    expect(performance.now() - started).toBeLessThan(1_000);
    await expect(sendRequest(port, { path: "/things" })).rejects.toThrow("ECONNREFUSED");
  });

  test("close ends what does not finish within the limit", async () => {
    const { host, port } = await serve({ limits: { stop: 100 } });
    const hanging = sendBytes(port, "GET /things HTTP/1.1\r\nhost: x\r\n");
    await sleep(50);
    await host.close();
    expect(await hanging).toBe("");
  });

  test("a port in use, a foreign address and a port that is none are one clear error", async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) =>
      blocker.listen(0, "127.0.0.1", () => resolve(Object(blocker.address()).port)),
    );
    const host = createHost({ logger, ping: () => Promise.resolve() });
    await expect(host.listen("127.0.0.1", port)).rejects.toMatchObject({
      code: "FTG_PORT",
      message: `Port ${port} on 127.0.0.1 is taken by another program.`,
    });
    await expect(createHost({ logger, ping: () => Promise.resolve() }).listen("192.0.2.1", 0)).rejects.toMatchObject({
      code: "FTG_PORT",
      message: "192.0.2.1 is not an address of this machine.",
    });
    await expect(
      createHost({ logger, ping: () => Promise.resolve() }).listen("127.0.0.1", 70_000),
    ).rejects.toMatchObject({ code: "FTG_PORT", message: "A port is a number from 0 to 65535; got 70000." });
    await new Promise((resolve) => blocker.close(resolve));
  });
});

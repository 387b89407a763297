// Connections that break at any byte of what the server says: whoever waits is told at once, and truly.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { loadStore } from "../../src/app/load-store.ts";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { type FaultyProxy, startFaultyProxy } from "../servers/faulty-proxy.ts";
import { describeWithServer, type ServerName, useServer } from "../servers/shared-servers.ts";

const { schema, rules } = createSchema({
  Fact: model({ n: t.int(), parts: t.many("Part", "fact") }, { key: "n" }),
  Part: model({ n: t.int(), fact: t.ref("Fact") }, { key: "n" }),
});

/** Far below the 35 s after which a silent connection is given up, and far above what telling takes. */
const AT_ONCE = 5_000;
const LIFE_MS = 180_000;

const servers: readonly (readonly [name: ServerName, title: string, patience: string])[] = [
  ["postgres", "PostgreSQL", "connect_timeout=1"],
  ["mariadb", "MariaDB", "connect-timeout=1"],
  ["mysql", "MySQL", "connect-timeout=1"],
];

interface Broken {
  readonly proxy: FaultyProxy;
  /** Opens a store by way of the proxy, or straight. */
  readonly open: (isStraight?: boolean) => Promise<Store>;
}

async function breakServer(name: ServerName, patience: string): Promise<Broken> {
  const straight = await (await useServer(name)).createDatabase();
  const proxy = await startFaultyProxy(straight);
  onTestFinished(proxy.close);
  const url = `${proxy.url}${proxy.url.includes("?") ? "&" : "?"}${patience}`;
  const open = async (isStraight = false) => {
    const store = await loadStore(isStraight ? straight : url);
    await store.open(schema, { createTables: true });
    onTestFinished(() => store.close());
    return store;
  };
  return { proxy, open };
}

/** The code of what work came to; the test fails if it takes too long. */
async function settle(work: Promise<unknown>, label: string): Promise<string> {
  const code = work.then(
    () => "answered",
    (error: unknown) => (error instanceof FootingError ? error.code : String(error)),
  );
  const found = await Promise.race([code, sleep(AT_ONCE, "nothing", { ref: false })]);
  expect(found, label).not.toBe("nothing");
  return found;
}

/** One row, or one with a related row that may be there: one statement, or a transaction that waits for an answer. */
function write(engine: Executor, n: number, isWhole: boolean): Promise<unknown> {
  const parts = { connectOrCreate: [{ key: n, create: {} }] };
  return engine.create({ model: "Fact", data: { n, ...(isWhole && { parts }) } }, systemActor);
}

for (const [name, title, patience] of servers) {
  describeWithServer(name, title, () => {
    test("a server that breaks off while a store opens is named within the time to connect", {
      timeout: LIFE_MS,
    }, async () => {
      const { proxy, open } = await breakServer(name, patience);
      await open();
      const said = proxy.said();
      for (const fault of ["end", "reset", "silence", "stop"] as const) {
        // What is silent later is given up after 35 s.
        const [step, last] = fault === "end" || fault === "reset" ? [29, Math.min(said, 900)] : [149, 300];
        for (let bytes = 0; bytes < last; bytes += step) {
          proxy.cutNew({ bytes, fault });
          expect(await settle(open(), `${fault} after ${bytes} bytes`)).toBe("FTG_DATABASE");
        }
      }
      proxy.cutNew(null);
      await open();
    });

    test.each(["end", "reset"] as const)(
      "a write whose answer breaks off (%s) is done, not done, or unknown",
      {
        timeout: LIFE_MS,
      },
      async (fault) => {
        const { proxy, open } = await breakServer(name, patience);
        const engine = createEngine({ schema, rules, store: await open() });
        const witness = createEngine({ schema, rules, store: await open(true) });
        const seen = new Set<string>();
        for (let n = 0; n < 60; n++) {
          // It opens a connection again, after one that found the last one gone.
          proxy.cutAll({ bytes: Number.POSITIVE_INFINITY, fault });
          await write(engine, 1000 + n, true).catch(() => write(engine, 1000 + n, true));
          proxy.cutAll({ bytes: n * 3, fault });
          const code = await settle(write(engine, n, n % 2 === 0), `${fault} after ${n * 3} bytes`);
          seen.add(code);
          const stored = await witness.count({ model: "Fact", where: { n } }, systemActor);
          if (code === "answered") expect(stored, `after ${n * 3} bytes`).toBe(1);
          else if (code === "FTG_BUSY") expect(stored, `after ${n * 3} bytes`).toBe(0);
          else expect(code).toBe("FTG_UNKNOWN_OUTCOME");
        }
        expect([...seen].toSorted()).toEqual(["FTG_BUSY", "FTG_UNKNOWN_OUTCOME", "answered"]);
      },
    );

    test("all that wait hear of it when all connections break", { timeout: LIFE_MS }, async () => {
      const { proxy, open } = await breakServer(name, patience);
      const engine = createEngine({ schema, rules, store: await open() });
      let n = 10_000;
      for (const bytes of [0, 1, 20, 100]) {
        const writes = Array.from({ length: 30 }, () => write(engine, n++, true));
        const reads = Array.from({ length: 30 }, () => engine.count({ model: "Part" }, systemActor));
        const codes = [...writes, ...reads].map((work) => settle(work, `${bytes} bytes`));
        await sleep(10 + bytes / 4);
        proxy.cutAll({ bytes, fault: "reset" });
        for (const code of await Promise.all(codes))
          expect(["answered", "FTG_BUSY", "FTG_UNKNOWN_OUTCOME"]).toContain(code);
        // A connection that has said less so far would break now.
        proxy.cutAll({ bytes: Number.POSITIVE_INFINITY, fault: "reset" });
        expect(await settle(write(engine, n++, true), "afterwards")).toBe("answered");
      }
    });
  });
}

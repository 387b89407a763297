/** What was acknowledged before the server was killed is there afterwards, once, and the store works again by itself. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startPostgres } from "../../../test/servers/postgres.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import { systemActor } from "../../engine/actor.ts";
import { createEngine } from "../../engine/engine.ts";
import type { Executor } from "../../engine/executor.ts";
import { FootingError } from "../../errors/footing-error.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { createPostgresStore } from "./store.ts";

const KILLS = 4;
const WRITERS = 6;

const { schema, rules } = createSchema({
  Fact: model({ n: t.int(), part: t.int() }, { key: ["n", "part"], index: [["part"]] }),
});

interface Diary {
  readonly acknowledged: number[];
  readonly unknown: number[];
  readonly codes: Set<string>;
}

/** Writes facts of two rows each, in one transaction, until told to stop. */
async function keepWriting(engine: Executor, numbers: Iterator<number>, diary: Diary, isOver: () => boolean) {
  while (!isOver()) {
    const n = Number(numbers.next().value);
    try {
      await engine.transaction(async (inner) => {
        await inner.create({ model: "Fact", data: { n, part: 0 } }, systemActor);
        await inner.create({ model: "Fact", data: { n, part: 1 } }, systemActor);
      });
      diary.acknowledged.push(n);
    } catch (error) {
      if (!(error instanceof FootingError)) throw error;
      diary.codes.add(error.code);
      if (error.code === "FTG_UNKNOWN_OUTCOME") diary.unknown.push(n);
      await sleep(5);
    }
  }
}

function* count(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}

describeWithServer("postgres", "a server that is killed under load", () => {
  test("loses and doubles nothing that was acknowledged", { timeout: 120_000 }, async () => {
    const server = await startPostgres();
    const store = createPostgresStore({ url: server.url });
    try {
      await store.open(schema, { createTables: true });
      const engine = createEngine({ schema, rules, store });
      const diary: Diary = { acknowledged: [], unknown: [], codes: new Set() };
      let isOver = false;
      const numbers = count();
      const writers = Array.from({ length: WRITERS }, () => keepWriting(engine, numbers, diary, () => isOver));
      for (let kill = 0; kill < KILLS; kill++) {
        const before = diary.acknowledged.length;
        while (diary.acknowledged.length < before + 20) await sleep(10);
        await server.kill();
        await expect(engine.count({ model: "Fact" }, systemActor)).rejects.toMatchObject({ code: "FTG_BUSY" });
        await server.restart();
      }
      const last = diary.acknowledged.length;
      while (diary.acknowledged.length < last + 20) await sleep(10);
      isOver = true;
      await Promise.all(writers);
      const [whole = "", broken = ""] = (
        await server.query(
          "SELECT string_agg(n::text, ','), count(*) FILTER (WHERE parts <> 2) FROM (SELECT n, count(*) AS parts FROM fact GROUP BY n) AS f",
        )
      ).split("\t");
      const stored = new Set(whole.split(",").map(Number));
      expect(diary.acknowledged.filter((n) => !stored.has(n))).toEqual([]);
      expect(broken).toBe("0");
      const known = new Set([...diary.acknowledged, ...diary.unknown]);
      expect([...stored].filter((n) => !known.has(n))).toEqual([]);
      for (const code of diary.codes) expect(["FTG_BUSY", "FTG_UNKNOWN_OUTCOME"]).toContain(code);
    } finally {
      await store.close();
      await server.stop();
    }
  });
});

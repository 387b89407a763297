/** A connection by itself: what a statement that is ended does to the others, and how the connection ends. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { describeWithServer, useServer } from "../../../test/servers/shared-servers.ts";
import { LinkWatch } from "../sql/link-queue.ts";
import { parseAddress } from "./address.ts";
import { Link } from "./driver.ts";

async function connect(silence = 30_000): Promise<Link> {
  const address = parseAddress(await (await useServer("mariadb")).createDatabase());
  const link = await Link.connect({ address, watch: new LinkWatch(silence) });
  onTestFinished(() => link.destroy());
  return link;
}

describeWithServer("mariadb", "a connection to MariaDB", () => {
  test("a statement that takes too long fails alone", async () => {
    const link = await connect();
    await link.exec("SET SESSION max_statement_time = 0.2");
    const answers = [link.query("SELECT SLEEP(?)", [5]), link.query("SELECT ?", [7])];
    await expect(answers[0]).rejects.toMatchObject({ name: "ServerError", number: 1969 });
    expect(await answers[1]).toMatchObject({ rows: [[7]] });
    expect(link.isOpen).toBe(true);
  });

  test("what a late cancel hit in place of another is asked again", async () => {
    const link = await connect();
    const cancel = link.cancel.bind(link);
    let cancels = 0;
    link.cancel = async () => {
      await sleep(600);
      await cancel();
      cancels += 1;
    };
    const abort = { aborted: false };
    const started = performance.now();
    const answers = [link.query("SELECT ?, SLEEP(0.5)", [1], abort), link.query("SELECT ?, SLEEP(1)", [2])];
    abort.aborted = true;
    // Whoever asked might send something else, which would be hit.
    await answers[0];
    expect(cancels).toBe(1);
    expect(await Promise.all(answers)).toMatchObject([{ rows: [[1, 0]] }, { rows: [[2, 0]] }]);
    expect(cancels).toBe(1);
    expect(performance.now() - started).toBeGreaterThan(1750);
  });

  test("a server that says nothing for too long is given up; one with nothing to do is not", async () => {
    const link = await connect(200);
    await sleep(500);
    expect(link.isOpen).toBe(true);
    const answers = [link.query("SELECT SLEEP(?)", [2]), link.query("SELECT ?", [7])];
    for (const answer of answers) await expect(answer).rejects.toMatchObject({ name: "ConnectionError" });
    expect(link.isOpen).toBe(false);
  });

  test("destroying fails what is under way, at once", async () => {
    const link = await connect();
    const answers = [link.query("SELECT SLEEP(?)", [2]), link.exec("SELECT 1")];
    const started = performance.now();
    await link.destroy();
    for (const answer of answers) await expect(answer).rejects.toMatchObject({ name: "ConnectionError" });
    await expect(link.query("SELECT 1", [])).rejects.toMatchObject({ name: "ConnectionError" });
    expect(performance.now() - started).toBeLessThan(500);
  });
});

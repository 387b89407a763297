/** The same tests of the store on a MySQL server, where the environment names one, and what that one does worse. */
import { expect, onTestFinished, test, vi } from "vitest";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { createMysqlStore } from "./store.ts";

vi.mock("../../../test/servers/shared-servers.ts", async (load) => {
  const servers = await load<typeof import("../../../test/servers/shared-servers.ts")>();
  return {
    ...servers,
    useServer: () => servers.useServer("mysql"),
    describeWithServer: (_: string, title: string, tests: () => void) =>
      servers.describeWithServer("mysql", title.replace("MariaDB", "MySQL"), tests),
  };
});
vi.mock("../../../test/servers/mariadb.ts", async (load) => ({
  ...(await load<object>()),
  startMariadb: async (options?: object) => (await import("../../../test/servers/mysql.ts")).startMysql(options),
}));

const { startMysql } = await import("../../../test/servers/mysql.ts");
const { describeWithServer } = await import("../../../test/servers/shared-servers.ts");
await import("./bulk.test.ts");
await import("./store.test.ts");

describeWithServer("mysql", "a MySQL as it comes", () => {
  test("is refused a model whose references to itself it would not check", { timeout: 60_000 }, async () => {
    const server = await startMysql({ settings: { "loose-innodb-native-foreign-keys": "OFF" } });
    onTestFinished(server.stop);
    const open = async (key: "n" | readonly ["n", "code"]) => {
      const Node = model({ n: t.int(), code: t.int(), next: t.ref("Node").optional() }, { key });
      const store = createMysqlStore({ url: await server.createDatabase() });
      onTestFinished(() => store.close());
      await store.open(createSchema({ Node }).schema, { createTables: true });
    };
    await open("n");
    // Servers before 9.6 look at every reference.
    const isNew = (await server.query("SHOW VARIABLES LIKE 'innodb_native_foreign_keys'")) !== "";
    const wide = open(["n", "code"]);
    if (isNew)
      await expect(wide).rejects.toMatchObject({
        code: "FTG_DATABASE",
        fix: expect.stringContaining("innodb_native_foreign_keys=ON"),
      });
    else await wide;
  });
});

/** The spans of time of the shared compiler, held against what PostgreSQL itself makes of the same zones. */
import { expect, test } from "vitest";
import { createPostgresSchema, runPostgres } from "../../../test/servers/postgres-schema.ts";
import { describeWithServer } from "../../../test/servers/shared-servers.ts";
import { type BucketUnit, createBucket } from "../../plan/aggregate-node.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { Compilation } from "../sql/compilation.ts";
import { compileBucket, compileBucketStart } from "../sql/compile-bucket.ts";
import { dialect } from "./compiler.ts";

const units: readonly BucketUnit[] = ["hour", "day", "week", "month", "quarter", "year"];
const zones = [
  "Europe/Berlin",
  "America/Havana",
  "America/Sao_Paulo",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
];

describeWithServer("postgres", "PostgreSQL", () => {
  test.each(zones)("%s", async (zone) => {
    const url = await createPostgresSchema();
    const c = new Compilation(createSchema({}).schema, dialect);
    const datetime = { kind: "datetime", list: false } as const;
    const differences = units.map((unit) => {
      const bucket = createBucket(unit, zone);
      const local = compileBucket(c, bucket, { expression: "i.at", type: datetime });
      const differs = `${compileBucketStart(c, bucket, "k.local")} <> date_trunc('${unit}', k.at, '${zone}')`;
      // Behind a GROUP BY, as here behind an OFFSET, the server calculates the local time once.
      const rows = `SELECT i.at, ${local} AS local FROM instants AS i OFFSET 0`;
      return `SELECT '${unit}' AS unit, k.at FROM (${rows}) AS k WHERE ${differs}`;
    });
    // Every hour around all changes of the clocks of many years, and every 37 hours in between.
    const instants = `WITH instants AS MATERIALIZED (
      SELECT generate_series('1950-01-01'::timestamptz, '2037-01-01', '37 hours 11 minutes') AS at
      UNION SELECT generate_series('2010-03-01'::timestamptz, '2012-12-31', '30 minutes'))`;
    const rows = await runPostgres(url, `${instants} ${differences.join(" UNION ALL ")}`);
    expect(rows).toEqual([]);
  });
});

// How the tests run: from source, in forked processes, beside the code they test and under test/.
// Database servers are shared by all files of a run, and started when the first of them asks.
import { defineConfig, type ViteUserConfig } from "vitest/config";

// A file with nothing but tests of MySQL, which run where FOOTING_MYSQLD names a server.
const extra = process.env["FOOTING_MYSQLD"] ? [] : ["**/on-mysql.test.ts"];

const config: ViteUserConfig = defineConfig({
  ssr: { resolve: { conditions: ["footing-source", "node"], externalConditions: ["footing-source", "node"] } },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts", "bench/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", ...extra],
    pool: "forks",
    globalSetup: "test/servers/global-setup.ts",
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});

export default config;

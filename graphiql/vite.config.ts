// Builds the page into dist/graphiql, where the GraphQL API serves it from; no file refers to another host.
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  base: "/graphql/assets/",
  logLevel: "warn",
  build: {
    outDir: "../dist/graphiql",
    emptyOutDir: true,
    assetsDir: "",
    // Data URLs in scripts would need a weaker content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 10_000,
    rolldownOptions: {
      // Libraries mark modules "use client", which means nothing to a bundle for browsers.
      onwarn: (warning, warn) => (warning.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : warn(warning)),
    },
  },
});

export default config;

/** GraphiQL in a real browser: it loads, runs a query, and talks to nobody but the server it came from. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHost, type Host } from "../../src/http/host.ts";
import { createGraphqlApp } from "../support/graphql-app.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const root = fileURLToPath(new URL("../../", import.meta.url));

let host: Host;
let url: string;

beforeAll(async () => {
  if (!existsSync(`${root}dist/graphiql/index.html`)) {
    const { status } = spawnSync(process.execPath, [`${root}node_modules/vite/bin/vite.js`, "build"], {
      cwd: `${root}graphiql`,
      stdio: "inherit",
    });
    expect(status, "vite build").toBe(0);
  }
  host = await serve(true);
  url = `http://127.0.0.1:${await host.listen("127.0.0.1", 0)}/graphql`;
}, 120_000);

afterAll(() => host.close());

describe.skipIf(!existsSync(executablePath))("GraphiQL in Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: flags });
  });

  afterAll(() => browser.close());

  test("runs a query, with requests to its own origin only and no complaint of the browser", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(10_000);
    const elsewhere: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin)
        elsewhere.push(request.url());
    });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(url);
    const editor = page.locator(".graphiql-query-editor .monaco-editor").first();
    await editor.waitFor();
    await editor.click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText("{ city(id: 2) { name country { name } } }");
    // Takes away the bracket that the editor may have closed by itself.
    await page.keyboard.press("Delete");
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.locator(".result-window").getByText("Algeria").waitFor();
    await page.getByLabel("Show Documentation Explorer").click();
    await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).click();
    await page.locator(".graphiql-doc-explorer").getByText("What can be read.").waitFor();
    if (process.env["SCREENSHOTS"] !== undefined)
      await page.screenshot({ path: `${process.env["SCREENSHOTS"]}/graphiql.png` });
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  }, 60_000);
});

describe("the page's address", () => {
  const browserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

  test("gives a browser the page under a strict policy", async () => {
    const response = await fetch(url, { headers: { accept: browserAccept } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain(
      "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'",
    );
    expect(await response.text()).not.toMatch(/https?:\/\//);
  });

  test("gives a browser the answer when the address holds a query", async () => {
    const response = await fetch(`${url}?query={city(id:1){name}}`, { headers: { accept: browserAccept } });
    expect(await response.json()).toEqual({ data: { city: { name: "Algiers" } } });
  });

  test.each(["nothing.js", "index.html", "..%2f..%2fpackage.json", "package.json"])(
    "does not serve %s as a file of the page",
    async (name) => {
      const response = await fetch(`${url}/assets/${name}`);
      expect([400, 404]).toContain(response.status);
    },
  );

  test("is no page where GraphiQL is off", async () => {
    const production = await serve(false);
    const port = await production.listen("127.0.0.1", 0);
    const page = await fetch(`http://127.0.0.1:${port}/graphql`, { headers: { accept: browserAccept } });
    const asset = await fetch(`http://127.0.0.1:${port}/graphql/assets/index.js`);
    await production.close();
    expect(page.status).toBe(400);
    expect(asset.status).toBe(404);
  });
});

async function serve(graphiql: boolean): Promise<Host> {
  const { api } = await createGraphqlApp({ graphiql });
  const made = createHost({ logger: { error: () => {}, warn: () => {} }, ping: async () => {} });
  for (const route of api.routes) made.route(route);
  return made;
}

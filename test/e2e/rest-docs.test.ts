/** The reference page in a real browser: it renders the document and talks to nobody but the server it came from. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { type ServedApp, serveApp } from "./rest-app.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

let app: ServedApp;

beforeAll(async () => {
  app = await serveApp(createMemoryStore());
});

afterAll(() => app.close());

test("the page, its scripts and its policy", async () => {
  const page = await app.send({ path: "/docs" });
  expect(page).toMatchObject({
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "x-frame-options": "DENY",
      "content-security-policy": expect.stringContaining("script-src 'self';"),
    },
  });
  expect(page.text).not.toMatch(/https?:|<script>/);
  expect((await app.send({ path: "/docs/scalar.js" })).headers).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  expect((await app.send({ path: "/docs/start.js" })).text).not.toMatch(/https?:/);
  expect((await app.send({ path: "/docs", method: "POST" })).status).toBe(405);
});

describe.skipIf(!existsSync(executablePath) && process.env["CI"] !== "true")("the reference page in Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: flags });
  });
  afterAll(() => browser.close());

  test("renders, runs a request, and asks its own origin only", async () => {
    const origin = `http://127.0.0.1:${app.port}`;
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const { elsewhere, complaints } = watch(page, origin);
    await page.goto(`${origin}/docs`);
    await page.getByText("Create one Country").first().waitFor();
    await page.goto(`${origin}/docs#tag/note/GET/api/notes`);
    await page.getByRole("heading", { name: "List notes" }).waitFor();
    expect(await page.getByText("headers only").count()).toBe(0);
    await page
      .getByRole("button", { name: /Test Request.*get \/api\/notes/i })
      .first()
      .click();
    const [answer] = await Promise.all([
      page.waitForResponse((response) => new URL(response.url()).pathname === "/api/notes"),
      page.getByRole("button", { name: /Send/ }).first().click(),
    ]);
    expect(answer.status()).toBe(403);
    expect((await answer.json()).code).toBe("FTG_FORBIDDEN");
    expect(elsewhere).toEqual([]);
    // The browser itself reports the 403, and nothing else.
    expect(complaints.filter((text) => !text.includes("403"))).toEqual([]);
  }, 60_000);
});

/** Collects what a page asks of other origins, and what the browser complains about. */
function watch(page: Page, origin: string): { elsewhere: string[]; complaints: string[] } {
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin)
      elsewhere.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { elsewhere, complaints };
}

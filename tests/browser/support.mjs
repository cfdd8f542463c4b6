// What every browser test stands on: `browserTest` gives a test pages of the built Interplay in a
// real Chromium, and fails the test when a page said anything it should not have said.
//
// In, from `cargo xtask test` (each has a default, so that `node --test` works by hand too):
//   INTERPLAY_DIST       the folder with the built page                     (dist)
//   INTERPLAY_CHROMIUM   the browser                                        (chromium on PATH)
//   INTERPLAY_ARTIFACTS  where pictures of failed tests go                  (target/browser)
// Out: nothing but the verdict of each test, and a picture of every page of a test that failed.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const repository = resolve(import.meta.dirname ?? ".", "../..");
export const dist = resolve(process.env.INTERPLAY_DIST ?? join(repository, "dist"));
const artifacts = resolve(process.env.INTERPLAY_ARTIFACTS ?? join(repository, "target/browser"));

// A page that needs longer than this for one thing is broken, also on a slow machine.
const PATIENCE_MS = 15_000;
const TEST_LIMIT_MS = 120_000;

export const BROWSER_FLAGS = [
  // Drawing by software: the same on every machine, and what the budgets are written for.
  "--disable-gpu",
  // A test browser has nobody to call.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

export function findChromium() {
  if (process.env.INTERPLAY_CHROMIUM) {
    return process.env.INTERPLAY_CHROMIUM;
  }
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const candidate = join(folder, name);
      if (existsSync(candidate)) {
        return candidate;
      }
    }
  }
  throw new Error("no Chromium found: run `cargo xtask setup`, or set INTERPLAY_CHROMIUM to the browser to use");
}

// One server and one browser for all tests of a file; started by the first test that needs them.
let running = null;

async function start() {
  if (!existsSync(join(dist, "index.html"))) {
    throw new Error(`no page in ${dist}: build it with \`cargo xtask build\``);
  }
  const server = await serve(dist);
  const browser = await chromium.launch({
    executablePath: findChromium(),
    // Chromium's own sandbox cannot be used by root, nor in most containers; the page is ours.
    chromiumSandbox: false,
    args: BROWSER_FLAGS,
  });
  return { server, browser };
}

after(async () => {
  if (running !== null) {
    const { server, browser } = await running;
    await browser.close();
    await server.close();
  }
});

/** Writes down whatever the page says or does that a sound page would not. */
function watch(page, origin, problems) {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      problems.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  page.on("crash", () => problems.push("the page crashed"));
  page.on("requestfailed", (request) => {
    problems.push(`request failed: ${request.url()} (${request.failure()?.errorText ?? "?"})`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) {
      problems.push(`answered ${response.status()}: ${response.url()}`);
    }
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if ((url.protocol === "http:" || url.protocol === "https:") && url.origin !== origin) {
      problems.push(`asked another host: ${request.url()}`);
    }
  });
}

/** Waits until the program has drawn the page; fails with the reason shown if it could not. */
export async function waitUntilStarted(page) {
  const failed = page.locator("#boot-failed:not([hidden])");
  await page.locator("#boot").waitFor({ state: "detached" }).catch(async (error) => {
    if (await failed.count()) {
      throw new Error(`the page says that it could not start: ${await page.locator("#boot-reason").textContent()}`);
    }
    throw error;
  });
}

/**
 * A test named `name`. `body` gets `{ openPage, url, picture }`:
 *
 * `openPage(hash, options)` opens the page with `hash` (`""`, or `"#…"`) as a visitor who has never
 * been here, waits until it has started, and gives Playwright's `Page`. Options, all optional:
 *   viewport       { width, height }                   (1280 x 800)
 *   colorScheme    "light" | "dark"                     ("light")
 *   locale         a language tag                       ("en-US")
 *   reducedMotion  "reduce" | "no-preference"           ("no-preference")
 *   hasTouch       whether it is a touch screen         (false)
 *   allow          patterns of problems the test means to cause ([])
 *   wait           wait until it has started            (true)
 *   before         async (page) => {}, called before the page is opened
 *
 * `url` is the address of the page; `picture(page, name)` keeps a screenshot and gives its path.
 *
 * When the test ends, any console error or warning, uncaught exception, failed request, or request
 * to another host that `allow` does not name fails it.
 */
export function browserTest(name, body) {
  test(name, { timeout: TEST_LIMIT_MS }, async () => {
    running ??= start();
    const { server, browser } = await running;
    const opened = [];

    const openPage = async (hash = "", options = {}) => {
      const context = await browser.newContext({
        viewport: options.viewport ?? { width: 1280, height: 800 },
        colorScheme: options.colorScheme ?? "light",
        locale: options.locale ?? "en-US",
        reducedMotion: options.reducedMotion ?? "no-preference",
        hasTouch: options.hasTouch ?? false,
      });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      const visit = { context, page, problems: [], allow: options.allow ?? [] };
      opened.push(visit);
      watch(page, server.origin, visit.problems);
      await options.before?.(page);
      await page.goto(server.url + hash);
      if (options.wait ?? true) {
        await waitUntilStarted(page);
      }
      return page;
    };

    const picture = async (page, file) => {
      await mkdir(artifacts, { recursive: true });
      const path = join(artifacts, `${file.replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.png`);
      await page.screenshot({ path });
      return path;
    };

    try {
      await body({ openPage, picture, url: server.url });
      const problems = opened.flatMap(({ problems: seen, allow }) =>
        seen.filter((problem) => !allow.some((pattern) => pattern.test(problem))),
      );
      if (problems.length > 0) {
        throw new Error(`the page did not stay silent:\n  ${problems.join("\n  ")}`);
      }
    } catch (error) {
      // What the page said is often the cause of what the test missed on it.
      const said = opened.flatMap(({ problems }) => problems);
      const shots = [];
      for (const [index, { page }] of opened.entries()) {
        await picture(page, `${name}-${index + 1}`).then(
          (path) => shots.push(path),
          () => {},
        );
      }
      error.message += `\n  said by the page: ${said.length === 0 ? "nothing" : said.join("; ")}`;
      error.message += `\n  pictures: ${shots.join(", ") || "none"}`;
      throw error;
    } finally {
      await Promise.all(opened.map(({ context }) => context.close()));
    }
  });
}

// The door of the page: it opens, quietly; and when it cannot, it says so in both languages.

import assert from "node:assert/strict";
import { browserTest } from "./support.mjs";

browserTest("the page starts, has its title, and its console stays empty", async ({ openPage }) => {
  const page = await openPage();
  assert.match(await page.title(), /Interplay/);
  assert.equal(await page.locator("#boot").count(), 0, "the loading notice is gone");
  assert.notEqual((await page.locator("body").innerText()).trim(), "", "something is on the page");
});

browserTest("every file of the page is asked for under the page's own path", async ({ openPage, url }) => {
  const asked = [];
  await openPage("", { before: (page) => page.on("request", (request) => asked.push(request.url())) });
  assert.ok(asked.length > 3, "the page loads its program");
  assert.deepEqual(
    asked.filter((address) => !address.startsWith(url)),
    [],
  );
});

browserTest("a program that cannot be loaded is a message in both languages, not a blank page", async ({ openPage }) => {
  const page = await openPage("", {
    wait: false,
    allow: [/./],
    before: (page) => page.route(/\.wasm$/, (route) => route.abort()),
  });
  const message = page.locator("#boot-failed");
  await message.waitFor({ state: "visible" });
  assert.match(await message.innerText(), /could not start/);
  assert.match(await message.innerText(), /не запустился/);
  assert.equal(await page.locator("#boot-loading").isVisible(), false);
});

browserTest("a script that is missing is a message too", async ({ openPage }) => {
  const page = await openPage("", {
    wait: false,
    allow: [/./],
    before: (page) => page.route(/interplay-web.*\.js$/, (route) => route.fulfill({ status: 404, body: "" })),
  });
  await page.locator("#boot-failed").waitFor({ state: "visible" });
});

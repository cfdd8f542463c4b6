// Sharing: a link opens what was seen; a link that is broken, or worse, breaks nothing.

import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { clickTimeline, ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const packed = (link) => `#${deflateRawSync(JSON.stringify(link)).toString("base64url")}`;

browserTest("a link opens the same run, with what was changed, at the very record", async ({ openPage }) => {
  const page = await openPage();
  const { digest: untouched } = await ready(page);
  await clickTimeline(page, 0.4);
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("End");
  await until(page, ({ digest }) => digest !== null && digest !== untouched, "the knob is turned");
  await page.keyboard.press("Escape");
  const seen = await shown(page);
  await page.locator("[data-action=share]").click();
  await page.locator(".notice").waitFor();

  const other = await openPage(new URL(page.url()).hash);
  await until(other, ({ digest }) => digest === seen.digest, "the same run is there");
  await until(other, ({ cursor }) => cursor === seen.cursor, "the same record is shown");
  assert.equal((await shown(other)).state, "paused", "the moment that was shared does not pass");
  assert.equal(await other.locator(".knob.changed").count(), 1);
});

browserTest("hostile and broken links are told, and everything else works", async ({ openPage }) => {
  const bomb = deflateRawSync(Buffer.alloc(64 << 20, 32), { level: 9 }).toString("base64url");
  const links = {
    "no link at all": "#%00%ff<script>alert(1)</script>",
    "cut off": packed({ source: { preset: "checkout" } }).slice(0, 20),
    "a bomb": `#${bomb}`,
    "from the future": packed({ format: 99, source: { preset: "checkout" } }),
    "no JSON": `#${deflateRawSync("[[[[").toString("base64url")}`,
    "a file outside": packed({ source: { preset: "../../index" } }),
  };
  for (const [what, link] of Object.entries(links)) {
    const page = await openPage(link);
    await page.locator(".notice").waitFor();
    assert.notEqual(await page.locator(".notice").innerText(), "", what);
    await page.locator("[data-scenario=work-queue]").click();
    await until(page, ({ digest }) => digest !== null, `a scenario runs after: ${what}`);
  }
});

browserTest("markup in a link is text", async ({ openPage }) => {
  const text = `scenario: 1
title: "<img src=x onerror=document.title='owned'>"
clients: {c: {arrivals: constant 1/s, do: {call: s.e}}}
services: {s: {endpoints: {e: {do: {work: 1ms}}}}}`;
  const page = await openPage(packed({ source: { text } }));
  await page.locator("h1", { hasText: "<img src=x" }).waitFor();
  assert.equal(await page.locator("h1 img").count(), 0);
});

browserTest("a link from another version that shows something else says so", async ({ openPage }) => {
  const page = await openPage(packed({ source: { preset: "work-queue" }, digest: "0000000000000000" }));
  await page.locator(".notice", { hasText: "differs" }).waitFor();
});

browserTest("embedded, the page is stage, timeline, knobs and a way to the full page", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout&mode=embed&theme=dark", { viewport: { width: 720, height: 480 } });
  await until(page, ({ digest }) => digest !== null, "it runs");
  assert.equal(await page.locator(".library").count(), 0);
  assert.equal(await page.locator(".inspector").count(), 0);
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.locator("[data-knob]").first().waitFor();
  await page.locator("[data-action=play]").click();
  await until(page, ({ state }) => state === "playing", "it plays");
  const [full] = await Promise.all([page.context().waitForEvent("page"), page.locator(".open-full").click()]);
  await full.locator(".library").waitFor({ state: "attached" });
  await full.locator("h1", { hasText: "Checkout" }).waitFor();
});

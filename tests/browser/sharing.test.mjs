// Sharing: a link opens what was seen; a link that is broken, or worse, breaks nothing.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { clickTimeline, ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const packed = (link) => `#${deflateRawSync(JSON.stringify(link)).toString("base64url")}`;

/** The text of the panel's link or snippet. */
const text = (page, what) => page.locator(`[data-text=${what}]`).inputValue();

async function openPanel(page) {
  await page.locator("[data-action=share]").click();
  await page.locator("dialog.share[open]").waitFor();
}

browserTest("a link opens the same run, with what was changed and selected, at the very record", async ({ openPage }) => {
  const page = await openPage();
  const { digest: untouched } = await ready(page);
  await clickTimeline(page, 0.4);
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("End");
  await until(page, ({ digest }) => digest !== null && digest !== untouched, "the knob is turned");
  await page.locator("[data-node=orders]").focus();
  await page.keyboard.press("Enter");
  const seen = await shown(page);
  await openPanel(page);
  const link = new URL(await text(page, "copy-link"));

  const other = await openPage(link.hash);
  await until(other, ({ digest }) => digest === seen.digest, "the same run is there");
  await until(other, ({ cursor }) => cursor === seen.cursor, "the same record is shown");
  assert.equal((await shown(other)).state, "paused", "the moment that was shared does not pass");
  assert.equal(await other.locator(".knob.changed").count(), 1);
  await other.locator(".inspector", { hasText: /Orders/ }).waitFor();
});

browserTest("without its moment, a link to an untouched scenario is its name", async ({ openPage, url }) => {
  const page = await openPage();
  await ready(page);
  await openPanel(page);
  await page.locator("[data-choice=moment]").uncheck();
  assert.equal(await text(page, "copy-link"), `${url}#scenario=checkout`);
  await page.locator("[data-choice=language]").selectOption("ru");
  await page.locator("[data-choice=theme]").selectOption("dark");
  assert.equal(await text(page, "copy-link"), `${url}#scenario=checkout&lang=ru&theme=dark`);
  const snippet = await text(page, "copy-embed");
  assert.match(snippet, /^<iframe src="[^"]+#scenario=checkout&amp;mode=embed&amp;lang=ru&amp;theme=dark"/);
  await page.locator("[data-choice=height]").fill("700");
  assert.match(await text(page, "copy-embed"), /height="700"/);
});

browserTest("copying copies, and says so", async ({ openPage }) => {
  const page = await openPage();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await ready(page);
  await openPanel(page);
  await page.locator("[data-action=copy-link]").click();
  await page.locator("[data-action=copy-link]", { hasText: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await text(page, "copy-link"));
});

browserTest("a page without a clipboard selects the link instead", async ({ openPage }) => {
  const page = await openPage("", {
    before: (page) => page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined })),
  });
  await ready(page);
  await openPanel(page);
  await page.locator("[data-action=copy-link]").click();
  await page.locator(".share", { hasText: "copy it yourself" }).waitFor();
  const selected = await page.evaluate(() => {
    const { value, selectionStart, selectionEnd } = document.activeElement;
    return value.slice(selectionStart, selectionEnd);
  });
  assert.equal(selected, await text(page, "copy-link"));
});

browserTest("the code in the panel is the link", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await clickTimeline(page, 0.3);
  await openPanel(page);
  await page.locator("[data-said=code]").waitFor();
  await page.addScriptTag({ path: join(import.meta.dirname, "node_modules/jsqr/dist/jsQR.js") });
  const read = await page.evaluate(() => {
    const code = document.querySelector("[data-said=code]");
    const [, , side] = code.getAttribute("viewBox").split(" ").map(Number);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side * 4;
    const brush = canvas.getContext("2d");
    brush.fillStyle = "white";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.scale(4, 4);
    brush.translate(4, 4);
    brush.fillStyle = "black";
    brush.fill(new Path2D(code.querySelector("path").getAttribute("d")));
    const { data, width, height } = brush.getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(data, width, height)?.data;
  });
  assert.equal(read, await text(page, "copy-link"));
});

/** A document of so many services. */
const crowd = (count) => {
  const services = Array.from(
    { length: count },
    (_, index) => `  service-${index}-${createHash("sha256").update(`${index}`).digest("hex").slice(0, 40)}: {endpoints: {answer: {do: {work: ${index + 1}ms}}}}`,
  );
  const first = services[0].trim().split(":")[0];
  return `scenario: 1
title: A crowd
clients: {people: {arrivals: constant 1/s, do: {call: ${first}.answer}}}
services:
${services.join("\n")}
`;
};

browserTest("a long link is warned of, and a scenario too long for a link is a file", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  const open = async (count) => {
    await page
      .locator("#own-file")
      .setInputFiles({ name: "crowd.yaml", mimeType: "text/yaml", buffer: Buffer.from(crowd(count)) });
    await page.locator("h1", { hasText: "A crowd" }).waitFor();
    await until(page, ({ digest }) => digest !== null, "it runs");
    await openPanel(page);
  };
  await open(60);
  await page.locator("[data-said=long]").waitFor();
  await page.keyboard.press("Escape");
  await open(300);
  await page.locator("[data-said=too-long]").waitFor();
  assert.equal(await page.locator("[data-action=copy-link]").count(), 0);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("[data-action=share-download]").click(),
  ]);
  assert.equal(download.suggestedFilename(), "a-crowd.yaml");
  assert.equal(await readFile(await download.path(), "utf8"), crowd(300));
  // The address is still one that this browser can go back to.
  await page.keyboard.press("Escape");
  await page.waitForURL(/#own=/);
  await page.reload();
  await page.locator("h1", { hasText: "A crowd" }).waitFor();
});

browserTest("a query names a scenario, and gives way to the state once there is one", async ({ openPage }) => {
  const page = await openPage("?scenario=work-queue&from=course");
  await page.locator("h1", { hasText: "Work queue" }).waitFor();
  const { cursor } = await ready(page);
  await page.waitForURL((address) => address.hash.length > 40);
  assert.equal(new URL(page.url()).search, "?from=course");
  await page.reload();
  await until(page, (now) => now.cursor === cursor && now.digest !== null, "the same moment of the same scenario");
});

browserTest("hostile queries are told, and everything else works", async ({ openPage }) => {
  for (const query of ["?scenario=../../index", "?scenario=%3Cscript%3E", "?scenario=", `?scenario=${"x".repeat(3000)}&lang=%ff`]) {
    const page = await openPage(query, { allow: [/404/] });
    await page.locator(".notice").first().waitFor();
    await page.locator("[data-scenario=work-queue]").click();
    await until(page, ({ digest }) => digest !== null, `a scenario runs after ${query.slice(0, 40)}`);
  }
});

browserTest("the address bar follows, is written sparingly, and goes back and forth", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout", {
    before: (page) =>
      page.addInitScript(() => {
        window.written = 0;
        for (const name of ["replaceState", "pushState"]) {
          const original = history[name].bind(history);
          history[name] = (...given) => {
            window.written += 1;
            return original(...given);
          };
        }
      }),
  });
  await ready(page);
  await clickTimeline(page, 0.5);
  const before = await page.evaluate(() => window.written);
  const began = Date.now();
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press(".");
  }
  const { cursor } = await shown(page);
  await page.waitForTimeout(1_000);
  const written = (await page.evaluate(() => window.written)) - before;
  // Safari's limit, 100 in 30 seconds, with room to spare.
  assert.ok(written <= 2 + (Date.now() - began) / 500, `${written} writings`);
  await page.locator("[data-scenario=work-queue]").click();
  await page.locator("h1", { hasText: "Work queue" }).waitFor();
  await page.goBack();
  await page.locator("h1", { hasText: "Checkout" }).waitFor();
  await until(page, (now) => now.cursor === cursor, "back at the very record");
  await page.goForward();
  await page.locator("h1", { hasText: "Work queue" }).waitFor();
});

browserTest("links point to the base address if one is said", async ({ openPage }) => {
  const page = await openPage("", {
    before: (page) =>
      page.route(/\/path\/$/, async (route) => {
        const answer = await route.fetch();
        const html = await answer.text();
        const content = 'name="interplay-base" content="https://interplay.example/course/"';
        await route.fulfill({ response: answer, body: html.replace(/name="?interplay-base"? content(="")?/, content) });
      }),
  });
  await ready(page);
  await openPanel(page);
  assert.ok((await text(page, "copy-link")).startsWith("https://interplay.example/course/#"));
  assert.match(await text(page, "copy-embed"), /src="https:\/\/interplay\.example\/course\/#/);
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

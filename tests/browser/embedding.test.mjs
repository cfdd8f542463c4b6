// Embedding: a figure in somebody's page, and what the two say to each other.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const host = await readFile(join(import.meta.dirname, "fixtures/host.html"), "utf8");

/** A page of somebody's with figures in it, on the page's own host. */
const openHost = (openPage) =>
  openPage("host.html", {
    wait: false,
    before: (page) =>
      page.route(/host\.html$/, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: host })),
  });

/** What is inside of a figure. */
async function inside(page, selector) {
  const element = await page.locator(`${selector} iframe`).first().elementHandle();
  const frame = await element.contentFrame();
  await frame.locator("#interplay").waitFor();
  return frame;
}

browserTest("an element in a page is a figure, in its language and theme, loaded when it is about to be seen", async ({
  openPage,
}) => {
  const page = await openHost(openPage);
  const frame = await inside(page, "interplay-figure");
  await frame.locator("h1", { hasText: "Оформление заказа" }).waitFor();
  assert.equal(await frame.locator("html").getAttribute("data-theme"), "dark");
  assert.equal(await frame.locator(".library").count(), 0);
  assert.equal(await page.locator("interplay-figure iframe").first().getAttribute("title"), "Checkout, alive");

  const far = page.frames().find((other) => other.url().includes("work-queue"));
  assert.equal(far, undefined, "the one far below is not loaded yet");
  await page.locator("#far").scrollIntoViewIfNeeded();
  const other = await inside(page, "#far");
  await other.locator("h1", { hasText: "Work queue" }).waitFor();
  assert.equal(await page.locator("#far iframe").evaluate((element) => element.clientHeight), 300);
});

browserTest("a figure says how it is, does what it is told, and takes the height it needs", async ({ openPage }) => {
  const page = await openHost(openPage);
  const frame = await inside(page, "interplay-figure");
  await until(frame, ({ digest }) => digest !== null, "it runs");
  const figure = page.locator("interplay-figure").first();
  const pong = await figure.evaluate((element) => element.send("PING"));
  assert.equal(pong.title, "Оформление заказа");
  assert.equal(pong.run.playing, false);
  await figure.evaluate((element) => element.seek(3));
  const state = await figure.evaluate((element) => element.send("state"));
  assert.ok(Math.abs(state.run.time - 3) < 0.5, JSON.stringify(state.run));

  const heard = figure.evaluate(
    (element) =>
      new Promise((done) => {
        element.addEventListener("state", ({ detail }) => detail.run?.playing && done(detail.run.time));
        element.play();
      }),
  );
  assert.ok((await heard) >= 3);
  await figure.evaluate((element) => element.pause());
  await figure.evaluate((element) => element.open({ scenario: "work-queue" }));
  await frame.locator("h1", { hasText: "Очередь" }).waitFor();
  await page.waitForFunction(() => {
    const height = document.querySelector("interplay-figure iframe").clientHeight;
    return height >= 240 && height !== 480;
  });
});

browserTest("what a figure does not know is an error, and a mistake in a document is told", async ({ openPage }) => {
  const page = await openHost(openPage);
  const frame = await inside(page, "interplay-figure");
  await until(frame, ({ digest }) => digest !== null, "it runs");
  const figure = page.locator("interplay-figure").first();
  const refusal = (type, payload) =>
    figure.evaluate(
      (element, [type, payload]) => element.send(type, payload).then(() => "kept", (error) => error.message),
      [type, payload],
    );
  assert.equal(await refusal("explode"), "unknown-type");
  assert.equal(await refusal("seek", { time: "soon" }), "payload");
  assert.equal(await refusal("select", { node: "nobody" }), "not-there");
  const told = figure.evaluate(
    (element) =>
      new Promise((done) => {
        element.addEventListener("error", ({ detail }) => done(detail.invalid));
        element.open({ text: "scenario: 1\nclients: {c: {arrivals: soon}}" });
      }),
  );
  assert.ok((await told).length > 0);
  await frame.locator(".invalid").waitFor();
});

browserTest("nobody but the page around it is heard", async ({ openPage }) => {
  const page = await openHost(openPage);
  const frame = await inside(page, "interplay-figure");
  const { time } = await until(frame, ({ digest }) => digest !== null, "it runs");
  const stranger = await (await page.locator("#stranger").elementHandle()).contentFrame();
  const answered = await stranger.evaluate(
    () =>
      new Promise((done) => {
        window.addEventListener("message", () => done(true));
        window.parent.frames[0].postMessage({ v: 1, type: "PING", id: 1 }, "*");
        window.parent.frames[0].postMessage({ v: 1, type: "seek", id: 2, payload: { time: 5 } }, "*");
        setTimeout(() => done(false), 700);
      }),
  );
  assert.equal(answered, false);
  await until(frame, (now) => now.time === time, "it stands where it stood");
  // Nor does what is no message of ours disturb it.
  await page.evaluate(() => {
    for (const odd of [null, 7, "PING", { v: 1 }, { type: "PING" }, [1, 2], { v: 2, type: "PING" }]) {
      window.frames[0].postMessage(odd, "*");
    }
  });
  const figure = page.locator("interplay-figure").first();
  assert.equal((await figure.evaluate((element) => element.send("PING"))).title, "Оформление заказа");
});

// Stories: captions at their moments, what they show, pauses, the way through them and out.

import assert from "node:assert/strict";
import { ready, shown, stage, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const caption = (page) => page.locator(".caption.current");
const current = (page) => page.locator(".dot[aria-current=step]");
const next = (page) => page.locator("[data-action=story-next]");

/** Waits until the caption that is seen has these words in it. */
async function told(page, words) {
  await caption(page).filter({ hasText: words }).waitFor();
}

browserTest("a story is told from the start and waits at its moments until it is to go on", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout");
  await told(page, "A shopper sends an order");
  // It plays, comes to a moment that pauses, and waits exactly there.
  const waiting = await until(page, ({ state, time }) => state === "paused" && time === 91_000_000, "it waits");
  await told(page, "asks payment and inventory");
  await page.waitForTimeout(300);
  assert.equal((await shown(page)).time, waiting.time);
  await page.locator("[data-action=story-continue]").click();
  await until(page, ({ time }) => time === 128_500_000, "it goes on to the next moment");
  await told(page, "Both have said yes");
});

browserTest("buttons, keys and dots lead through the story, and scrubbing is never held up", async ({ openPage }) => {
  const page = await openPage("#scenario=retry-storm");
  await ready(page);
  await next(page).click();
  await until(page, ({ time }) => time === 500_000_000, "the second moment");
  assert.equal(await page.locator(".dot.past").count(), 1);
  await page.keyboard.press("PageDown");
  await until(page, ({ time, state }) => time === 15e9 && state === "paused", "the third");
  await page.keyboard.press("PageUp");
  await until(page, ({ time }) => time === 500_000_000, "back again");
  await page.locator(".dot").nth(4).click();
  await until(page, ({ time }) => time === 21e9, "the fifth");
  await told(page, "At 20 s the trouble was over");
  // Past three pauses in one go.
  await page.keyboard.press("End");
  await until(page, ({ time }) => time === 90e9, "the end");
  await told(page, "Recovered");
  assert.equal(await next(page).isDisabled(), true);
});

browserTest("what is told stands out on the stage and among the knobs", async ({ openPage }) => {
  const page = await openPage("#scenario=retry-storm");
  await ready(page);
  await page.locator(".dot").nth(1).click();
  await page.locator(".knob.told [data-knob='policies.again.retry.attempts']").waitFor();
  assert.equal(await page.locator(".knob.told").count(), 2);
  const spotted = await stage(page);
  await page.keyboard.press("s");
  await page.locator(".story-again").waitFor();
  assert.equal(await page.locator(".knob.told").count(), 0);
  // The same stage without the strip below it: larger at least, and nothing stands back.
  assert.notDeepEqual((await stage(page)).pixels, spotted.pixels);
});

browserTest("a story that is hidden holds nobody up, and comes back where the reader is", async ({ openPage }) => {
  const page = await openPage("#scenario=retry-storm");
  await ready(page);
  await page.locator(".dot").nth(2).click();
  await page.locator("[data-action=story-dismiss]").click();
  await page.locator(".story").waitFor({ state: "detached" });
  await page.keyboard.press("Space");
  await until(page, ({ time, state }) => time > 18e9 && state === "playing", "it plays past a moment");
  await page.locator("[data-action=story]").click();
  await page.locator(".story").waitFor();
  assert.ok((await page.locator(".dot.past").count()) >= 2);
});

browserTest("a story goes on after a knob was turned", async ({ openPage }) => {
  const page = await openPage("#scenario=retry-storm");
  await ready(page);
  const { digest } = await shown(page);
  await page.locator(".dot").nth(2).click();
  await until(page, ({ time }) => time === 15e9, "the third moment");
  const knob = page.locator("[data-knob='policies.again.retry.attempts']").first();
  await knob.focus();
  await knob.press("Home");
  await until(page, (now) => now.digest !== null && now.digest !== digest && now.time === 15e9, "it runs again");
  await told(page, "four times slower");
  await page.locator("[data-action=story-continue]").click();
  await told(page, "Waiting alone");
});

browserTest("captions are in the reader's language and are said to who does not see them", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout", { locale: "ru-RU", viewport: { width: 390, height: 844 } });
  await told(page, "Покупатель отправляет заказ");
  const said = page.locator("[data-said=story]");
  assert.match(await said.textContent(), /Покупатель отправляет заказ.*Показано: .*Шлюз/);
  await ready(page);
  await next(page).click();
  await told(page, "одновременно спрашивают");
  assert.match(await said.textContent(), /одновременно спрашивают/);
  // All of it is on the screen of a phone.
  const box = await page.locator(".story").boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844, JSON.stringify(box));
});

browserTest("an embedded scenario tells its story too", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout&mode=embed", { viewport: { width: 800, height: 600 } });
  await until(page, ({ digest }) => digest !== null, "the run has ended");
  await told(page, "A shopper sends an order");
  await next(page).click();
  await told(page, "asks payment and inventory");
  assert.equal(await current(page).count(), 1);
});

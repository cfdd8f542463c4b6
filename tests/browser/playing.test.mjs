// Playing a run: it starts, moves, stands still, and any place in it looks the same every time.

import assert from "node:assert/strict";
import { clickTimeline, ready, shown, stage, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

browserTest("the page opens a scenario that plays by itself, and messages move", async ({ openPage }) => {
  const page = await openPage();
  const first = await until(page, ({ state }) => state === "playing", "it plays");
  await until(page, ({ time }) => time > first.time, "time passes");
  const pictures = new Set();
  for (let look = 0; look < 40 && pictures.size < 3; look += 1) {
    await page.waitForTimeout(50);
    pictures.add(await page.locator(".flow .moving").evaluate((canvas) => canvas.toDataURL()));
  }
  assert.ok(pictures.size >= 3, "what moves is drawn anew");
});

browserTest("Space stops time and lets it pass again", async ({ openPage }) => {
  const page = await openPage();
  const { time } = await ready(page);
  await page.waitForTimeout(300);
  assert.equal((await shown(page)).time, time, "time stands still");
  await page.keyboard.press("Space");
  await until(page, (now) => now.state === "playing" && now.time > time, "time passes again");
});

browserTest("scrubbing away and back gives the same picture", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  const place = await clickTimeline(page, 0.5);
  const before = await stage(page);
  const away = await clickTimeline(page, 0.1);
  assert.ok(away.cursor < place.cursor, "a click further left is earlier");
  assert.notDeepEqual(await stage(page), before, "another moment looks different");
  const again = await clickTimeline(page, 0.5);
  assert.deepEqual([again.cursor, again.time], [place.cursor, place.time]);
  assert.deepEqual(await stage(page), before);
});

browserTest("a step is one record, says what happened, and a step back undoes it", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await clickTimeline(page, 0.3);
  // A click is at a moment, which may lie after the last record; the first step back is not.
  await page.keyboard.press(",");
  const place = await shown(page);
  const before = await stage(page);
  const said = new Set();
  for (let step = 1; step <= 5; step += 1) {
    await page.keyboard.press(".");
    await until(page, ({ cursor }) => cursor === place.cursor + step, `step ${step} is made`);
    said.add(await page.locator('[data-said="step"]').textContent());
  }
  assert.ok(said.size >= 2 && !said.has(""), `steps are told: ${[...said].join(" | ")}`);
  for (let step = 4; step >= 0; step -= 1) {
    await page.keyboard.press(",");
    await until(page, ({ cursor }) => cursor === place.cursor + step, `step ${step + 1} is undone`);
  }
  assert.deepEqual(await stage(page), before);
});

browserTest("the ends of the run are a key away, and playing on from its end begins anew", async ({ openPage }) => {
  const page = await openPage();
  const { simulated } = await ready(page);
  await page.keyboard.press("End");
  await until(page, ({ time }) => time === simulated, "the end is shown");
  await page.keyboard.press("Space");
  await until(page, ({ state, time }) => state === "playing" && time < simulated / 2, "it plays from the start");
  await page.keyboard.press("Space");
  await page.keyboard.press("Home");
  await until(page, ({ time, cursor }) => time === 0 && cursor <= 2, "the start is shown");
});

browserTest("what happened can be asked why, and each cause is a place to go to", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await clickTimeline(page, 0.4);
  await page.locator("[data-node=payment]").press("Enter");
  await page.locator(".records li .small").first().click();
  const chain = page.locator(".causes li");
  await chain.nth(3).waitFor();
  assert.match(await chain.last().innerText(), /Shoppers begins a journey/);
  const { cursor } = await shown(page);
  await chain.last().locator("button").click();
  await until(page, (now) => now.cursor < cursor, "the cause is shown");
});

browserTest("whoever asks for less motion starts with time standing still", async ({ openPage }) => {
  const page = await openPage("", { reducedMotion: "reduce" });
  await until(page, ({ digest }) => digest !== null, "the run has ended");
  assert.equal((await shown(page)).state, "paused");
});

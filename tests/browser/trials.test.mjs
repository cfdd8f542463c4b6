// Trials: properties and tasks judged with many seeds, and the way to a seed that fails.

import assert from "node:assert/strict";
import { ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const outcome = (page) => page.locator(".task .trial-outcome");

/** Turns a knob as a hand does: so many steps from its least value, and it rests there. */
async function turn(page, path, steps) {
  const before = new URL(page.url()).hash;
  await page.locator(`.knobs [data-knob='${path}']`).evaluate((slider, wanted) => {
    slider.value = wanted;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }, String(steps));
  // A value may change nothing of the run; but it becomes part of the address.
  await page.waitForFunction((hash) => location.hash !== hash, before);
  await until(page, ({ digest }) => digest !== null, `${path} is turned`);
}

async function judged(page) {
  await page.locator(".task [data-judge]").click();
  await page.locator(".task .trial-outcome[data-runs='20']").waitFor({ timeout: 60_000 });
}

browserTest("a task is judged with its seeds, and the worst of them is opened where it fails", async ({ openPage }) => {
  const page = await openPage("#scenario=degradation");
  await ready(page);
  await judged(page);
  assert.equal(await outcome(page).getAttribute("data-passed"), "0");
  await outcome(page).locator(".verdict.violated", { hasText: "Not done" }).waitFor();
  await outcome(page).locator("[data-over=answered].violated", { hasText: "of 20 seeds" }).waitFor();
  const open = outcome(page).locator("[data-open-worst]");
  const seed = await open.getAttribute("data-open-worst");
  await open.click();
  await until(page, ({ digest, state, time }) => digest !== null && state === "paused" && time > 0, "that seed is shown");
  await page.locator("dl.facts dt", { hasText: /^seed$/ }).locator("xpath=../dd", { hasText: new RegExp(`^${seed}$`) }).waitFor();
  // Another seed is no other document: what was found out still stands there.
  assert.equal(await outcome(page).getAttribute("data-runs"), "20");
});

browserTest("settings that solve a task pass with every seed, and what is changed afterwards is judged anew", async ({ openPage }) => {
  const page = await openPage("#scenario=degradation&lang=ru");
  await ready(page);
  await turn(page, "policies.limit.timeout", 3);
  await turn(page, "policies.breaker.breaker.minimum", 1);
  await turn(page, "policies.breaker.breaker.failure-rate", 3);
  await turn(page, "policies.breaker.breaker.open-for", 3);
  await turn(page, "policies.breaker.breaker.half-open", 3);
  await judged(page);
  assert.equal(await outcome(page).getAttribute("data-passed"), "20");
  await outcome(page).locator(".verdict.held", { hasText: "Выполнено: всё сразу на 20 из 20 зёрен" }).waitFor();
  assert.equal(await outcome(page).locator("[data-open-worst]").count(), 0);
  await turn(page, "policies.breaker.breaker.open-for", 59);
  await outcome(page).waitFor({ state: "detached" });
});

browserTest("a change that the task does not allow is named, and nothing is judged until it is taken back", async ({ openPage }) => {
  const page = await openPage("#scenario=degradation");
  await ready(page);
  await page.locator("[data-node='prices']").press("Enter");
  const setting = page.locator(".inspector [data-knob='services.prices.workers.blocking']");
  await setting.waitFor();
  const { digest } = await shown(page);
  await setting.focus();
  await setting.press("Home");
  await until(page, (now) => now.digest !== null && now.digest !== digest, "it runs again");
  await page.keyboard.press("Escape");
  await page.locator(".task .beside", { hasText: "services.prices.workers.blocking" }).waitFor();
  assert.equal(await page.locator(".task [data-judge]").isDisabled(), true);
});

browserTest("all properties are tried with as many seeds as one likes, and that can be stopped", async ({ openPage }) => {
  const page = await openPage("#scenario=circuit-breaker");
  await ready(page);
  await page.locator("[data-try='500']").click();
  await page.locator(".trial-outcome .under-way progress").waitFor();
  await page.locator(".trial-outcome [data-stop]").click();
  await page.locator(".trial-outcome .under-way").waitFor({ state: "detached" });
  assert.ok(Number(await page.locator(".trial-outcome").getAttribute("data-runs")) < 500);
});

browserTest("alerts and violations have a lane of the timeline, and a click goes to what they are put down to", async ({ openPage }) => {
  const page = await openPage("#scenario=degradation");
  await ready(page);
  const lane = page.locator(".toggles button[aria-label=alerts]");
  await lane.waitFor();
  const [track, row] = [await page.locator(".track").boundingBox(), await lane.boundingBox()];
  // Three violated properties come first, then two alerts; the first fires from 18.4 s to 33.9 s
  // of 90.
  const x = track.x + 116 + (track.width - 116 - 16) * (25 / 90);
  await page.mouse.click(x, row.y + 14 * 3 + 7);
  await until(page, ({ time }) => time > 16e9 && time < 19e9, "the alert's beginning is shown");
});

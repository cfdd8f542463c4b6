// The metrics: charts in the place of the flow, with one cursor for all of them and the timeline.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { clickTimeline, ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const SECOND = 1e9;
// Beside the charts, in pixels.
const LEFT = 54;
const RIGHT = 10;

/** Waits until something of the page is as `wanted` says, and gives it. */
async function wait(page, look, wanted, what) {
  let seen;
  for (let turn = 0; turn < 400; turn += 1) {
    seen = await look();
    if (wanted(seen)) {
      return seen;
    }
    await page.waitForTimeout(25);
  }
  throw new Error(`waited in vain until ${what}; there is ${JSON.stringify(seen)}`);
}

const chart = (page, id) => page.locator(`[data-chart="${id}"]`);

/** The values beside the lines of a chart, by line. */
function values(page, id) {
  return chart(page, id)
    .locator("[data-line]")
    .evaluateAll((lines) => Object.fromEntries(lines.map((line) => [line.dataset.line, line.querySelector("b").textContent])));
}

/** Where on the screen a share of a chart's time is. */
async function place(page, id, share) {
  const plot = chart(page, id).locator(".plot");
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  return { x: box.x + LEFT + (box.width - LEFT - RIGHT) * share, y: box.y + box.height / 2 };
}

async function seen(page) {
  const { from, until: to } = await page.locator(".track").evaluate((track) => ({ ...track.dataset }));
  return { from: Number(from), until: Number(to) };
}

/** Waits until the charts tell everything up to a moment. */
function told(page, nanos) {
  const look = () => page.locator(".metrics").getAttribute("data-until");
  return wait(page, look, (to) => Number(to) === nanos, `the charts reach ${nanos} ns`);
}

async function open(page) {
  await ready(page);
  await page.keyboard.press("m");
  await page.locator(".metrics").waitFor();
}

/** A table that was saved: its names, and its rows as numbers (nothing where a cell is empty). */
async function table(page) {
  const download = page.waitForEvent("download");
  await page.locator("[data-action=metrics-csv]").click();
  const file = await download;
  const text = await readFile(await file.path(), "utf8");
  const [names, ...rows] = text.trimEnd().split("\n").map((line) => line.split(","));
  return {
    file: file.suggestedFilename(),
    rows: rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] === "" ? null : Number(row[at])]))),
  };
}

/** A figure of the run panel, by what stands beside it. */
async function figure(page, name) {
  const rows = page.locator("[data-figures=clients] dl").first().locator("dt");
  const text = await rows.evaluateAll(
    (names, wanted) => names.find((one) => one.textContent === wanted)?.nextElementSibling.textContent,
    name,
  );
  return Number(text.replaceAll(/\s/g, ""));
}

browserTest("what the charts count adds up to what the run panel says", async ({ openPage }) => {
  const page = await openPage("#scenario=retry-storm");
  await open(page);
  await told(page, 90 * SECOND);
  const { file, rows } = await table(page);
  assert.equal(file, "metrics.csv");
  assert.ok(rows.length > 60, `${rows.length} rows`);
  const last = rows.at(-1);
  assert.equal(last.time_seconds, 90);
  assert.equal(last.interplay_requests_total, await figure(page, "journeys"));
  assert.equal(last.interplay_requests_ok_total, await figure(page, "ok"));
  assert.equal(last.interplay_requests_timeout_total, await figure(page, "time-outs"));
  const errors = ["error", "refused", "reset", "full", "breaker_open", "rate_limited"];
  const sum = errors.reduce((all, cause) => all + last[`interplay_requests_${cause}_total`], 0);
  assert.equal(sum, await figure(page, "errors"));
  // A picture is a file as well.
  const download = page.waitForEvent("download");
  await page.locator("[data-action=metrics-png]").click();
  const picture = await readFile(await (await download).path());
  assert.equal(picture.subarray(1, 4).toString(), "PNG");
  assert.ok(picture.length > 20_000, `${picture.length} bytes`);
});

browserTest("the pointer reads values, a click is there in time, a drag looks closer and Escape looks back", async ({
  openPage,
}) => {
  const page = await openPage("#scenario=retry-storm");
  await open(page);
  await told(page, 90 * SECOND);
  await clickTimeline(page, 0.05);
  const calm = await wait(page, () => values(page, "waiting"), ({ most }) => most !== "–", "there is a value");
  assert.ok(Number(calm.most) < 50, `${calm.most} wait at the beginning`);
  // In the storm the queue is full: every chart tells of the moment under the pointer.
  const storm = await place(page, "waiting", 0.5);
  await page.mouse.move(storm.x, storm.y);
  await wait(page, () => values(page, "waiting"), ({ most }) => most === "100", "the queue is full under the pointer");
  const amplified = Number.parseFloat((await values(page, "attempts")).attempts);
  assert.ok(amplified > 1.3 && amplified < 4, `${amplified} attempts a call in the storm`);
  assert.match((await values(page, "failures")).full, /^\d+(\.\d+)?\/s$/);
  assert.equal(await page.locator(".plot .cross").evaluateAll((lines) => lines.filter((line) => line.style.opacity === "1").length), 8);

  await page.mouse.click(storm.x, storm.y);
  const there = await until(page, ({ time }) => Math.abs(time - 45 * SECOND) < SECOND, "the click is there in time");
  assert.equal(there.state, "paused");

  const [from, to] = [await place(page, "waiting", 0.2), await place(page, "waiting", 0.4)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  const closer = await wait(page, () => seen(page), ({ until: end }) => end < 50 * SECOND, "the timeline goes along");
  assert.ok(Math.abs(closer.from - 18 * SECOND) < SECOND && Math.abs(closer.until - 36 * SECOND) < SECOND, JSON.stringify(closer));
  await told(page, closer.until);
  const { rows } = await table(page);
  assert.ok(rows.length > 60, "there are as many steps of the shorter stretch");
  assert.ok(rows[0].time_seconds > 17 && Math.abs(rows.at(-1).time_seconds - closer.until / SECOND) < 1e-6);

  // A drag that is given up changes nothing.
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  assert.deepEqual(await seen(page), closer);
  await page.mouse.move(5, 5);
  await page.keyboard.press("Escape");
  await wait(page, () => seen(page), ({ until: end }) => end === 90 * SECOND, "everything is seen again");
});

browserTest("the charts follow what is selected, and the choice selects it", async ({ openPage }) => {
  const page = await openPage("#scenario=retry-storm");
  await open(page);
  const choice = page.locator("[data-field=subject]");
  await choice.selectOption({ label: "Catalogue" });
  assert.equal(await page.locator("#interplay").getAttribute("data-picked"), "catalogue");
  await page.locator(".inspector h2", { hasText: "Catalogue" }).waitFor();
  // A client has no queue of its own.
  await choice.selectOption({ label: "Visitors" });
  await wait(page, () => chart(page, "waiting").count(), (count) => count === 0, "there is no queue to show");
  // What a link says of the view comes back with it.
  await wait(page, () => page.evaluate(() => location.hash), (hash) => hash.includes("view=metrics"), "the address says so");
  await page.reload();
  await page.locator(".metrics").waitFor();
  await page.keyboard.press("m");
  await page.locator(".metrics").waitFor({ state: "detached" });
  assert.ok(await page.locator(".flow").isVisible());
});

browserTest("lines can be hidden, words are of the reader's language, and charts speak", async ({ openPage }) => {
  const page = await openPage("#scenario=circuit-breaker&view=metrics");
  await ready(page);
  await told(page, 60 * SECOND);
  const latency = chart(page, "latency");
  const pixels = () => latency.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  const before = await pixels();
  await latency.locator("[data-line=p50]").click();
  assert.equal(await latency.locator("[data-line=p50]").getAttribute("aria-pressed"), "false");
  await wait(page, pixels, (now) => now !== before, "the line is gone");
  const said = () => chart(page, "states").locator(".plot").getAttribute("aria-label");
  assert.match(await said(), /Recommendations: slow from 15\.0/);
  assert.match(await latency.locator(".plot").getAttribute("aria-label"), /^Latency percentiles\. p50: .* to .*, most at/);
  await page.locator("[data-action=language]").click();
  await latency.locator("h3", { hasText: "Перцентили задержки" }).waitFor();
  assert.match(await said(), /с 15,0/);
  assert.equal((await shown(page)).state, "paused");
});

browserTest("on a phone charts stand one below another, and the page does not scroll sideways", async ({ openPage }) => {
  const page = await openPage("#scenario=retry-storm&view=metrics", {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
  });
  await ready(page);
  await told(page, 90 * SECOND);
  const boxes = await Promise.all(["throughput", "latency"].map((id) => chart(page, id).boundingBox()));
  assert.ok(boxes[1].y >= boxes[0].y + boxes[0].height, "the second is below the first");
  assert.ok(boxes.every((box) => box.x >= 0 && box.x + box.width <= 360), JSON.stringify(boxes));
  assert.ok(await page.evaluate(() => document.querySelector(".charts").scrollWidth <= 360));
});

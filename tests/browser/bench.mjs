// How long a frame of the page takes, beside a page that only draws as many dots.
//
// In, from `cargo xtask bench`: INTERPLAY_DIST, the optimised page; INTERPLAY_CHROMIUM. Out: a table
// as markdown, which docs/performance.md explains, and exit code 1 where a budget is not kept.
//
// Measured is what the main thread does: script, as the time from the first to the last animation
// callback of a frame, and the processor's time of all tasks (script, style, layout, paint, messages
// of the worker), as the browser counts them. Frames a second say little: test browsers draw by
// software.

import { chromium } from "playwright-core";
import { shown, until } from "./player.mjs";
import { REFERENCE, scene, steadyFrom } from "./scenes.mjs";
import { serve } from "./server.mjs";
import { BROWSER_FLAGS, dist, findChromium } from "./support.mjs";

const VIEWPORT = { width: 1440, height: 900 };
const FRAMES = Number(process.env.INTERPLAY_BENCH_FRAMES ?? 300);
const RUNS = Number(process.env.INTERPLAY_BENCH_RUNS ?? 3);
const PATIENCE_MS = 300_000;

/** Most milliseconds a frame: script at the 95th percentile, main thread on average; and most times the plain page. */
const BUDGETS = [
  { inFlight: 5_000, script: 4, main: 10, ratio: 2 },
  { inFlight: 20_000, script: 7, main: 12, ratio: 2 },
];

/** Takes the time of every frame's callbacks, and counts what changes in the document. */
function watchFrames() {
  const ask = window.requestAnimationFrame.bind(window);
  const frames = { script: [], changes: 0, clock: 0 };
  window.frames_ = frames;
  let last = { at: -1, millis: 0 };
  window.requestAnimationFrame = (callback) =>
    ask((at) => {
      const before = performance.now();
      callback(at);
      const millis = performance.now() - before;
      if (at === last.at) {
        last.millis += millis;
      } else {
        last = { at, millis };
        frames.script.push(last);
      }
    });
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
        if (element?.closest(".clock, .head")) {
          frames.clock += 1;
        } else {
          frames.changes += 1;
        }
      }
    }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}

/** Lets the page draw `FRAMES` frames, and gives what they took. */
async function measure(page) {
  const cdp = await page.context().newCDPSession(page);
  // Of the processor rather than of the wall clock: neighbours on the machine cost others' time.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const metrics = async () => {
    const { metrics: listed } = await cdp.send("Performance.getMetrics");
    return Object.fromEntries(listed.map(({ name, value }) => [name, value]));
  };
  await page.waitForTimeout(1_000);
  await page.evaluate(() => {
    window.frames_.script.length = 0;
    window.frames_.changes = 0;
    window.frames_.clock = 0;
  });
  const before = await metrics();
  const began = Date.now();
  await page.waitForFunction((count) => window.frames_.script.length >= count, FRAMES, {
    polling: 500,
    timeout: PATIENCE_MS,
  });
  const seconds = (Date.now() - began) / 1_000;
  const after = await metrics();
  const seen = await page.evaluate(() => ({
    script: window.frames_.script.map(({ millis }) => millis),
    changes: window.frames_.changes,
  }));
  const sorted = seen.script.toSorted((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    p50: at(0.5),
    p95: at(0.95),
    main: ((after.TaskDuration - before.TaskDuration) * 1_000) / sorted.length,
    scripts: ((after.ScriptDuration - before.ScriptDuration) * 1_000) / sorted.length,
    rate: sorted.length / seconds,
    changes: seen.changes / sorted.length,
  };
}

/** The page with a reference scene, playing where as many messages are on their way as there will be. */
async function interplay(browser, url, inFlight) {
  const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript(watchFrames);
  await page.goto(url);
  await page.locator("#boot").waitFor({ state: "detached" });
  const text = scene({ ...REFERENCE, inFlight });
  await page.locator("#own-file").setInputFiles({
    name: "scene.yaml",
    mimeType: "application/yaml",
    buffer: Buffer.from(text),
  });
  await page.locator("h1", { hasText: `${inFlight} messages` }).waitFor();
  await until(page, ({ digest }) => digest !== null, "the run has ended", PATIENCE_MS);
  const steady = steadyFrom(REFERENCE);
  await go(page, steady);
  await slowDown(page);
  if ((await shown(page)).state !== "playing") {
    await page.keyboard.press("Space");
  }
  await until(page, ({ state, time }) => state === "playing" && time > steady * 1e9, "it plays");
  return page;
}

/** Goes to a moment with the keys alone: End, and back by seconds. */
async function go(page, seconds) {
  if ((await shown(page)).state === "playing") {
    await page.keyboard.press("Space");
  }
  await page.keyboard.press("End");
  let place = await until(page, ({ time, simulated }) => time === simulated, "the end is shown", PATIENCE_MS);
  for (let press = 0; press < 200 && place.time > (seconds + 1) * 1e9; press += 1) {
    const { time } = place;
    await page.keyboard.press("ArrowLeft");
    place = await until(page, (now) => now.time < time, "an arrow goes back", PATIENCE_MS);
  }
}

/** Has time pass as it does: one second a second. */
async function slowDown(page) {
  const speed = page.locator("[data-speed]");
  for (let press = 0; press < 20; press += 1) {
    const now = Number(await speed.first().getAttribute("data-speed"));
    if (!(Math.abs(now - 1) > 0.01)) {
      return;
    }
    await page.keyboard.press(now > 1 ? "-" : "+");
  }
}

/** As many dots on as many lines, and nothing else: what any page would have to do. */
const PLAIN = (dots) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<style>html,body{margin:0;height:100%}canvas{position:absolute;inset:0}</style><canvas id="still"></canvas><canvas id="moving"></canvas>
<script>
const [still, moving] = ["still", "moving"].map((id) => document.getElementById(id));
for (const canvas of [still, moving]) { canvas.width = innerWidth; canvas.height = innerHeight; }
const paint = still.getContext("2d"), draw = moving.getContext("2d");
let seed = 1;
const chance = () => ((seed = (seed * 16807) % 2147483647) - 1) / 2147483646;
const nodes = Array.from({ length: 300 }, () => [chance() * innerWidth, chance() * innerHeight]);
const lines = Array.from({ length: 600 }, () => [nodes[Math.floor(chance() * 300)], nodes[Math.floor(chance() * 300)]]);
for (const [[x, y], [u, v]] of lines) { paint.beginPath(); paint.moveTo(x, y); paint.lineTo(u, v); paint.strokeStyle = "#aaa"; paint.stroke(); }
for (const [x, y] of nodes) { paint.fillStyle = "#fff"; paint.fillRect(x - 20, y - 8, 40, 16); paint.strokeRect(x - 20, y - 8, 40, 16); }
const colours = ["#2467c9", "#1f8a4c", "#4a6f9f"];
const dots = Array.from({ length: ${dots} }, (_, i) => ({ line: lines[i % 600], from: chance() * 4000, colour: colours[i % 3] }))
  .sort((a, b) => (a.colour < b.colour ? -1 : a.colour > b.colour ? 1 : 0));
const frame = (now) => {
  draw.clearRect(0, 0, innerWidth, innerHeight);
  let colour = "";
  for (const dot of dots) {
    const part = ((now + dot.from) % 4000) / 4000, [[x, y], [u, v]] = dot.line;
    if (dot.colour !== colour) { colour = dot.colour; draw.fillStyle = colour; }
    draw.fillRect(x + (u - x) * part - 2.5, y + (v - y) * part - 2.5, 5, 5);
  }
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
</script>`;

async function plain(browser, url, dots) {
  const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
  await page.addInitScript(watchFrames);
  await page.route(`${url}plain.html`, (route) => route.fulfill({ contentType: "text/html", body: PLAIN(dots) }));
  await page.goto(`${url}plain.html`);
  return page;
}

/** The median of each figure over several runs. */
async function several(open) {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    const page = await open();
    runs.push(await measure(page));
    await page.context().close();
  }
  const median = (figure) => runs.map((run) => run[figure]).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)];
  return Object.fromEntries(Object.keys(runs[0]).map((figure) => [figure, median(figure)]));
}

const ms = (value) => value.toFixed(2);
const server = await serve(dist, { isolated: true });
const browser = await chromium.launch({ executablePath: findChromium(), chromiumSandbox: false, args: BROWSER_FLAGS });
console.log(`${VIEWPORT.width} x ${VIEWPORT.height}, ${RUNS} runs of ${FRAMES} frames, medians; Chromium ${browser.version()}\n`);
console.log("| messages | page | script p50 | script p95 | script, processor | main thread, processor | frames/s | changes of the document a frame beside the clock and the playhead |");
console.log("|---|---|---|---|---|---|---|---|");
const missed = [];
for (const budget of BUDGETS) {
  const ours = await several(() => interplay(browser, server.url, budget.inFlight));
  const theirs = await several(() => plain(browser, server.url, budget.inFlight));
  for (const [name, figures] of [
    ["Interplay", ours],
    ["dots alone", theirs],
  ]) {
    console.log(
      `| ${budget.inFlight} | ${name} | ${ms(figures.p50)} ms | ${ms(figures.p95)} ms | ${ms(figures.scripts)} ms | ${ms(figures.main)} ms | ${figures.rate.toFixed(0)} | ${figures.changes.toFixed(2)} |`,
    );
  }
  const ratio = { script: ours.p95 / theirs.p95, main: ours.main / theirs.main };
  console.log(`| ${budget.inFlight} | ratio | ${ms(ours.p50 / theirs.p50)} | ${ms(ratio.script)} | ${ms(ours.scripts / theirs.scripts)} | ${ms(ratio.main)} | | |`);
  for (const [what, is, most] of [
    ["script p95", ours.p95, budget.script],
    ["main thread", ours.main, budget.main],
    ["ratio of the main thread", ratio.main, budget.ratio],
  ]) {
    if (is > most) {
      missed.push(`${budget.inFlight} messages: ${what} is ${ms(is)}, ${most} at most`);
    }
  }
}
await browser.close();
await server.close();
if (missed.length > 0) {
  console.error(`\nbudgets that were not kept:\n  ${missed.join("\n  ")}`);
  process.exitCode = 1;
}

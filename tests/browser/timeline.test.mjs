// The timeline: looking closer, going round in a stretch, jumping from mark to mark, and every
// other way to be at another moment.

import assert from "node:assert/strict";
import { clickTimeline, ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const SECOND = 1e9;
// Beside the lanes, in pixels: names on the left, room for the last tick on the right.
const LEFT = 116;
const RIGHT = 16;

/** The stretch of the run that is seen, in nanoseconds. */
async function seen(page) {
  const { from, until: to } = await page.locator(".track").evaluate((track) => ({ ...track.dataset }));
  return { from: Number(from), until: Number(to) };
}

/** Where on the screen a share of the lanes is, on the ruler. */
async function place(page, share) {
  const box = await page.locator(".track").boundingBox();
  return { x: box.x + LEFT + (box.width - LEFT - RIGHT) * share, y: box.y + 9 };
}

function momentAt({ from, until: to }, share) {
  return from + (to - from) * share;
}

async function wheel(page, share, delta) {
  const { x, y } = await place(page, share);
  await page.mouse.move(x, y);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, delta);
  await page.keyboard.up("Control");
}

async function untilSeen(page, wanted, what) {
  for (let look = 0; look < 300; look += 1) {
    const now = await seen(page);
    if (wanted(now)) {
      return now;
    }
    await page.waitForTimeout(20);
  }
  throw new Error(`waited in vain until ${what}; seen is ${JSON.stringify(await seen(page))}`);
}

browserTest("Ctrl and the wheel look closer about the pointer, and a double click sees everything again", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  await ready(page);
  const whole = await seen(page);
  assert.deepEqual(whole, { from: 0, until: 60 * SECOND });
  // A share that is a whole pixel, since that is all a pointer knows of.
  const box = await page.locator(".track").boundingBox();
  const share = 400 / (box.width - LEFT - RIGHT);
  const moment = momentAt(whole, share);
  let before = whole;
  for (let turn = 0; turn < 12; turn += 1) {
    await wheel(page, share, -240);
    const closer = await untilSeen(page, (now) => now.until - now.from < before.until - before.from, "it is closer");
    // Within two pixels of the view.
    const off = Math.abs(momentAt(closer, share) - moment);
    assert.ok(off < ((before.until - before.from) / 1000) * 2, `turn ${turn}: off by ${off} ns`);
    before = closer;
  }
  assert.ok(before.until - before.from < SECOND, "it is much closer");
  // Sideways it moves along.
  await page.mouse.wheel(300, 0);
  await untilSeen(page, (now) => now.from > before.from, "it has moved on");
  const { x, y } = await place(page, 0.5);
  await page.mouse.dblclick(x, y);
  await untilSeen(page, (now) => now.from === 0 && now.until === 60 * SECOND, "all is seen");
});

browserTest("the view follows the playhead while it plays, and keys and the strip move it", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  await ready(page);
  await clickTimeline(page, 0.2);
  for (let press = 0; press < 6; press += 1) {
    await page.keyboard.press("w");
  }
  const close = await untilSeen(page, (now) => now.until - now.from < 1.1 * SECOND, "it is close");
  const { time } = await shown(page);
  assert.ok(close.from <= time && time <= close.until, "the playhead stays in view");
  await page.locator("[data-action=speed-value]").fill("1");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  await untilSeen(page, (now) => now.from > close.from, "the view has followed");
  await page.keyboard.press("Space");
  const now = await seen(page);
  const at = (await shown(page)).time;
  assert.ok(now.from <= at && at <= now.until, "the playhead is seen");
  await page.keyboard.press("d");
  await untilSeen(page, (then) => then.from > now.from, "D moves on");
  const strip = await page.locator(".strip").boundingBox();
  await page.mouse.click(strip.x + strip.width * 0.9, strip.y + strip.height / 2);
  await untilSeen(page, (then) => then.from > 50 * SECOND, "a click on the strip shows what is there");
  await page.keyboard.press("z");
  await untilSeen(page, (then) => then.from === 0, "Z shows all");
});

browserTest("a stretch marked with Alt is played over and over until Escape", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  await ready(page);
  const [from, to] = [await place(page, 0.5), await place(page, 0.6)];
  await page.keyboard.down("Alt");
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Alt");
  await page.locator(".loop .handle.in").waitFor();
  await page.locator("[data-action=speed-value]").fill("10");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  const times = [];
  for (let look = 0; look < 40; look += 1) {
    times.push((await shown(page)).time);
    await page.waitForTimeout(50);
  }
  const within = times.filter((time) => time > 0).slice(2);
  assert.ok(within.every((time) => time > 29 * SECOND && time < 37 * SECOND), `${within.map((time) => time / SECOND)}`);
  assert.ok(within.some((time, place) => place > 0 && time < within[place - 1]), "it has jumped back");
  // The keyboard moves an end, too.
  const out = page.locator(".loop .handle.out");
  const value = Number(await out.getAttribute("aria-valuenow"));
  await out.press("ArrowRight");
  await page.waitForFunction((value) => Number(document.querySelector(".handle.out").getAttribute("aria-valuenow")) > value, value);
  await page.locator("#interplay").press("Escape");
  await page.locator(".loop").waitFor({ state: "detached" });
});

browserTest("keys set where a loop begins and ends, and L takes it away and brings it back", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  await ready(page);
  await clickTimeline(page, 0.25);
  await page.keyboard.press("i");
  await clickTimeline(page, 0.5);
  await page.keyboard.press("o");
  const ends = page.locator(".loop .handle");
  const values = await ends.evaluateAll((ends) => ends.map((end) => Number(end.getAttribute("aria-valuenow"))));
  assert.ok(Math.abs(values[0] - 15) < 0.2 && Math.abs(values[1] - 30) < 0.2, `${values}`);
  await page.keyboard.press("l");
  await page.locator(".loop").waitFor({ state: "detached" });
  await page.locator("[data-action=loop]").click();
  await ends.first().waitFor();
});

browserTest("a jump to the next time-out lands on the record of a time-out, and back on the one before", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  await ready(page);
  await page.keyboard.press("Home");
  await until(page, ({ time }) => time === 0, "the start is shown");
  await page.locator("[data-action=mark-kind]").selectOption({ value: "2" });
  await page.locator("[data-action=mark-kind]").blur();
  const said = page.locator('[data-said="step"]');
  const cursors = [0];
  for (let jump = 1; jump <= 4; jump += 1) {
    await page.keyboard.press("n");
    const now = await until(page, ({ cursor }) => cursor > cursors.at(-1), `jump ${jump} leads on`);
    cursors.push(now.cursor);
    assert.match(await said.textContent(), /gives up after/);
  }
  await page.keyboard.press("p");
  await until(page, ({ cursor }) => cursor === cursors[3], "the one before is shown");
  assert.match(await said.textContent(), /gives up after/);
  // The same by the list.
  await page.locator("[data-action=list-marks]").click();
  await page.locator(".marks-list button").first().click();
  await until(page, ({ cursor }) => cursor === cursors[1], "the first of the list is the first of all");
  await page.locator("[data-action=list-marks]").click();
  await page.keyboard.press("End");
  await until(page, ({ time }) => time === 60 * SECOND, "the end is shown");
  await page.keyboard.press("n");
  await page.getByText("There is no such mark in that direction.").waitFor();
});

browserTest("the speed reaches from a hundredth to a thousandfold, by slider and by typing", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  await ready(page);
  // The story would wait for its reader.
  await page.keyboard.press("s");
  await page.keyboard.press("Home");
  const slider = page.locator("[data-action=speed]");
  const value = page.locator("[data-action=speed-value]");
  await slider.press("End");
  assert.equal(await value.inputValue(), "1000×");
  await page.locator("[data-action=play]").click();
  await until(page, ({ state, time, simulated }) => state === "paused" && time === simulated, "a minute passes at once");
  await value.fill("0,01");
  await value.press("Enter");
  assert.equal(await value.inputValue(), "0.01×");
  await value.fill("fast");
  await value.press("Enter");
  assert.equal(await value.inputValue(), "0.01×", "what is no speed is taken back");
  await clickTimeline(page, 0.3);
  const before = await shown(page);
  await page.keyboard.press("Space");
  await page.waitForTimeout(500);
  await page.keyboard.press("Space");
  const passed = (await until(page, ({ state }) => state === "paused", "it stands")).time - before.time;
  assert.ok(passed > 0 && passed < 0.05 * SECOND, `${passed} ns`);
});

browserTest("hovering says what is there without going there", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  const { time } = await ready(page);
  const { x, y } = await place(page, 0.5);
  await page.mouse.move(x, y + 100);
  const readout = page.locator(".readout");
  assert.match(await readout.innerText(), /^(29\.9|30\.0)\d*\ss · [\d.]+\/s/);
  await page.locator(".ghost").waitFor();
  const entry = await place(page, 0.4);
  await page.mouse.move(entry.x, entry.y + 18);
  assert.match(await readout.innerText(), /30 times slower/);
  assert.equal((await shown(page)).time, time, "time has not changed");
  await page.mouse.move(x, y - 300);
  await readout.waitFor({ state: "detached" });
  // A click selects whom the entry is about, and is there.
  await page.mouse.click(entry.x, entry.y + 18);
  await until(page, (now) => Math.abs(now.time - 24 * SECOND) < 0.2 * SECOND, "the click is there");
  await page.getByRole("heading", { name: "Payment", exact: true }).waitFor();
});

browserTest("a typed time is gone to, and nonsense is not", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  await ready(page);
  for (const [text, nanos] of [["12.5s", 12.5], ["0:30", 30], ["350ms", 0.35], ["1e", null]]) {
    await page.keyboard.press("g");
    const field = page.locator(".go-to");
    await field.fill(text);
    await field.press("Enter");
    if (nanos === null) {
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      await field.press("Escape");
    } else {
      await until(page, ({ time }) => time === nanos * SECOND, `${text} is shown`);
    }
    await field.waitFor({ state: "detached" });
  }
});

browserTest("lanes fold and stay folded on the next visit", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  await ready(page);
  const height = async () => (await page.locator(".track").boundingBox()).height;
  const before = await height();
  const lane = page.locator(".toggles button[aria-label=waiting]");
  await lane.click();
  assert.equal(await lane.getAttribute("aria-expanded"), "false");
  const folded = await height();
  assert.ok(folded < before, `${folded} < ${before}`);
  await page.reload();
  await ready(page);
  assert.equal(await height(), folded);
});

browserTest("a phone keeps scrubbing, entries and marks, and the rest on demand", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment", { viewport: { width: 390, height: 844 }, hasTouch: true });
  await ready(page);
  const box = await page.locator(".timeline").boundingBox();
  assert.ok(box.height < 844 / 3, `the timeline is ${box.height} high`);
  const { time } = await clickTimeline(page, 0.5);
  assert.ok(Math.abs(time - 30 * SECOND) < SECOND);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide}`);
  assert.equal(await page.locator("[data-action=next-mark]").isVisible(), false);
  await page.getByRole("button", { name: "More controls" }).click();
  await page.locator("[data-action=next-mark]").click();
  await until(page, (now) => now.time !== time, "it jumps");
});

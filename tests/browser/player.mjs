// What tests of the page know about it: where the root says what is shown, how to wait for it,
// and how two pictures of the stage are compared.

import { createHash } from "node:crypto";

const ROOT = "#interplay";

/** What the page says about itself: state, cursor, time and digest, numbers as numbers. */
export async function shown(page) {
  const { state, cursor, time, simulated, digest } = await page.locator(ROOT).evaluate((root) => ({ ...root.dataset }));
  const number = (text) => (text === undefined ? null : Number(text));
  return { state, cursor: number(cursor), time: number(time), simulated: number(simulated), digest: digest ?? null };
}

/** Waits until what is shown is as `wanted` says, and gives it. */
export async function until(page, wanted, what, patienceMs = 20_000) {
  const patience = Date.now() + patienceMs;
  for (;;) {
    const now = await shown(page);
    if (wanted(now)) {
      return now;
    }
    if (Date.now() > patience) {
      throw new Error(`waited in vain until ${what}; the page shows ${JSON.stringify(now)}`);
    }
    await page.waitForTimeout(30);
  }
}

/** Waits until the run has ended, and time stands still. */
export async function ready(page) {
  await until(page, ({ digest }) => digest !== null, "the run has ended");
  const now = await shown(page);
  if (now.state === "playing") {
    // Not Space: a story may come to a pause just then, and would go on. A step always stops.
    await page.keyboard.press(",");
  }
  return until(page, ({ state }) => state === "paused", "time stands still");
}

/** Waits until the nodes stay where they are: the stage is laid anew when its room changes. */
export async function placed(page, patienceMs = 10_000) {
  const patience = Date.now() + patienceMs;
  const places = () =>
    page.locator(".outline li").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("style")).join());
  for (let before = ""; ; ) {
    const now = await places();
    if (now !== "" && now === before) {
      return;
    }
    if (Date.now() > patience) {
      throw new Error("the nodes do not come to rest");
    }
    before = now;
    await page.waitForTimeout(150);
  }
}

/** Clicks on the timeline, so far from its beginning (0) to its end (1). */
export async function clickTimeline(page, share) {
  const before = await shown(page);
  const track = page.locator(".track");
  const box = await track.boundingBox();
  const left = box.width > 720 ? 116 : 12;
  // On the ruler: a click on a mark further down goes to what it stands for.
  await page.mouse.click(box.x + left + (box.width - left - 16) * share, box.y + 9);
  // Away from it, so that nothing floats over the stage.
  await page.mouse.move(box.x + 5, box.y - 200);
  return until(page, ({ time }) => time !== before.time, "the click on the timeline had an effect");
}

/** The pixels of the stage, and what it says to those who do not see it. */
export async function stage(page) {
  // Two frames: one that paints, and one that shows that nothing more is to be painted.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const seen = await page.evaluate(() => ({
    pixels: [...document.querySelectorAll(".flow canvas")].map((canvas) => canvas.toDataURL()),
    words: [...document.querySelectorAll(".outline button")].map((button) => button.textContent),
  }));
  // Pictures as short names, or a failed comparison would fill the screen with them.
  const named = (picture) => createHash("sha256").update(picture).digest("hex").slice(0, 12);
  return { ...seen, pixels: seen.pixels.map(named) };
}

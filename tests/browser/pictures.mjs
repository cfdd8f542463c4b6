// The README's pictures: frames of the page while a scenario goes wrong, and one picture of it.
//
// In, from `cargo xtask pictures`: INTERPLAY_DIST, the optimised page; INTERPLAY_CHROMIUM; a folder.
// Out, in that folder: screenshot.png, and frame-000000.png and so on, named by the milliseconds
// since the first.

import { join } from "node:path";
import { chromium } from "playwright-core";
import { ready, until } from "./player.mjs";
import { serve } from "./server.mjs";
import { BROWSER_FLAGS, dist, findChromium } from "./support.mjs";

const folder = process.argv[2];
/** From when on, in seconds of the run: a shop in good order, and then its payment provider gets slow. */
const FROM = 19.4;
/** In seconds of the run a second of the screen. */
const SPEED = 0.4;
/** For how long, in seconds of the screen, at this many frames a second. */
const [LASTS, RATE] = [9, 10];

const server = await serve(dist);
const browser = await chromium.launch({ executablePath: findChromium(), chromiumSandbox: false, args: BROWSER_FLAGS });
const page = await browser.newPage({ viewport: { width: 1120, height: 640 }, colorScheme: "light", locale: "en-US" });
await page.goto(`${server.url}#scenario=slow-payment`);
await ready(page);
// The stage and the time, without what stands at their sides.
await page.keyboard.press("t");
await page.keyboard.press("s");
await page.locator("#interplay.presenting").waitFor();

/** Goes to a moment, in seconds, by typing it. */
async function go(to) {
  await page.locator(".clock .now").click();
  const field = page.locator(".clock input");
  await field.fill(to.toFixed(3));
  await field.press("Enter");
  await until(page, ({ time }) => Math.abs(time / 1e9 - to) < 1e-3, `it is ${to} s`);
  await page.mouse.move(5, 5);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

await page.locator(".speed .value").fill(String(SPEED));
await page.keyboard.press("Enter");
await go(FROM);
await page.keyboard.press("Space");
const began = Date.now();
for (let frame = 0; frame < LASTS * RATE; frame += 1) {
  const at = Date.now() - began;
  await page.screenshot({ path: join(folder, `frame-${String(at).padStart(6, "0")}.png`) });
  const left = (1000 / RATE) * (frame + 1) - (Date.now() - began);
  await page.waitForTimeout(Math.max(left, 0));
}
await page.keyboard.press("Space");
await page.keyboard.press("Escape");
await page.locator("#interplay:not(.presenting)").waitFor();
await page.setViewportSize({ width: 1440, height: 860 });
await page.locator("[data-node=payment]").focus();
await page.keyboard.press("Enter");
await go(24);
await page.screenshot({ path: join(folder, "screenshot.png") });
await browser.close();
await server.close();

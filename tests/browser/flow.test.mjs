// The stage: moving about in it, what it tells at each size, messages under the pointer and
// followed, nodes that are moved.

import assert from "node:assert/strict";
import { clickTimeline, placed, ready, shown, stage, until } from "./player.mjs";
import { scene } from "./scenes.mjs";
import { browserTest } from "./support.mjs";

const MANY = { groups: 3, inFlight: 200, latencySeconds: 1 };

/** Opens a document that is written here. */
async function open(page, text, title) {
  await page.locator("#own-file").setInputFiles({
    name: "scene.yaml",
    mimeType: "application/yaml",
    buffer: Buffer.from(text),
  });
  await page.locator("h1", { hasText: title }).waitFor();
  await ready(page);
}

const openMany = (page) => open(page, scene(MANY), "45 services");

/** Where a node is seen. */
const seen = (page, node) => page.locator(`[data-node="${node}"]`).boundingBox();

/** Where a node is seen once the stage no longer changes its size. */
async function settled(page, node) {
  let before = await seen(page, node);
  for (;;) {
    await page.waitForTimeout(250);
    const now = await seen(page, node);
    if (now.x === before.x && now.y === before.y && now.width === before.width) {
      return now;
    }
    before = now;
  }
}

const detail = (page) => page.locator(".outline").getAttribute("data-detail");

/** A slow exchange between two, in which a message is on its way at any moment. */
const SLOW = `scenario: 1
title: {en: Slow mail}
horizon: 60s
links: {default: {latency: 2s}}
clients: {writer: {arrivals: constant 1/s, do: [{call: office.take}]}}
services:
  office: {endpoints: {take: {http: POST /mail, do: [{work: 100ms}, {call: postman.bring}]}}}
  postman: {endpoints: {bring: {do: [{work: 100ms}]}}}
`;

/** Moves the pointer along the line between two nodes until it is over a message. */
async function findMessage(page, from, to) {
  await placed(page);
  const [one, other] = [await seen(page, from), await seen(page, to)];
  const [start, end] = [one.x + one.width, other.x];
  for (let x = start + 4; x < end - 4; x += 5) {
    for (const side of [5, -5]) {
      await page.mouse.move(x, one.y + one.height / 2 + side);
      if (await page.locator(".hover [data-age]").count()) {
        return { x, y: one.y + one.height / 2 + side };
      }
    }
  }
  throw new Error(`no message between ${from} and ${to}`);
}

browserTest("the wheel, keys and buttons magnify, and fitting shows everything again", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  const before = await settled(page, "orders");
  await page.mouse.move(before.x + 10, before.y + 10);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction((width) => document.querySelector("[data-node=orders]").getBoundingClientRect().width > width * 1.3, before.width);
  const larger = await seen(page, "orders");
  await page.keyboard.press("Shift+Q");
  await page.waitForFunction((width) => document.querySelector("[data-node=orders]").getBoundingClientRect().width < width, larger.width);
  await page.keyboard.press("0");
  await page.waitForFunction((x) => Math.abs(document.querySelector("[data-node=orders]").getBoundingClientRect().x - x) < 1, before.x);
});

browserTest("two fingers magnify what is between them", async ({ openPage }) => {
  const page = await openPage("", { hasTouch: true, viewport: { width: 390, height: 844 } });
  await ready(page);
  const before = await settled(page, "gateway");
  const middle = { x: before.x + before.width / 2, y: before.y + before.height / 2 };
  const touch = (apart) => [-apart, apart].map((shift) => ({ x: middle.x + shift, y: middle.y }));
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: touch(20) });
  for (const apart of [30, 40, 50, 60]) {
    await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: touch(apart) });
  }
  await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForFunction((width) => document.querySelector("[data-node=gateway]").getBoundingClientRect().width > width * 1.8, before.width);
  const after = await seen(page, "gateway");
  assert.ok(Math.abs(after.x + after.width / 2 - middle.x) < 30, "it stays where the fingers are");
});

browserTest("a scene of many nodes has a minimap whose frame can be dragged; a small one has none", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  assert.equal(await page.locator(".minimap").count(), 0, "six nodes need none");
  await openMany(page);
  const map = await page.locator(".minimap canvas").boundingBox();
  for (let press = 0; press < 6; press += 1) {
    await page.keyboard.press("Shift+W");
  }
  const before = await seen(page, "g00-a1");
  await page.mouse.move(map.x + map.width / 2, map.y + map.height / 2);
  await page.mouse.down();
  await page.mouse.move(map.x + map.width / 4, map.y + map.height / 4, { steps: 4 });
  await page.mouse.up();
  const after = await seen(page, "g00-a1");
  assert.ok(Math.hypot(after.x - before.x, after.y - before.y) > 50, "another part is seen");
});

browserTest("from afar boxes stand for cards, then groups for boxes, and lines are as wide as their traffic", async ({
  openPage,
  picture,
}) => {
  const page = await openPage();
  await ready(page);
  assert.equal(await detail(page), "cards");
  await openMany(page);
  await clickTimeline(page, 0.6);
  const pictures = [];
  for (const [wanted, key] of [
    ["cards", "Shift+W"],
    ["boxes", "Shift+Q"],
    ["groups", "Shift+Q"],
  ]) {
    for (let press = 0; press < 30 && (await detail(page)) !== wanted; press += 1) {
      await page.keyboard.press(key);
      await page.waitForTimeout(60);
    }
    assert.equal(await detail(page), wanted);
    pictures.push((await stage(page)).pixels[0]);
    await picture(page, `flow-${wanted}`);
  }
  assert.equal(new Set(pictures).size, 3);
  // Early on fewer messages are under way, so lines are thinner.
  await clickTimeline(page, 0.02);
  assert.notEqual((await stage(page)).pixels[0], pictures.at(-1));
});

browserTest("a message under the pointer says what it is, what it is for and how old it is", async ({ openPage }) => {
  const page = await openPage();
  await open(page, SLOW, "Slow mail");
  await clickTimeline(page, 0.5);
  await findMessage(page, "writer", "office");
  const told = page.locator(".hover");
  await page.waitForFunction(() => /office\.take|bytes/.test(document.querySelector(".hover")?.textContent ?? ""));
  assert.match(await told.innerText(), /writer → office|office → writer/);
  assert.match(await told.locator("[data-age]").innerText(), /of 2\s*s/);
});

browserTest("a message is followed through the calls it leads to, until somebody stops it", async ({ openPage }) => {
  const page = await openPage();
  await open(page, SLOW, "Slow mail");
  await clickTimeline(page, 0.5);
  const at = await findMessage(page, "writer", "office");
  await page.mouse.click(at.x, at.y);
  await page.locator(".inspector h2").waitFor();
  await page.keyboard.press("f");
  const following = page.locator(".following .where");
  await following.waitFor();
  const places = new Set();
  for (let step = 0; step < 160; step += 1) {
    places.add(await following.innerText());
    if (/arrived back/.test([...places].at(-1))) {
      break;
    }
    await page.keyboard.press(".");
  }
  const told = [...places].join(" | ");
  assert.match(told, /office → postman|postman → office/, "it goes on with the call that it led to");
  await page.keyboard.press("Escape");
  await following.waitFor({ state: "detached" });
});

browserTest("a node is moved with the pointer, the document says so, and it can be undone", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  const before = await settled(page, "inventory");
  const [x, y] = [before.x + before.width / 2, before.y + before.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y + 60, { steps: 5 });
  await page.mouse.up();
  const moved = await seen(page, "inventory");
  assert.ok(Math.abs(moved.x - before.x - 40) < 2 && Math.abs(moved.y - before.y - 60) < 2, "it went along");
  await page.waitForTimeout(500);
  await until(page, (now) => now.digest === digest, "it runs on to the same end");
  const still = await seen(page, "inventory");
  assert.ok(Math.abs(still.x - moved.x) < 2 && Math.abs(still.y - moved.y) < 2, "it stays there");
  await page.keyboard.press("Control+z");
  await page.waitForFunction((x) => Math.abs(document.querySelector("[data-node=inventory]").getBoundingClientRect().x - x) < 2, before.x);
});

browserTest("a node is moved with the keyboard", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  const before = await settled(page, "inventory");
  await page.locator("[data-node=inventory]").focus();
  for (let press = 0; press < 4; press += 1) {
    await page.keyboard.press("Alt+ArrowDown");
  }
  await page.waitForTimeout(1_500);
  const after = await seen(page, "inventory");
  assert.ok(after.y > before.y + 10 && Math.abs(after.x - before.x) < 2, JSON.stringify([before, after]));
  assert.equal(await page.evaluate(() => document.activeElement.dataset.node), "inventory", "it keeps the focus");
  await page.keyboard.press("Control+z");
  await page.waitForFunction((y) => Math.abs(document.querySelector("[data-node=inventory]").getBoundingClientRect().y - y) < 2, before.y);
  assert.equal((await shown(page)).state, "paused");
});

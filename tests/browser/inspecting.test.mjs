// The inspector: whatever is picked, its state, its settings as knobs, and the way to whatever
// else is named.

import assert from "node:assert/strict";
import { placed, ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const inspector = (page) => page.locator(".inspector");
const heading = (page) => inspector(page).locator("h2");
const pick = (page, node) => page.locator(`[data-node='${node}']`).press("Enter");

async function opened(openPage, name, options) {
  const page = await openPage(`#scenario=${name}`, options);
  await ready(page);
  // The story has a say in the time; these tests go where they want.
  await page.keyboard.press("s");
  return page;
}

browserTest("a setting that the author did not expose is turned in the inspector", async ({ openPage }) => {
  const page = await opened(openPage, "checkout");
  const { digest, time } = await shown(page);
  await pick(page, "inventory");
  const setting = inspector(page).locator("[data-knob='services.inventory.workers.blocking']");
  await setting.waitFor();
  await setting.focus();
  await setting.press("Home");
  await until(page, (now) => now.digest !== null && now.digest !== digest && now.time === time, "it runs again");
  // The same thing is still picked, the knob still has the focus, and the way back is offered.
  await heading(page).filter({ hasText: "Inventory" }).waitFor();
  assert.equal(await setting.evaluate((element) => element === document.activeElement), true);
  await inspector(page).locator(".knob.changed .small").click();
  await until(page, (now) => now.digest === digest, "the author's run is shown again");
});

browserTest("from a node to its lines, from a line to its policies, and to who uses them", async ({ openPage }) => {
  const page = await opened(openPage, "checkout");
  await pick(page, "orders");
  await inspector(page).locator(".neighbours button", { hasText: "Payment" }).click();
  await inspector(page).locator(".asked", { hasText: "payment.charge" }).waitFor();
  await inspector(page).locator("[data-figures], h4", { hasText: "payment.charge" }).first().waitFor();
  await inspector(page).locator("[data-knob='policies.attempt.timeout']").waitFor();
  await inspector(page).locator(".policies button", { hasText: "again" }).click();
  await heading(page).filter({ hasText: "again" }).waitFor();
  await inspector(page).locator("[data-knob='policies.again.retry.attempts']").waitFor();
  await inspector(page).locator(".neighbours button", { hasText: "Orders" }).click();
  await heading(page).filter({ hasText: "Orders" }).waitFor();
});

browserTest("a click on a line of the stage picks it", async ({ openPage }) => {
  const page = await opened(openPage, "checkout");
  await page.keyboard.press("Home");
  await placed(page);
  const [from, to] = await Promise.all(
    ["shoppers", "gateway"].map((node) => page.locator(`[data-node='${node}']`).boundingBox()),
  );
  // Half way between the two, whichever way the flow goes.
  const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  const [[fromX, fromY], [toX, toY]] = [middle(from), middle(to)];
  await page.mouse.click((fromX + toX) / 2, (fromY + toY) / 2);
  await heading(page).filter({ hasText: "Shoppers" }).filter({ hasText: "Gateway" }).waitFor();
});

browserTest("each instance of a service has its own state", async ({ openPage }) => {
  const page = await opened(openPage, "checkout");
  await pick(page, "orders");
  await inspector(page).locator("td button", { hasText: "2" }).click();
  await heading(page).filter({ hasText: /Orders.2/ }).waitFor();
  await inspector(page).locator("code", { hasText: "orders.2" }).waitFor();
});

browserTest("what happens to a scenario is picked, gone to, and changed", async ({ openPage }) => {
  const page = await opened(openPage, "slow-payment");
  const { digest } = await shown(page);
  await inspector(page).locator("[data-entry='0']").click();
  await heading(page).filter({ hasText: "30" }).waitFor();
  await inspector(page).locator(".go button").click();
  await until(page, ({ time }) => time === 20e9, "the fault begins");
  const times = inspector(page).locator("[data-knob='timeline.0.fault.slow.times']");
  await times.focus();
  await times.press("Home");
  await until(page, (now) => now.digest !== null && now.digest !== digest && now.time === 20e9, "it runs again");
});

browserTest("why something happened is a chain, each link of which is a moment", async ({ openPage }) => {
  const page = await opened(openPage, "checkout");
  await page.keyboard.press("End");
  await until(page, ({ time }) => time === 60e9, "the end");
  await pick(page, "payment");
  await inspector(page).locator(".records li button[aria-label]").first().click();
  const chain = page.locator(".chain li");
  await chain.first().waitFor();
  const count = await chain.count();
  assert.ok(count > 3, `${count} causes`);
  const before = await shown(page);
  await chain.last().locator("button").click();
  await until(page, ({ cursor }) => cursor < before.cursor, "the first cause was earlier");
});

browserTest("what is picked stands in the address by its name, and is picked again from there", async ({ openPage }) => {
  const page = await opened(openPage, "checkout");
  await page.keyboard.press("End");
  await pick(page, "orders");
  await inspector(page).locator(".neighbours button", { hasText: "Payment" }).click();
  const picked = page.locator("#interplay[data-picked='orders>payment']");
  await picked.waitFor();
  // The address follows, a moment later.
  await page.waitForTimeout(2_000);
  const again = await openPage(await page.evaluate(() => location.hash));
  await ready(again);
  await again.locator("#interplay[data-picked='orders>payment']").waitFor();
});

browserTest("a breaker shows its state at the moment, why it changed, and what it remembers", async ({ openPage }) => {
  const page = await openPage("#scenario=circuit-breaker");
  await ready(page);
  await page.keyboard.press("g");
  await page.keyboard.type("20");
  await page.keyboard.press("Enter");
  await until(page, ({ time }) => time === 20e9, "it is 20 s");
  await page.locator("[data-node=shop]").focus();
  await page.keyboard.press("Enter");
  await page.locator(".inspector button.link", { hasText: /^breaker$/ }).first().click();
  const machine = page.locator(".machines [data-machine]");
  await machine.locator(".current[data-phase=Open]").waitFor();
  assert.match(await machine.innerText(), /since 16\.1\d+\ss: 10 of 20 calls failed/);
  assert.match(await machine.innerText(), /left until it may try/);
  assert.equal(await machine.locator(".ring span").count(), 20);
  // Attempts that were under way when it opened have failed since.
  assert.equal(await machine.locator(".ring .failed").count(), 16);
  // The reason is a way to the moment of the change.
  await machine.locator("button.link", { hasText: "since" }).click();
  const { time } = await until(page, ({ time }) => time < 17e9, "it is the moment at which it opened");
  assert.ok(time > 16e9);
  await page.keyboard.press("g");
  await page.keyboard.type("45");
  await page.keyboard.press("Enter");
  await machine.locator(".current[data-phase=Closed]").waitFor();
});

browserTest("what must hold is judged, alerts are told, and each leads to its moment", async ({ openPage }) => {
  const page = await openPage("#scenario=circuit-breaker");
  await ready(page);
  await page.locator(".verdicts [data-property=pages-come].held").waitFor();
  await page.locator(".verdicts [data-property=breaker-recovers].held").waitFor();
  const alert = page.locator(".verdicts [data-alert=recommendations-hang]");
  assert.match(await alert.innerText(), /fired 2 times/);
  await alert.locator("button").first().click();
  const { time } = await until(page, ({ time }) => time > 18e9, "it is the moment at which the alert fired");
  assert.ok(time < 19e9);
  // A time-out that is too patient: pages come late, and the page says when first.
  await page.locator("[data-knob='policies.limit.timeout']").focus();
  await page.keyboard.press("End");
  const late = page.locator(".verdicts [data-property=pages-come].violated");
  await late.waitFor();
  assert.match(await late.innerText(), /violated: p99 was/);
});

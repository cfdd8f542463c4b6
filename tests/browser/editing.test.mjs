// Changing the document by hand: what is done at the cursor, what the system is made of, knobs that
// count from the cursor on, and the way back.

import assert from "node:assert/strict";
import { clickTimeline, placed, ready, shown, stage, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

/** Another run is shown, and has ended. */
const another = (page, digest, what) => until(page, (now) => now.digest !== null && now.digest !== digest, what);

/** The run with this digest is shown again. */
const again = (page, digest, what) => until(page, (now) => now.digest === digest, what);

/** Picks a node as who uses the keyboard does. */
async function pick(page, node) {
  await page.locator(`[data-node="${node}"]`).focus();
  await page.keyboard.press("Enter");
  await page.locator(".inspector .hand").waitFor();
}

browserTest("a service is killed at the cursor: the past stays, the rest changes, and it can be undone and redone", async ({
  openPage,
}) => {
  const page = await openPage();
  const { digest } = await ready(page);
  const { time, cursor } = await clickTimeline(page, 0.5);
  const past = await stage(page);
  await pick(page, "payment");
  await page.locator(".inspector [data-act=crash]").click();
  const killed = await another(page, digest, "payment has been killed");
  assert.ok(killed.time >= time && killed.time <= time + 2_000_000, "the reader is where they were");
  assert.match(await page.locator("[data-node=payment]").innerText(), /down/);
  // What had happened until then has not changed.
  await page.keyboard.press(",");
  await until(page, (now) => now.cursor < killed.cursor, "a step back");
  while ((await shown(page)).cursor > cursor) {
    await page.keyboard.press(",");
    await page.waitForTimeout(30);
  }
  assert.deepEqual((await stage(page)).words, past.words);
  // It is listed, and marked as the reader's.
  await page.keyboard.press("Escape");
  await page.locator(".hand-entries .yours", { hasText: "Payment crashes" }).waitFor();
  await page.keyboard.press("Control+z");
  await again(page, digest, "it is undone");
  assert.equal(await page.locator(".hand-entries li").count(), 0);
  await page.keyboard.press("Control+Shift+Z");
  await again(page, killed.digest, "it is redone");
  // Taking it out of the list is another way to be rid of it.
  await page.locator("[data-action=remove-entry]").click();
  await again(page, digest, "it is taken out");
  await page.locator("[data-action=undo]").click();
  await again(page, killed.digest, "taking it out is undone");
});

browserTest("everything that can be done to a service is done, and each is a run of its own", async ({ openPage }) => {
  const page = await openPage();
  let { digest } = await ready(page);
  await clickTimeline(page, 0.4);
  await pick(page, "orders");
  for (const act of ["slow", "errors", "pause", "full", "partition", "scale", "send"]) {
    await page.locator(`.inspector [data-act=${act}]`).click();
    ({ digest } = await another(page, digest, act));
    assert.equal(await page.locator("[data-notice]").count(), 0, act);
  }
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".hand-entries .yours").count(), 7);
});

browserTest("time that passes goes on passing while something is done", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  await clickTimeline(page, 0.2);
  await pick(page, "payment");
  await page.keyboard.press("k");
  await until(page, ({ state }) => state === "playing", "it plays");
  await page.locator(".inspector [data-act=crash]").click();
  const now = await another(page, digest, "it is killed");
  assert.equal(now.state, "playing");
  await until(page, ({ time }) => time > now.time, "time passes");
});

browserTest("a service is added, connected, renamed and deleted, and all of it undone", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  await page.locator("[data-hand=new-service]").fill("fraud");
  await page.keyboard.press("Enter");
  await page.locator("[data-node=fraud]").waitFor({ state: "attached" });
  await pick(page, "payment");
  await page.locator(".structure summary").click();
  await page.locator("[data-hand=connect]").selectOption("fraud");
  await page.locator("[data-action=connect]").click();
  const connected = await another(page, digest, "payment asks fraud");
  await page.locator("[data-hand=name]").fill("acquirer");
  await page.keyboard.press("Enter");
  await page.locator("[data-node=acquirer]").waitFor({ state: "attached" });
  await page.locator(".inspector h2", { hasText: "Payment" }).waitFor();
  assert.equal(await page.locator("[data-node=payment]").count(), 0);
  // The knobs that turned it still do.
  await page.locator(".knobs > .knob [data-knob='services.acquirer.endpoints.charge.do.0.work.exponential']").waitFor();
  await page.locator("[data-action=delete]").click();
  await page.locator("[data-node=acquirer]").waitFor({ state: "detached" });
  await until(page, (now) => now.digest !== null && now.digest !== connected.digest, "it runs without");
  for (let step = 0; step < 4; step += 1) {
    await page.keyboard.press("Control+z");
  }
  await again(page, digest, "all of it is undone");
  assert.equal(await page.locator("[data-action=undo]").isDisabled(), true);
});

browserTest("what cannot be is refused with the reason, and nothing is lost", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  await page.locator("[data-hand=new-service]").fill("orders");
  await page.locator("[data-action=add-service]").click();
  await page.locator("[data-notice]", { hasText: "something here is called `orders` already" }).waitFor();
  assert.equal((await shown(page)).digest, digest);
  assert.equal(await page.locator("[data-action=undo]").count(), 0);
});

browserTest("a knob counts from the cursor on, if that is asked for", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  const { time } = await clickTimeline(page, 0.5);
  await page.locator("[data-branching=true]").check({ force: true });
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("End");
  const branched = await another(page, digest, "another way on from here");
  assert.ok(branched.time >= time && branched.time <= time + 2_000_000);
  const said = await knob.getAttribute("aria-valuetext");
  await page.locator(".hand-entries .yours", { hasText: "clients.shoppers.arrivals" }).waitFor();
  // The past does not know of it.
  await clickTimeline(page, 0.1);
  assert.notEqual(await knob.getAttribute("aria-valuetext"), said);
  await page.keyboard.press("Control+z");
  await again(page, digest, "one step undoes it");
});

browserTest("turning a knob is one step, and resetting can be undone", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  for (let turn = 0; turn < 5; turn += 1) {
    await knob.press("ArrowRight");
  }
  const turned = await another(page, digest, "another run");
  await page.keyboard.press("Control+z");
  await again(page, digest, "one step undoes it");
  await page.keyboard.press("Control+y");
  await until(page, (now) => now.digest !== null && now.digest !== digest, "redone");
  await page.locator(".knobs header button").click();
  await again(page, digest, "reset");
  await page.keyboard.press("Control+z");
  await until(page, (now) => now.digest !== null && now.digest !== digest, "the reset is undone");
  assert.ok(turned.digest);
});

browserTest("a link carries what was done by hand", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  await clickTimeline(page, 0.5);
  await pick(page, "payment");
  // The address is written a moment after time has come to stand still.
  await page.waitForTimeout(1_500);
  const before = await page.evaluate(() => location.hash);
  await page.locator(".inspector [data-act=crash]").click();
  const killed = await another(page, digest, "payment has been killed");
  await page.waitForFunction((hash) => location.hash !== hash, before);
  const other = await openPage(await page.evaluate(() => location.hash));
  await again(other, killed.digest, "the same run is shown to somebody else");
});

browserTest("everything is said in Russian too", async ({ openPage }) => {
  const page = await openPage("", { locale: "ru-RU" });
  await ready(page);
  await clickTimeline(page, 0.5);
  await pick(page, "payment");
  assert.match(await page.locator(".inspector .hand").innerText(), /Уронить/);
  await page.locator(".structure summary").click();
  assert.match(await page.locator(".structure").innerText(), /Переименовать[\s\S]*Соединить[\s\S]*Удалить payment/);
});

browserTest("the same can be done from a menu at the node, by the keyboard alone", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  await clickTimeline(page, 0.5);
  await page.locator("[data-node=inventory]").focus();
  await page.locator("[data-node=inventory]").dispatchEvent("contextmenu", { clientX: 400, clientY: 300 });
  await page.locator(".hand-menu [data-act=pause]").focus();
  await page.keyboard.press("Enter");
  await another(page, digest, "inventory is frozen");
  await page.keyboard.press("Escape");
  await page.locator(".hand-menu").waitFor({ state: "hidden" });
  await page.locator(".hand-entries .yours", { hasText: "Inventory" }).waitFor();
});

browserTest("a right click on a node opens its menu where it stands", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await placed(page);
  const node = await page.locator("[data-node=payment]").boundingBox();
  await page.mouse.click(node.x + node.width / 2, node.y + node.height / 2, { button: "right" });
  await page.locator(".hand-menu h2", { hasText: "Payment" }).waitFor();
  await page.locator("#interplay[data-picked=payment]").waitFor();
  // Beside a node there is nothing to open.
  await page.keyboard.press("Escape");
  await page.locator(".hand-menu").waitFor({ state: "hidden" });
  const stage = await page.locator(".flow").boundingBox();
  await page.mouse.click(stage.x + 20, stage.y + 20, { button: "right" });
  assert.equal(await page.locator(".hand-menu").isVisible(), false);
});

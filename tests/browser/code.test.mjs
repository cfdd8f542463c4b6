// The code editor: the document as text, beside the stage.

import assert from "node:assert/strict";
import { clickTimeline, ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const editor = (page) => page.locator(".code .cm-content");
const undo = (page) => page.keyboard.press("Control+z");

/** Opens the editor and waits until it is there. */
async function open(page, how = "ready") {
  await page.locator("[data-action=code]").click();
  await page.locator(`.code[data-editor=${how}]`).waitFor();
}

/** Puts the caret at the end of the line that has this text. */
async function caretAfter(page, text) {
  // Only lines in sight are on the page, so it is searched for.
  await editor(page).focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+f");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.locator(".cm-search").waitFor({ state: "detached" });
  await page.keyboard.press("End");
}

/** What stands in the editor: all of it, though only the lines in sight are on the page. */
async function text(page) {
  return page.evaluate(() => globalThis.interplayEditor.textIn(document.querySelector(".code .cm-editor")));
}

browserTest("the editor is not asked for before it is opened, and then from the page's own host only", async ({
  openPage,
}) => {
  const asked = [];
  const page = await openPage("", {
    before: (page) => page.on("request", (request) => asked.push(new URL(request.url()).pathname)),
  });
  await ready(page);
  const wanted = () => asked.filter((path) => /\/(editor|schema)\//.test(path));
  assert.deepEqual(wanted(), []);
  const schema = page.waitForResponse(/scenario-1\.json$/);
  await open(page);
  await schema;
  assert.deepEqual(wanted(), ["/some/nested/path/editor/editor.js", "/some/nested/path/schema/scenario-1.json"]);
});

browserTest("what is typed runs, at the same moment, and the comments stay", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  const { time } = await clickTimeline(page, 0.5);
  await open(page);
  await caretAfter(page, "seed: 7");
  await page.keyboard.type("7");
  await until(page, (now) => now.digest !== null && now.digest !== digest && now.time === time, "another run is shown");
  assert.match(await text(page), /^# An order goes from the shopper/);
  await undo(page);
  await until(page, (now) => now.digest === digest && now.time === time, "the first run is shown again");
  assert.match(await text(page), /seed: 7\n/);
});

browserTest("an error is shown at its line while the last run stays on the stage", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  await open(page);
  await caretAfter(page, "arrivals: poisson 8/s");
  await page.keyboard.type("oon");
  await until(page, ({ state }) => state === "invalid", "the text is wrong");
  await page.locator(".cm-lintRange-error").first().waitFor();
  const said = await page.locator(".remark").first().innerText();
  assert.match(said, /line 19/);
  assert.equal((await shown(page)).digest, digest, "the run is the one before");
  assert.ok(await page.locator("[data-node=orders]").count(), "the stage is there");
  await page.locator(".remark").first().click();
  assert.match(await page.locator(".cm-activeLine").innerText(), /poisson/);
  await undo(page);
  await until(page, (now) => now.state === "paused" && now.digest === digest, "it is in order again");
  await page.locator(".code-foot", { hasText: "in order" }).waitFor();
});

browserTest("fields and names are offered, with what they are for", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await open(page);
  await caretAfter(page, "external: true");
  await page.keyboard.press("Enter");
  await page.keyboard.type("inst");
  const offered = page.locator(".cm-tooltip-autocomplete li");
  await offered.filter({ hasText: "instances" }).waitFor();
  await page.locator(".cm-completionInfo", { hasText: "How many there are" }).waitFor();
  // The list takes no key in its first moment, lest one that was meant for the text is lost to it.
  await page.waitForTimeout(200);
  await page.keyboard.press("Enter");
  await page.keyboard.type("3");
  assert.match(await text(page), /external: true\n {4}instances: 3\n/);
  await caretAfter(page, "- call: inventory.reserve");
  for (let letter = 0; letter < "inventory.reserve".length; letter += 1) {
    await page.keyboard.press("Backspace");
  }
  await page.keyboard.type("pay");
  await offered.filter({ hasText: "payment.charge" }).waitFor();
});

browserTest("one history for the text and the stage", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  await open(page);
  await caretAfter(page, "seed: 7");
  await page.keyboard.type("1");
  const typed = await until(page, (now) => now.digest !== null && now.digest !== digest, "what was typed runs");
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("End");
  await until(page, (now) => now.digest !== null && now.digest !== typed.digest, "the knob runs");
  await editor(page).focus();
  await undo(page);
  await until(page, (now) => now.digest === typed.digest, "the knob is undone from the text");
  await page.locator("h1").click();
  await undo(page);
  await until(page, (now) => now.digest === digest, "the text is undone from the page");
  assert.match(await text(page), /seed: 7\n/);
});

browserTest("formatting keeps comments, and is undone in one step", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await open(page);
  const before = await text(page);
  await caretAfter(page, "seed: 7");
  await page.keyboard.type("   # so chance has it");
  await page.waitForTimeout(1500);
  await page.locator("[data-action=format]").click();
  await page.waitForFunction(() => /seed: 7 {1,2}# so chance has it/.test(document.querySelector(".cm-content").innerText));
  assert.match(await text(page), /^# An order goes from the shopper/);
  await editor(page).focus();
  await undo(page);
  await undo(page);
  await page.waitForFunction(() => !document.querySelector(".cm-content").innerText.includes("so chance"));
  assert.equal(await text(page), before);
});

browserTest("a node leads to its place in the text, and the caret leads to the node", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await page.locator("[data-node=payment]").focus();
  await page.keyboard.press("Enter");
  await page.locator("[data-action=show-in-text]").click();
  await page.locator(".code[data-editor=ready]").waitFor();
  await page.locator(".cm-activeLine", { hasText: "payment:" }).waitFor();
  await page.locator(".cm-part", { hasText: "external: true" }).waitFor();
  await caretAfter(page, "/api/v1/reservations");
  await page.locator(".inspector h2", { hasText: "Inventory" }).waitFor();
});

browserTest("keys that are typed are not the player's, and Escape, then Tab, leaves the editor", async ({
  openPage,
}) => {
  const page = await openPage();
  await ready(page);
  const { cursor } = await shown(page);
  await open(page);
  await caretAfter(page, "# at once; the parcel");
  await page.keyboard.type(" k . , 0 ?");
  await page.keyboard.press("ArrowLeft");
  assert.equal((await shown(page)).state, "paused");
  assert.equal((await shown(page)).cursor, cursor);
  await page.keyboard.press("Tab");
  assert.ok(await editor(page).evaluate((content) => content.contains(document.activeElement)), "Tab indents");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.ok(!(await editor(page).evaluate((content) => content.contains(document.activeElement))), "and then leaves");
});

browserTest("the editor speaks Russian, also of what is wrong and of what fields are for", async ({ openPage }) => {
  const page = await openPage("", { locale: "ru-RU" });
  await ready(page);
  await open(page);
  assert.equal(await editor(page).getAttribute("aria-label"), "Текст сценария");
  await page.locator(".cm-line", { hasText: "seed: 7" }).locator("span").first().hover();
  await page.locator(".cm-about", { hasText: "Откуда берутся случайности" }).waitFor();
  await caretAfter(page, "arrivals: poisson 8/s");
  await page.keyboard.type("oon");
  await page.locator(".remark", { hasText: "строка 19" }).waitFor();
  const latin = (await page.locator(".code-head, .code-foot p").allInnerTexts()).join(" ").match(/[A-Za-z]{4,}/g) ?? [];
  assert.deepEqual(latin, []);
});

browserTest("an editor that cannot be loaded is a plain field, which works", async ({ openPage }) => {
  const page = await openPage("", {
    allow: [/editor\.js/, /404/],
    before: (page) => page.route(/editor\/editor\.js$/, (route) => route.fulfill({ status: 404, body: "" })),
  });
  const { digest } = await ready(page);
  await open(page, "plain");
  await page.locator(".code-note", { hasText: "could not be loaded" }).waitFor();
  const field = page.locator(".code-plain");
  const before = await field.inputValue();
  await field.fill(before.replace("seed: 7", "seed: 8"));
  await until(page, (now) => now.digest !== null && now.digest !== digest, "what was typed runs");
  await field.focus();
  await undo(page);
  await until(page, (now) => now.digest === digest, "it is undone");
  assert.equal(await field.inputValue(), before);
});

browserTest("what was typed last is not lost when the editor is closed", async ({ openPage }) => {
  const page = await openPage();
  const { digest } = await ready(page);
  await open(page);
  await caretAfter(page, "seed: 7");
  await page.keyboard.type("5");
  await page.locator("[data-action=code]").click();
  await until(page, (now) => now.digest !== null && now.digest !== digest, "what was typed runs");
  await open(page);
  assert.match(await text(page), /seed: 75\n/);
});

browserTest("on a phone the code is a sheet over the stage", async ({ openPage }) => {
  const page = await openPage("", { viewport: { width: 390, height: 844 }, hasTouch: true });
  await ready(page);
  await open(page);
  const box = await page.locator(".code").boundingBox();
  assert.ok(box.y > 100 && box.width === 390, JSON.stringify(box));
  await page.getByRole("button", { name: "Hide the code" }).last().click();
  await page.locator(".code").waitFor({ state: "detached" });
});

browserTest("knobs stand beside the text until they are written into it, and that can be undone", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout");
  const { digest } = await ready(page);
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("End");
  const turned = await until(page, (now) => now.digest !== null && now.digest !== digest, "the knob is turned");
  await open(page);
  await page.locator("[data-said=beside]", { hasText: "clients.shoppers.arrivals: poisson 60/s" }).waitFor();
  assert.match(await text(page), /arrivals: poisson 8\/s/);
  await page.locator("[data-action=write-changes]").click();
  await page.locator("[data-said=beside]").waitFor({ state: "detached" });
  assert.match(await text(page), /arrivals: poisson 60\/s/);
  await until(page, (now) => now.digest === turned.digest, "the same run");
  await editor(page).focus();
  await undo(page);
  await page.locator("[data-said=beside]").waitFor();
  assert.match(await text(page), /arrivals: poisson 8\/s/);
});

// The keyboard: the palette of commands, the help drawn from the same table, and presenting.

import assert from "node:assert/strict";
import { ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const palette = (page) => page.locator("dialog.palette[open]");

/** Opens the palette, types, and gives what it offers first. */
async function ask(page, question) {
  await page.keyboard.press("Control+k");
  await palette(page).locator("[role=combobox]").fill(question);
  return palette(page).locator("[role=option]").first().getAttribute("data-palette");
}

browserTest("the palette finds commands in either language, and does the chosen one", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout");
  await ready(page);
  for (const [question, wanted] of [
    ["start", "start"],
    ["в конец", "end"],
    ["тёмная", "theme"],
    ["undefined thing", null],
  ]) {
    if (wanted === null) {
      await page.keyboard.press("Control+k");
      await palette(page).locator("[role=combobox]").fill(question);
      await palette(page).locator("[role=status]", { hasText: "Nothing is called so" }).waitFor();
    } else {
      assert.equal(await ask(page, question), wanted);
    }
    await page.keyboard.press("Escape");
    await palette(page).waitFor({ state: "hidden" });
  }
  assert.equal(await ask(page, "dark"), "theme");
  await page.keyboard.press("Enter");
  await page.locator("html[data-theme=dark]").waitFor();
  await ask(page, "to the start");
  await page.keyboard.press("Enter");
  await until(page, ({ time }) => time === 0, "time stands at the start");
});

browserTest("the palette opens scenarios and picks nodes, with arrows and by a click", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout");
  await ready(page);
  await ask(page, "work queue");
  await palette(page).locator("[data-palette=work-queue]").click();
  await page.locator("[data-scenario=work-queue][aria-current]").waitFor();
  await ready(page);
  const { digest } = await shown(page);
  assert.ok(digest);
  await page.keyboard.press("Control+k");
  const field = palette(page).locator("[role=combobox]");
  await field.fill("select");
  const options = palette(page).locator("[role=option]");
  const offered = await options.evaluateAll((all) => all.map((option) => option.dataset.palette));
  const place = offered.findIndex((name, index) => index > 0 && name.startsWith("node-"));
  assert.ok(place > 0, `nodes are offered: ${offered.join(" ")}`);
  for (let step = 0; step < place; step += 1) {
    await field.press("ArrowDown");
  }
  assert.equal(await field.getAttribute("aria-activedescendant"), await options.nth(place).getAttribute("id"));
  assert.equal(await options.nth(place).getAttribute("aria-selected"), "true");
  await field.press("Enter");
  await page.locator("#interplay[data-picked]").waitFor();
});

browserTest("the palette gives the focus back, and keys do nothing behind it", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout");
  await ready(page);
  const node = page.locator(".outline button").first();
  await node.focus();
  const before = await shown(page);
  await page.keyboard.press("Control+k");
  await palette(page).locator("[role=combobox]").press(".");
  await page.keyboard.press("Escape");
  await palette(page).waitFor({ state: "hidden" });
  assert.equal((await shown(page)).cursor, before.cursor);
  assert.equal(await node.evaluate((element) => element === document.activeElement), true);
});

browserTest("the palette comes back however soon after Escape it is asked for", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout");
  await ready(page);
  await page.keyboard.press("Control+k");
  for (let time = 0; time < 10; time += 1) {
    await palette(page).locator("[role=combobox]").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
  }
  await palette(page).locator("[role=combobox]").fill("dark");
  await palette(page).locator("[data-palette=theme]").waitFor();
});

browserTest("the help lists the keys in groups, in the reader's language", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout", { locale: "ru-RU" });
  await ready(page);
  await page.keyboard.press("?");
  const help = page.locator("dialog.help[open]");
  await help.waitFor();
  assert.equal(await help.locator("h3").count(), 6);
  const text = await help.innerText();
  for (const said of ["Пробел", "Ctrl+K", "Режим показа", "PageDown"]) {
    assert.ok(text.includes(said), said);
  }
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
});

browserTest("presenting leaves stage, story and timeline, and Escape ends it", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout");
  await ready(page);
  await page.keyboard.press("t");
  await page.locator("#interplay.presenting").waitFor();
  for (const hidden of [".banner", ".library-side", ".inspector-side"]) {
    assert.equal(await page.locator(hidden).isVisible(), false, hidden);
  }
  for (const seen of [".flow", ".timeline", ".story"]) {
    assert.equal(await page.locator(seen).first().isVisible(), true, seen);
  }
  await page.keyboard.press("Escape");
  await page.locator("#interplay:not(.presenting)").waitFor();
  assert.equal(await page.locator(".banner").isVisible(), true);
  await ask(page, "present");
  await page.keyboard.press("Enter");
  await page.locator("[data-action=leave-presenting]").click();
  await page.locator("#interplay:not(.presenting)").waitFor();
});

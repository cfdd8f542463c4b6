// The library: finding scenarios, and keeping what is the reader's own.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const fixture = (name) => join(import.meta.dirname, "fixtures", name);

/** The names of the scenarios that the library shows. */
const listed = (page) =>
  page.locator("[data-scenario]").evaluateAll((found) => found.map((element) => element.dataset.scenario));

/** Turns a knob as far as it goes, and gives the digest of the run that follows. */
async function turnKnob(page) {
  const { digest } = await shown(page);
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("End");
  const turned = await until(page, (now) => now.digest !== null && now.digest !== digest, "the knob is turned");
  return turned.digest;
}

/** Waits until the browser keeps so many things. */
const kept = (page, count) =>
  page.waitForFunction(
    (wanted) => Object.keys(localStorage).filter((key) => key.startsWith("interplay.shelf.")).length === wanted,
    count,
  );

async function openFixture(page) {
  await page.locator("#own-file").setInputFiles(fixture("two-services.yaml"));
  await page.locator("h1", { hasText: "Two services" }).waitFor();
  await page.locator(".own-row").waitFor();
}

browserTest("scenarios are found in either language, by what they are about and who is in them", async ({ openPage }) => {
  for (const locale of ["en-US", "ru-RU"]) {
    const page = await openPage("", { locale });
    await page.locator("[data-scenario=checkout]").waitFor();
    const all = await listed(page);
    assert.ok(all.length > 5);
    await page.keyboard.press("/");
    await page.keyboard.type("медленная оплата");
    await page.waitForFunction(() => document.querySelectorAll("[data-scenario]").length < 3);
    assert.ok((await listed(page)).includes("slow-payment"));
    await page.locator("#library-search").fill("WAREHOUSE");
    await page.locator("[data-scenario=checkout]").waitFor();
    assert.ok(!(await listed(page)).includes("retry-and-loss"));
    await page.locator("#library-search").fill("qqqq");
    await page.locator(".library", { hasText: "qqqq" }).waitFor();
    assert.deepEqual(await listed(page), []);
    await page.locator("#library-search").press("Escape");
    await page.waitForFunction((count) => document.querySelectorAll("[data-scenario]").length === count, all.length);
  }
});

browserTest("every scenario of the library has a sketch", async ({ openPage }) => {
  const page = await openPage();
  await page.locator("[data-scenario=checkout] svg .service").waitFor();
  const drawn = await page.locator("[data-scenario]").evaluateAll((found) =>
    found.filter((element) => element.querySelector(".thumbnail svg path.service")).length,
  );
  assert.equal(drawn, (await listed(page)).length);
});

browserTest("the scenario that is open is in sight, however far down the list it is", async ({ openPage }) => {
  const page = await openPage("#scenario=slow-payment");
  const row = page.locator("[data-scenario=slow-payment][aria-current]");
  await row.waitFor();
  await page.waitForFunction(() => {
    const box = document.querySelector("[data-scenario=slow-payment]").getBoundingClientRect();
    const seen = document.querySelector(".library-side").getBoundingClientRect();
    return box.top >= seen.top && box.bottom <= seen.bottom;
  });
  assert.equal(await page.evaluate(() => document.documentElement.scrollTop + document.body.scrollTop), 0);
});

browserTest("changes to a scenario survive a reload, and can be discarded and brought back", async ({ openPage }) => {
  const page = await openPage();
  const { digest: untouched } = await ready(page);
  const turned = await turnKnob(page);
  await kept(page, 1);
  // The address as well: Chromium forgets which entry of the history it is at if that is written
  // while a reload has begun. The changes are offered then rather than opened.
  await page.waitForFunction(() => !location.hash.startsWith("#scenario"));
  await page.reload();
  await page.locator("[data-notice=own]", { hasText: "Your changes are back" }).waitFor();
  await until(page, ({ digest }) => digest === turned, "the changed run is there");
  assert.equal(await page.locator(".changed-by-you").count(), 1);

  await page.locator("[data-action=remedy]").click();
  await until(page, ({ digest }) => digest === untouched, "the author's run is there");
  await kept(page, 0);
  await page.locator("[data-action=remedy]", { hasText: "Undo" }).click();
  await until(page, ({ digest }) => digest === turned, "the changed run is back");
});

browserTest("changes are there when the scenario is opened from the library, and a short link leaves them alone", async ({
  openPage,
  url,
}) => {
  const page = await openPage();
  const { digest: untouched } = await ready(page);
  const turned = await turnKnob(page);
  await page.locator("[data-scenario=work-queue]").click();
  await page.locator("h1", { hasText: "Work queue" }).waitFor();
  await page.locator("[data-scenario=checkout]").click();
  await until(page, ({ digest }) => digest === turned, "the changed run is there");

  // In another tab, as from a course.
  const other = await page.context().newPage();
  await other.goto(`${url}?scenario=checkout`);
  await until(other, ({ digest }) => digest === untouched, "the author's run is there");
  await other.locator("[data-action=remedy]", { hasText: "Show my changes" }).click();
  await until(other, ({ digest }) => digest === turned, "the changed run is there");
});

browserTest("a change made just before the page goes away is kept", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("End");
  await page.locator(".knob.changed").waitFor();
  // The knob has come to rest, and the change is not kept by itself yet.
  await page.waitForTimeout(150);
  await page.reload();
  await page.locator(".knob.changed").waitFor();
});

browserTest("a document of one's own is renamed, copied, downloaded, deleted and put back", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await openFixture(page);
  const row = page.locator(".own-row");
  await row.locator("svg path.service").waitFor();

  await row.locator("[data-action=more]").click();
  await row.locator("[data-action=rename]").click();
  await page.keyboard.type("Моя пара");
  await page.keyboard.press("Enter");
  await row.locator(".title", { hasText: "Моя пара" }).waitFor();

  await row.locator("[data-action=more]").click();
  const [download] = await Promise.all([page.waitForEvent("download"), row.locator("[data-action=export]").click()]);
  assert.equal(download.suggestedFilename(), "моя-пара.yaml");
  assert.equal(await readFile(await download.path(), "utf8"), await readFile(fixture("two-services.yaml"), "utf8"));

  await row.locator("[data-action=duplicate]").click();
  await page.waitForFunction(() => document.querySelectorAll(".own-row").length === 2);
  const copy = page.locator(".own-row", { hasText: "Моя пара (copy)" });
  await copy.locator("[aria-current=true]").waitFor();

  await copy.locator("[data-action=more]").click();
  await copy.locator("[data-action=delete]").click();
  await page.waitForFunction(() => document.querySelectorAll(".own-row").length === 1);
  await page.locator("[data-notice=own]", { hasText: "deleted" }).locator("[data-action=remedy]").click();
  await page.waitForFunction(() => document.querySelectorAll(".own-row").length === 2);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll(".own-row").length === 2);
});

browserTest("several files at once are all kept, the broken one too, and the first is opened", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  const text = await readFile(fixture("two-services.yaml"), "utf8");
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], "first.yaml"));
    data.items.add(new File([content.replace("Two services", "Another pair")], "second.yaml"));
    data.items.add(new File(["scenario: [broken"], "third.yaml"));
    return data;
  }, text);
  await page.dispatchEvent("#interplay", "drop", { dataTransfer: transfer });
  await page.locator("h1", { hasText: "Two services" }).waitFor();
  await page.locator(".own-row", { hasText: "Another pair" }).locator("svg path.service").waitFor();
  await page.locator(".own-row", { hasText: "third" }).waitFor();
  await page.locator("[data-notice=own]", { hasText: "3 files" }).waitFor();
});

browserTest("two tabs do not write over one another", async ({ openPage, url }) => {
  const page = await openPage();
  await ready(page);
  await turnKnob(page);
  await kept(page, 1);
  const other = await page.context().newPage();
  await other.goto(url);
  await other.locator("[data-notice=own]", { hasText: "Your changes are back" }).waitFor();
  await until(other, ({ digest }) => digest !== null, "it runs");
  const knob = other.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("Home");
  // The first tab hears of it, and goes on beside it.
  await page.locator("[data-notice=own]", { hasText: "another tab" }).waitFor();
  await page.locator("[data-knob]").nth(1).focus();
  await page.keyboard.press("End");
  await kept(page, 2);
  await page.locator("[data-notice=own]", { hasText: "scenario of its own" }).waitFor();
  await page.locator(".own-row [aria-current=true]").waitFor();
});

browserTest("a browser without room says so, and nothing is lost", async ({ openPage }) => {
  const page = await openPage("", {
    before: (page) =>
      page.addInitScript(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError");
        };
      }),
  });
  await ready(page);
  const before = page.url();
  const turned = await turnKnob(page);
  await page.locator("[data-notice=own]", { hasText: "no more room" }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("[data-action=remedy]", { hasText: "Download" }).click(),
  ]);
  assert.match(await readFile(await download.path(), "utf8"), /^scenario: 1/m);
  // The address still has the changes, so that even a reload brings them back.
  assert.notEqual(page.url(), before);
  await page.reload();
  await until(page, ({ digest }) => digest === turned, "the changed run is there");
});

browserTest("a shelf that is damaged is left alone and told of", async ({ openPage }) => {
  const page = await openPage("", {
    before: (page) =>
      page.addInitScript(() => {
        localStorage.setItem("interplay.shelf.own.00000000000000aa", "{broken");
      }),
  });
  await ready(page);
  await page.locator(".library", { hasText: "cannot be read" }).waitFor();
  await openFixture(page);
  assert.equal(await page.evaluate(() => localStorage.getItem("interplay.shelf.own.00000000000000aa")), "{broken");
});

browserTest("a page whose storage is forbidden opens files and says what that means when something changes", async ({
  openPage,
}) => {
  const page = await openPage("", {
    before: (page) =>
      page.addInitScript(() => {
        Object.defineProperty(window, "localStorage", {
          get() {
            throw new DOMException("denied", "SecurityError");
          },
        });
      }),
  });
  await ready(page);
  await turnKnob(page);
  await page.locator("[data-notice=own]", { hasText: "does not let the page keep" }).waitFor();
  await page.locator("#own-file").setInputFiles(fixture("two-services.yaml"));
  await page.locator("h1", { hasText: "Two services" }).waitFor();
});

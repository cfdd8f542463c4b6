// Reading the page: in either language, in either theme, on any screen.

import assert from "node:assert/strict";
import { ready, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

browserTest("who reads Russian reads Russian, from the first word on", async ({ openPage }) => {
  const page = await openPage("", { locale: "ru-RU" });
  await ready(page);
  assert.equal(await page.locator("html").getAttribute("lang"), "ru");
  assert.equal(await page.locator("h1").innerText(), "Оформление заказа");
  const text = await page.locator("body").innerText();
  const latin = text.match(/\b[A-Za-z]{4,}\b/g) ?? [];
  // Names in the document are nobody's language; so is the way to the other one.
  const known = new Set(["English", "Interplay", "yaml", "json", "parcels", "warehouse"]);
  assert.deepEqual(latin.filter((word) => !known.has(word)), []);
});

browserTest("the language and the theme are changed by a click and remembered", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await page.locator("[data-action=language]").click();
  await page.locator("h1", { hasText: "Оформление заказа" }).waitFor();
  await page.locator("[data-action=theme]").click();
  await page.reload();
  await until(page, ({ digest }) => digest !== null, "it runs again");
  assert.equal(await page.locator("html").getAttribute("lang"), "ru");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
});

browserTest("a page without storage works, and forgets", async ({ openPage }) => {
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
  await page.locator("[data-action=theme]").click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
});

for (const [name, viewport] of [
  ["a phone", { width: 390, height: 844 }],
  ["a wide screen", { width: 1440, height: 900 }],
]) {
  for (const locale of ["en-US", "ru-RU"]) {
    browserTest(`nothing is cut off on ${name} in ${locale}`, async ({ openPage }) => {
      const page = await openPage("", { viewport, locale });
      await ready(page);
      const cut = await page.evaluate(() => {
        const root = document.documentElement;
        const beyond = root.scrollWidth > root.clientWidth ? [`page: ${root.scrollWidth} > ${root.clientWidth}`] : [];
        // Titles end in an ellipsis on purpose, and what only screen readers see has no size.
        const texts = [...document.querySelectorAll("button, h2, h3, dt, dd, label, output, .notice")];
        const seen = texts.filter(
          (element) => element.checkVisibility() && element.clientWidth > 1 && !element.closest(".outline"),
        );
        const narrow = seen.filter((element) => element.scrollWidth > element.clientWidth + 1);
        return [...beyond, ...narrow.map((element) => `${element.className || element.tagName}: ${element.innerText}`)];
      });
      assert.deepEqual(cut, []);
    });
  }
}

browserTest("on a phone the rest of the page is in sheets", async ({ openPage }) => {
  const page = await openPage("", { viewport: { width: 390, height: 844 }, hasTouch: true });
  await ready(page);
  assert.equal(await page.locator(".library").isVisible(), false);
  await page.getByRole("button", { name: "Scenarios", exact: true }).click();
  await page.locator("[data-scenario=work-queue]").click();
  await page.locator("h1", { hasText: "Work queue" }).waitFor();
  assert.equal(await page.locator(".library").isVisible(), false, "the sheet is gone when a scenario opens");
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await page.locator(".inspector .about").waitFor();
});

// Never a blank page: whatever fails is said in words, with a way on. What the simulator, the
// library and the storage do when they fail is tested with them (changing, shelf, loading).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { ready } from "./player.mjs";
import { browserTest } from "./support.mjs";

for (const [locale, title, download] of [
  ["en-US", "Interplay has stopped", "Download the scenario"],
  ["ru-RU", "Interplay остановился", "Скачать сценарий"],
]) {
  browserTest(`a page whose program fails says so and hands the scenario out, ${locale}`, async ({ openPage }) => {
    const page = await openPage("#scenario=checkout", { locale, allow: [/on purpose/] });
    await ready(page);
    await page.evaluate(() => {
      setTimeout(() => {
        throw new WebAssembly.RuntimeError("failed on purpose");
      });
    });
    const told = page.getByRole("alertdialog", { name: title });
    await told.waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), told.getByText(download).click()]);
    assert.match(await readFile(await file.path(), "utf8"), /^scenario: 1/m);
    await told.locator("button.primary").click();
    await told.waitFor({ state: "hidden" });
    await ready(page);
  });
}

for (const [what, without] of [
  ["WebAssembly", () => delete globalThis.WebAssembly],
  ["workers", () => delete globalThis.Worker],
]) {
  browserTest(`a browser without ${what} is told so, in both languages`, async ({ openPage }) => {
    const page = await openPage("", { wait: false, allow: [/./], before: (page) => page.addInitScript(without) });
    const message = page.locator("#boot-failed");
    await message.waitFor({ state: "visible" });
    assert.match(await message.innerText(), /could not start/);
    assert.match(await message.innerText(), /не запустился/);
    await message.locator("pre", { hasText: "not available" }).waitFor();
  });
}

browserTest("without the list of scenarios, commands and one's own files are still there", async ({ openPage }) => {
  const page = await openPage("", {
    allow: [/index\.json/, /404/, /ERR_/],
    before: (page) => page.route(/scenarios\/index\.json/, (route) => route.fulfill({ status: 404, body: "" })),
  });
  await page.locator(".library [role=status]", { hasText: "could not be loaded" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.locator("dialog.palette[open] [data-palette=theme]").waitFor();
});

browserTest("what is remembered may be nonsense", async ({ openPage }) => {
  const page = await openPage("#scenario=checkout", {
    before: (page) =>
      page.addInitScript(() => {
        for (const key of ["theme", "language", "library"]) {
          localStorage.setItem(`interplay.${key}`, "\u0000{nonsense");
        }
      }),
  });
  await ready(page);
});

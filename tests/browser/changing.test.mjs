// Changing what runs: knobs, files of one's own, files that are wrong, and a simulator that fails.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { clickTimeline, ready, shown, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const fixture = (name) => join(import.meta.dirname, "fixtures", name);

browserTest("a knob runs the same seed again at the same moment, and goes back to the author's value", async ({
  openPage,
}) => {
  const page = await openPage();
  const { digest } = await ready(page);
  const { time } = await clickTimeline(page, 0.5);
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  await knob.press("End");
  const turned = await until(
    page,
    (now) => now.digest !== null && now.digest !== digest && now.time === time,
    "another run is shown at the same moment",
  );
  assert.notEqual(turned.digest, digest);
  await page.locator(".knob.changed .small").click();
  await until(page, (now) => now.digest === digest && now.time === time, "the author's run is shown again");
});

browserTest("a file of one's own is opened and runs", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await page.locator("#own-file").setInputFiles(fixture("two-services.yaml"));
  await page.locator("h1", { hasText: "Two services" }).waitFor();
  await page.locator("[data-node=back]").waitFor({ state: "attached" });
  await ready(page);
});

browserTest("a file dropped on the page is opened", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  const text = await readFile(fixture("two-services.yaml"), "utf8");
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], "mine.yaml"));
    return data;
  }, text);
  await page.dispatchEvent("#interplay", "drop", { dataTransfer: transfer });
  await page.locator("h1", { hasText: "Two services" }).waitFor();
});

browserTest("everything wrong with a file is listed with its place, and the library goes on working", async ({
  openPage,
}) => {
  const page = await openPage();
  await ready(page);
  await page.locator("#own-file").setInputFiles(fixture("mistakes.yaml"));
  await until(page, ({ state }) => state === "invalid", "the file is refused");
  const listed = await page.locator(".diagnostic").allInnerTexts();
  assert.equal(listed.length, 2, listed.join("\n---\n"));
  assert.match(listed[0], /line 9:/);
  assert.match(listed[0], /nobody\.answer/);
  await page.locator("[data-scenario=work-queue]").click();
  await until(page, ({ state, digest }) => state !== "invalid" && digest !== null, "another scenario runs");
});

browserTest("a simulator that cannot be loaded is a message, and the library is still there", async ({ openPage }) => {
  const page = await openPage("", {
    allow: [/worker/, /404/],
    before: (page) => page.route(/worker_bg\.wasm$/, (route) => route.fulfill({ status: 404, body: "" })),
  });
  await page.locator(".notice", { hasText: "simulator could not be loaded" }).waitFor();
  await page.locator("[data-scenario=checkout]").waitFor();
});

browserTest("a simulator that dies is started again, and nothing the reader did is lost", async ({ openPage }) => {
  let started = 0;
  const page = await openPage("", {
    allow: [/died on purpose/],
    before: (page) =>
      page.route(/worker_loader\.js$/, async (route) => {
        started += 1;
        const response = await route.fetch();
        // The first one dies of too many questions; those that follow are sound.
        const mortal = `
          let asked = 0;
          addEventListener("message", () => { asked += 1; if (asked > 8) throw new Error("died on purpose"); });`;
        await route.fulfill({ response, body: (await response.text()) + (started === 1 ? mortal : "") });
      }),
  });
  await ready(page);
  const { time } = await clickTimeline(page, 0.5);
  const knob = page.locator("[data-knob]").first();
  await knob.focus();
  for (let turn = 0; turn < 20 && started === 1; turn += 1) {
    await knob.press("ArrowRight");
    await page.waitForTimeout(200);
  }
  await page.locator(".notice", { hasText: "started again" }).waitFor();
  await until(page, (now) => now.digest !== null && now.time === time, "it runs again, at the same moment");
  assert.equal(await page.locator(".knob.changed").count(), 1);
});

browserTest("nodes can be reached and picked with the keyboard, and say their state", async ({ openPage }) => {
  const page = await openPage();
  await ready(page);
  await clickTimeline(page, 0.5);
  const node = page.locator("[data-node=orders]");
  await node.focus();
  await page.keyboard.press("Enter");
  assert.match(await node.innerText(), /Orders: \d+ of 32 workers busy, \d+ of 64 waiting, up/);
  await page.locator(".inspector h2", { hasText: "Orders" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".inspector .about").waitFor();
  assert.equal((await shown(page)).state, "paused");
});

browserTest("the optimised page runs every scenario to the digest that the tests hold native runs to", async ({
  openPage,
}) => {
  const golden = JSON.parse(await readFile(join(import.meta.dirname, "../golden/digests.json"), "utf8"));
  const folders = ["../../static/scenarios", "../scenarios/golden"].map((folder) => join(import.meta.dirname, folder));
  const page = await openPage();
  await ready(page);
  const found = {};
  for (const name of Object.keys(golden)) {
    const files = folders.map((folder) => join(folder, `${name}.yaml`));
    const { digest: before } = await shown(page);
    const file = existsSync(files[0]) ? files[0] : files[1];
    await page.locator("#own-file").setInputFiles(file);
    const now = await until(
      page,
      ({ digest }) => digest !== null && (digest !== before || digest === golden[name]),
      `${name} has run`,
    );
    found[name] = now.digest;
  }
  assert.deepEqual(found, golden);
});

// What a checker of accessibility (axe) finds on the page in its states: nothing, light and dark, in
// both languages, wide and narrow.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ready, until } from "./player.mjs";
import { browserTest } from "./support.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const LOOKS = [
  { locale: "en-US", colorScheme: "light", viewport: { width: 1360, height: 850 } },
  { locale: "ru-RU", colorScheme: "dark", viewport: { width: 1360, height: 850 } },
  { locale: "ru-RU", colorScheme: "light", viewport: { width: 390, height: 844 } },
  { locale: "en-US", colorScheme: "dark", viewport: { width: 390, height: 844 } },
];

const playing = (page) => until(page, ({ state, digest }) => state === "playing" && digest !== null, "it plays");

/** What the page is looked at in: an address, and what is done until it shows that. */
const STATES = {
  playing: { hash: "#scenario=checkout", reach: playing },
  paused: {
    hash: "#scenario=checkout",
    reach: async (page) => {
      await ready(page);
      await page.locator(".outline button").first().focus();
      await page.keyboard.press("Enter");
      await page.evaluate(() => document.activeElement?.blur());
    },
  },
  "an invalid document": {
    hash: "",
    reach: async (page) => {
      await page.locator("#own-file").setInputFiles(join(import.meta.dirname, "fixtures", "mistakes.yaml"));
      await until(page, ({ state }) => state === "invalid", "the mistakes are listed");
    },
  },
  "the share panel": {
    hash: "#scenario=checkout",
    reach: async (page) => {
      await ready(page);
      await page.locator("[data-action=share]").click();
      await page.locator("dialog.share[open] [data-said=code]").waitFor();
    },
  },
  "the help": {
    hash: "#scenario=checkout",
    reach: async (page) => {
      await ready(page);
      await page.keyboard.press("?");
      await page.locator("dialog.help[open]").waitFor();
    },
  },
  "the code beside a changed knob": {
    hash: "#scenario=checkout",
    reach: async (page) => {
      await ready(page);
      await page.keyboard.press("Control+k");
      await page.locator("dialog.palette[open] [role=combobox]").fill("code");
      await page.locator("dialog.palette[open] [data-palette=code]").click();
      await page.locator(".code[data-editor=ready]").waitFor();
    },
  },
  "the palette": {
    hash: "#scenario=checkout",
    reach: async (page) => {
      await ready(page);
      await page.keyboard.press("Control+k");
      await page.locator("dialog.palette[open] [data-palette=checkout]").waitFor();
    },
  },
  "an embed": { hash: "#scenario=checkout&mode=embed", reach: ready },
};

/** What axe finds, as lines a person can act on. */
async function found(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ["violations"] }),
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id} (${help}): ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.any.map(({ message }) => message).join("; ")}`),
  );
}

for (const [state, { hash, reach }] of Object.entries(STATES)) {
  browserTest(`a checker of accessibility finds nothing: ${state}`, async ({ openPage }) => {
    const all = [];
    for (const look of LOOKS) {
      const page = await openPage(hash, look);
      await reach(page);
      const { locale, colorScheme, viewport } = look;
      all.push(...(await found(page)).map((line) => `${locale} ${colorScheme} ${viewport.width}: ${line}`));
    }
    assert.deepEqual(all, []);
  });
}

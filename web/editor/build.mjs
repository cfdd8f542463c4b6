// Bundles the editor into static/editor/editor.js, with the licences of what is in it beside it.
//
// The result is committed, so that the page can be built where there is no npm. It depends on
// nothing but the locked packages: the same sources give the same bytes everywhere.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const out = process.argv[2] ?? join(here, "../../static/editor");

const { metafile, outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
  banner: { js: "/*! CodeMirror and others; the licences are in LICENSES.txt beside this file. */" },
});

// The packages whose code is in the bundle.
const packages = new Set(
  Object.keys(metafile.inputs).flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
);
const notes = [];
for (const name of [...packages].sort()) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) {
    throw new Error(`${name} has no licence beside it`);
  }
  const text = (await readFile(join(folder, file), "utf8")).trim();
  notes.push(`${name} ${version} (${license})\n\n${text}\n`);
}
const head = "editor.js is made of web/editor/src and of these packages.\n\n";

await mkdir(out, { recursive: true });
await writeFile(join(out, "editor.js"), outputFiles[0].contents);
await writeFile(join(out, "LICENSES.txt"), head + notes.join(`\n${"-".repeat(80)}\n\n`));

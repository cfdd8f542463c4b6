import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { find, keyAt, outline, placeAt } from "./outline.js";

/** The place of the caret, written as `|` in the text. */
function at(marked) {
  const place = marked.indexOf("‸");
  const text = marked.replace("‸", "");
  return { text, place, found: placeAt(text, outline(text), place) };
}

/** The value of a thing, as JSON has it. */
function plain(value) {
  if (value.kind === "map") {
    return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
  }
  return value.kind === "list" ? value.items.map(plain) : value.kind === "none" ? null : value.text;
}

test("maps, lists and scalars are read in blocks and in brackets", () => {
  const text = `# A comment
title: {en: One, ru: "Два, три"}
services:
  a:
    do:
      - call: {to: b.c, with: [x, y]}
      - work: 5ms # so long
    list:
    - one
    - two: 2
      three: 3
about: >-
  Many: words
  in lines

last: [work: 5ms, ack]
`;
  assert.deepEqual(plain(outline(text)), {
    title: { en: "One", ru: "Два, три" },
    services: {
      a: {
        do: [{ call: { to: "b.c", with: ["x", "y"] } }, { work: "5ms" }],
        list: ["one", { two: "2", three: "3" }],
      },
    },
    about: "",
    last: [{ work: "5ms" }, "ack"],
  });
});

test("a bracket that nobody closed does not swallow the rest of the document", () => {
  const text = "a:\n  b: {to: x, with: \n  c: 1\nd: 2\n";
  assert.deepEqual(plain(outline(text)), { a: { b: { to: "x", with: null }, c: "1" }, d: "2" });
});

test("half a key is an entry without a value", () => {
  assert.deepEqual(plain(outline("a:\n  wor\n  b: 1\n")), { a: { wor: null, b: "1" } });
});

test("a thing ends where what is written of it ends", () => {
  const text = "a:\n  b:\n    c: 1\n    d:\n    - x\n\n  # About e.\n  e: {f: 2}\n";
  const root = outline(text);
  const written = (...path) => {
    const { from, value } = find(root, path);
    return text.slice(from, value.to);
  };
  assert.equal(written("a", "b"), "b:\n    c: 1\n    d:\n    - x");
  assert.equal(written("a", "e"), "e: {f: 2}");
});

test("a thing is found by its path, and a key by its place", () => {
  const text = "services:\n  a:\n    do:\n      - call: {to: b.c}\n";
  const root = outline(text);
  assert.equal(text.slice(find(root, ["services", "a"]).from).split(":")[0], "a");
  assert.equal(find(root, ["services", "b"]), null);
  assert.deepEqual(keyAt(root, text.indexOf("to:")).path, ["services", "a", "do", 0, "call", "to"]);
  assert.equal(keyAt(root, text.indexOf("b.c") + 1), null);
});

for (const [what, marked, path, wants, beside] of [
  ["at the beginning", "‸", [], "either", []],
  ["a key of the document", "scenario: 1\nse‸", [], "key", ["scenario"]],
  ["a field of a service", "services:\n  a:\n    workers: 3\n    ‸\n  b: {}\n", ["services", "a"], "key", ["workers"]],
  ["the first field", "services:\n  a:\n    ‸\n", ["services", "a"], "either", []],
  ["a step", "services:\n  a:\n    do:\n      - ‸\n", ["services", "a", "do", 0], "either", []],
  ["a step at the key's own column", "do:\n- wo‸\n", ["do", 0], "either", []],
  ["beside a step's verb", "do:\n  - call: x\n    ‸\n", ["do", 0], "key", ["call"]],
  ["a field below a step's verb", "do:\n  - call:\n      to: x\n      ‸\n", ["do", 0, "call"], "key", ["to"]],
  ["a value", "services:\n  a:\n    speaks: ‸\n", ["services", "a", "speaks"], "value", []],
  ["a value after a dash", "do:\n  - call: ord‸\n", ["do", 0, "call"], "value", []],
  ["a key in braces", "do:\n  - call: {to: x, ‸}\n", ["do", 0, "call"], "key", ["to"]],
  ["half a key in braces", "do:\n  - call: {to: x, wi‸}\n", ["do", 0, "call"], "key", ["to"]],
  ["a value in braces", "do:\n  - call: {to: ‸}\n", ["do", 0, "call", "to"], "value", []],
  ["half a value in braces", "do:\n  - call: {to: or‸, with: x}\n", ["do", 0, "call", "to"], "value", []],
  ["an item in brackets", "with: [a, ‸]\n", ["with", 0], "either", []],
  ["a value in brackets without braces", "do: [work: ‸]\n", ["do", 0, "work"], "value", []],
  ["braces that nobody has closed", "a:\n  call: {to: ‸\n  b: 1\n", ["a", "call", "to"], "value", []],
]) {
  test(`the place of the caret is known: ${what}`, () => {
    const { found } = at(marked);
    assert.deepEqual({ path: found?.path, wants: found?.wants, beside: found?.beside }, { path, wants, beside });
  });
}

for (const [what, marked] of [
  ["a comment", "a: 1 # so ‸"],
  ["a text in lines", "about: >-\n  so many wo‸\n"],
]) {
  test(`nothing is offered in ${what}`, () => {
    assert.equal(at(marked).found, null);
  });
}

test("every place of every scenario can be asked about", async () => {
  const folder = join(import.meta.dirname, "../../../static/scenarios");
  for (const name of await readdir(folder)) {
    if (name.endsWith(".yaml")) {
      const text = await readFile(join(folder, name), "utf8");
      const root = outline(text);
      assert.ok(find(root, ["scenario"]), name);
      for (let place = 0; place < text.length; place += 7) {
        placeAt(text, root, place);
        keyAt(root, place);
      }
    }
  }
});

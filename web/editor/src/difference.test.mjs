import assert from "node:assert/strict";
import { test } from "node:test";
import { changesBetween } from "./difference.js";

function applied(text, changes) {
  return changes.reduceRight((now, { from, to, insert }) => now.slice(0, from) + insert + now.slice(to), text);
}

for (const [what, before, after, count] of [
  ["nothing", "a\nb\n", "a\nb\n", 0],
  ["one word", "a: 1\nb: 2\n", "a: 1\nb: 3\n", 1],
  ["two places", "a: 1\nb: 2\nc: 3\n", "a: 10\nb: 2\nc: 30\n", 2],
  ["a line more", "a\nc\n", "a\nb\nc\n", 1],
  ["a line less", "a\nb\nc\n", "a\nc\n", 1],
  ["everything", "", "a\nb", 1],
  ["to nothing", "a\nb", "", 1],
  ["the end of the last line", "a\nb", "a\nb\n", 1],
]) {
  test(`the difference is small: ${what}`, () => {
    const changes = changesBetween(before, after);
    assert.equal(applied(before, changes), after);
    assert.equal(changes.length, count, JSON.stringify(changes));
  });
}

test("any text becomes any other", () => {
  // A small generator, always the same.
  let state = 1;
  const random = (limit) => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
  const text = () => Array.from({ length: random(12) }, () => ["a", "b", "\n", "  c\n"][random(4)]).join("");
  for (let round = 0; round < 500; round += 1) {
    const [before, after] = [text(), text()];
    assert.equal(applied(before, changesBetween(before, after)), after, JSON.stringify([before, after]));
  }
});

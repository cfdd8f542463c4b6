// What has to be changed in one text to make it another: few and small changes, so that carets,
// folds and scroll positions stay where they are.

/** With more lines than this to compare, one change for all of them has to do. */
const MOST_PAIRS = 4_000_000;

/**
 * @typedef {object} Change
 * @property {number} from
 * @property {number} to
 * @property {string} insert
 */

/**
 * The changes that make `before` into `after`, in order, with places in `before`.
 * @param {string} before
 * @param {string} after
 * @returns {Change[]}
 */
export function changesBetween(before, after) {
  const whole = trimmed(0, before, after);
  if (whole === null) {
    return [];
  }
  // Lines as wholes: from the beginning of the first that differs to the end of the last.
  const start = lineStart(before, whole.from);
  const tail = before.length - lineEnd(before, whole.to);
  const old = linesOf(before.slice(start, before.length - tail));
  const fresh = linesOf(after.slice(start, after.length - tail));
  if (old.length * fresh.length > MOST_PAIRS) {
    return [whole];
  }
  const changes = [];
  let place = start;
  for (const { removed, added, kept } of hunks(old, fresh)) {
    const change = trimmed(place, removed, added);
    if (change !== null) {
      changes.push(change);
    }
    place += removed.length + kept.length;
  }
  return changes;
}

function lineStart(text, place) {
  // A search from before the beginning would look at the first letter.
  return place === 0 ? 0 : text.lastIndexOf("\n", place - 1) + 1;
}

function lineEnd(text, place) {
  const end = text.indexOf("\n", place);
  return end < 0 ? text.length : end + 1;
}

/** Lines with their ends. */
function linesOf(text) {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** One change without what both texts have in common at either end. */
function trimmed(place, before, after) {
  if (before === after) {
    return null;
  }
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail += 1;
  }
  return { from: place + head, to: place + before.length - tail, insert: after.slice(head, after.length - tail) };
}

/** Runs of lines that differ, each with the lines that follow it in both texts. */
function hunks(old, fresh) {
  // The longest common subsequence, from the end, so that it is walked from the beginning.
  const width = fresh.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        old[i] === fresh[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const found = [];
  let here = { removed: "", added: "", kept: "" };
  const next = () => {
    if (here.kept !== "") {
      found.push(here);
      here = { removed: "", added: "", kept: "" };
    }
  };
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      here.kept += old[i];
      i += 1;
      j += 1;
    } else if (j < fresh.length && (i === old.length || common[i * width + j + 1] > common[(i + 1) * width + j])) {
      next();
      here.added += fresh[j];
      j += 1;
    } else {
      next();
      here.removed += old[i];
      i += 1;
    }
  }
  found.push(here);
  return found;
}

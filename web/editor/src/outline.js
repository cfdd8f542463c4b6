// The outline of a document: which keys and items stand where.
//
// In: the text, also while it is being typed, with halves of lines and brackets that nobody has
// closed. Out: a tree of maps, lists and scalars with their places, and what encloses a place.
// The simulator's reader is the truth; this one forgives everything and is asked at every pause.

/**
 * @typedef {object} Entry
 * @property {string} key
 * @property {number} keyFrom
 * @property {number} keyTo
 * @property {boolean} whole whether its colon has been typed
 * @property {Thing} value
 *
 * @typedef {object} Thing
 * @property {"map" | "list" | "scalar" | "none"} kind
 * @property {boolean} flow whether it is written in brackets
 * @property {number} from
 * @property {number} to
 * @property {Entry[]} entries of a map
 * @property {Thing[]} items of a list
 * @property {string} text of a scalar
 *
 * @typedef {(string | number)[]} Path keys of maps and places in lists
 */

/** Nested deeper than this it is no document of ours. */
const DEEPEST = 100;

/** @returns {Thing} */
function thing(kind, from, flow = false) {
  return { kind, flow, from, to: from, entries: [], items: [], text: "" };
}

const BARE_KEY = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s#"'[\]{},&*!|>%@`-][^#:]*?|-[^\s#:][^#:]*?|[^\s#"'[\]{},][^#\n]*?))\s*:(?=\s|$)/;

function columnOf(text, place) {
  // A search from before the beginning would look at the first letter.
  return place === 0 ? 0 : place - (text.lastIndexOf("\n", place - 1) + 1);
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.depth = 0;
  }

  lineEnd(from = this.at) {
    const end = this.text.indexOf("\n", from);
    return end < 0 ? this.text.length : end;
  }

  column(place = this.at) {
    return columnOf(this.text, place);
  }

  /** Goes to the next thing written, over blank lines and comments; says whether there is one. */
  skip() {
    for (;;) {
      const letter = this.text[this.at];
      if (letter === undefined) {
        return false;
      }
      if (letter === " " || letter === "\n" || letter === "\r" || letter === "\t") {
        this.at += 1;
      } else if (letter === "#" || this.isDocumentStart()) {
        this.at = this.lineEnd();
      } else {
        return true;
      }
    }
  }

  isDocumentStart() {
    return this.text.startsWith("---", this.at) && this.column() === 0;
  }

  isDash() {
    const next = this.text[this.at + 1];
    return this.text[this.at] === "-" && (next === undefined || next === " " || next === "\n" || next === "\r");
  }

  /** The key that stands here, if one does. */
  key() {
    const found = BARE_KEY.exec(this.text.slice(this.at, this.lineEnd()).replace(/\r$/, ""));
    if (found === null) {
      return null;
    }
    const key = found[1] ?? found[2] ?? found[3];
    const quotes = found[3] === undefined ? 2 : 0;
    return { key, keyFrom: this.at, keyTo: this.at + key.length + quotes, after: this.at + found[0].length };
  }

  /** Whether a word stands here that will be a key: one that others follow in its column. */
  isHalfKey(column) {
    const start = this.at;
    this.at = this.lineEnd();
    const follows = this.skip() && this.column() === column && this.key() !== null;
    this.at = start;
    return follows;
  }

  /** What stands in the next lines, if it is indented by at least `column`. */
  block(column, dashesAt = column) {
    const start = this.at;
    if (!this.skip() || this.depth > DEEPEST) {
      return thing("none", start);
    }
    const here = this.column();
    if (here < (this.isDash() ? dashesAt : column)) {
      this.at = start;
      return thing("none", start);
    }
    this.depth += 1;
    const read = this.isDash() ? this.list(here) : this.key() || this.isHalfKey(here) ? this.map(here) : this.value(column);
    this.depth -= 1;
    return read;
  }

  list(column) {
    const list = thing("list", this.at);
    while (this.skip() && this.column() === column && this.isDash()) {
      this.at += 1;
      list.to = this.at;
      list.items.push(this.block(column + 1));
      list.to = Math.max(list.to, list.items.at(-1).to);
    }
    return list;
  }

  map(column) {
    const map = thing("map", this.at);
    while (this.skip()) {
      const here = this.column();
      if (here < column || (here === column && this.isDash())) {
        break;
      }
      const key = here === column ? this.key() : null;
      if (key === null) {
        // Half a key, or a line that belongs nowhere.
        const keyFrom = this.at;
        this.at = this.lineEnd();
        const word = this.text.slice(keyFrom, this.at).trimEnd();
        if (here === column) {
          map.entries.push({ key: word, keyFrom, keyTo: keyFrom + word.length, whole: false, value: thing("none", this.at) });
        }
        map.to = keyFrom + word.length;
        continue;
      }
      this.at = key.after;
      const value = this.after(column);
      map.entries.push({ key: key.key, keyFrom: key.keyFrom, keyTo: key.keyTo, whole: true, value });
      map.to = Math.max(key.keyTo, value.to);
    }
    return map;
  }

  /** What stands after a key's colon: in the same line, or in the next ones. */
  after(column) {
    const line = this.lineEnd();
    const start = this.at;
    const more = this.skip();
    if (more && this.at < line) {
      return this.value(column + 1);
    }
    this.at = start;
    const block = this.block(column + 1, column);
    if (block.kind === "none") {
      // Up to the end of the line, so that the caret after the colon is in it.
      this.at = line;
      block.from = start;
      block.to = line;
    }
    return block;
  }

  /** A value that begins here; its further lines are indented by at least `column`. */
  value(column) {
    const letter = this.text[this.at];
    if (letter === "{" || letter === "[") {
      return this.flow(column);
    }
    const scalar = thing("scalar", this.at);
    if (letter === "|" || letter === ">") {
      this.at = this.lineEnd();
      this.indented(column);
    } else if (letter === '"' || letter === "'") {
      scalar.text = this.quoted();
      scalar.to = this.at;
      this.at = this.lineEnd();
      return scalar;
    } else {
      const line = this.text.slice(this.at, this.lineEnd());
      scalar.text = line.replace(/\s+#.*$/s, "").trimEnd();
      scalar.to = this.at + scalar.text.length;
      this.at = this.lineEnd();
      this.indented(column);
      return scalar;
    }
    scalar.to = this.at;
    return scalar;
  }

  /** Goes over the lines that are indented by at least `column`. */
  indented(column) {
    for (;;) {
      const start = this.at;
      if (!this.skip() || this.column() < column) {
        this.at = start;
        return;
      }
      this.at = this.lineEnd();
    }
  }

  quoted() {
    const quote = this.text[this.at];
    const start = this.at + 1;
    this.at = start;
    while (this.at < this.text.length) {
      const letter = this.text[this.at];
      if (letter === "\\" && quote === '"') {
        this.at += 1;
      } else if (letter === quote) {
        if (quote === '"' || this.text[this.at + 1] !== "'") {
          break;
        }
        this.at += 1;
      } else if (letter === "\n" && this.text[this.at + 1] === "\n") {
        // Nobody has closed it.
        break;
      }
      this.at += 1;
    }
    const text = this.text.slice(start, this.at);
    this.at = Math.min(this.at + 1, this.text.length);
    return text;
  }

  /** In brackets, whose further lines are indented by at least `column`. */
  flow(column) {
    const open = this.text[this.at];
    const close = open === "{" ? "}" : "]";
    const here = thing(open === "{" ? "map" : "list", this.at, true);
    this.at += 1;
    this.depth += 1;
    for (;;) {
      here.to = this.at;
      const start = this.at;
      if (!this.skip() || this.depth > DEEPEST) {
        break;
      }
      if (this.text.slice(start, this.at).includes("\n") && this.column() < column) {
        // The bracket was not closed, and the document goes on.
        this.at = start;
        break;
      }
      const letter = this.text[this.at];
      if (letter === ",") {
        this.at += 1;
      } else if (letter === close) {
        this.at += 1;
        here.to = this.at;
        break;
      } else if (letter === "}" || letter === "]") {
        break;
      } else if (open === "{") {
        here.entries.push(this.flowEntry(column));
      } else {
        here.items.push(this.flowItem(column));
      }
    }
    here.to = Math.max(here.to, this.at);
    this.depth -= 1;
    return here;
  }

  flowEntry(column) {
    const keyFrom = this.at;
    const key = this.flowScalar();
    const keyTo = this.at;
    const start = this.at;
    this.blanks();
    if (this.text[this.at] !== ":") {
      this.at = Math.max(start, keyFrom + 1);
      return { key, keyFrom, keyTo, whole: false, value: thing("none", this.at) };
    }
    this.at += 1;
    return { key, keyFrom, keyTo, whole: true, value: this.flowValue(column) };
  }

  flowItem(column) {
    const from = this.at;
    const item = this.flowValue(column);
    this.blanks();
    if (item.kind === "scalar" && this.text[this.at] === ":") {
      // `[work: 5ms]`: a map of one entry without its braces.
      this.at += 1;
      const map = thing("map", from, true);
      const value = this.flowValue(column);
      map.entries.push({ key: item.text, keyFrom: from, keyTo: item.to, whole: true, value });
      map.to = this.at;
      return map;
    }
    if (this.at === from) {
      this.at += 1;
    }
    return item;
  }

  flowValue(column) {
    const start = this.at;
    this.blanks();
    const letter = this.text[this.at];
    if (letter === "{" || letter === "[") {
      return this.flow(column);
    }
    const value = thing("scalar", this.at);
    value.text = this.flowScalar();
    value.to = this.at;
    if (value.text === "") {
      value.kind = "none";
      value.from = start;
    }
    return value;
  }

  blanks() {
    while (this.text[this.at] === " ") {
      this.at += 1;
    }
  }

  flowScalar() {
    const letter = this.text[this.at];
    if (letter === '"' || letter === "'") {
      return this.quoted();
    }
    const start = this.at;
    while (this.at < this.text.length) {
      const here = this.text[this.at];
      const next = this.text[this.at + 1];
      const ends = here === ":" && (next === undefined || /[\s,[\]{}]/.test(next));
      if (ends || /[,[\]{}\n]/.test(here) || (here === "#" && this.text[this.at - 1] === " ")) {
        break;
      }
      this.at += 1;
    }
    const text = this.text.slice(start, this.at).trimEnd();
    this.at = start + text.length;
    return text;
  }
}

/**
 * The outline of a text.
 * @param {string} text
 * @returns {Thing}
 */
export function outline(text) {
  return new Reader(text).block(0);
}

/**
 * The entry or item at a path.
 * @param {Thing} root
 * @param {Path} path
 * @returns {{ from: number, to: number, value: Thing } | null}
 */
export function find(root, path) {
  let here = { from: root.from, to: root.to, value: root };
  for (const step of path) {
    if (here.value.kind === "list") {
      const item = here.value.items[Number(step)];
      if (item === undefined) {
        return null;
      }
      here = { from: item.from, to: item.to, value: item };
    } else {
      const entry = here.value.entries.find(({ key }) => key === String(step));
      if (entry === undefined) {
        return null;
      }
      here = { from: entry.keyFrom, to: entry.keyTo, value: entry.value };
    }
  }
  return here;
}

/**
 * The entry whose key is at a place, and the way to it.
 * @param {Thing} root
 * @param {number} place
 * @returns {{ path: Path, entry: Entry } | null}
 */
export function keyAt(root, place) {
  const path = [];
  let here = root;
  for (;;) {
    const entry = here.entries.find(({ keyFrom, keyTo, value }) => keyFrom <= place && place <= Math.max(keyTo, value.to));
    if (entry !== undefined) {
      path.push(entry.key);
      if (place <= entry.keyTo) {
        return { path, entry };
      }
      here = entry.value;
      continue;
    }
    const index = here.items.findIndex(({ from, to }) => from <= place && place <= to);
    if (index < 0) {
      return null;
    }
    path.push(index);
    here = here.items[index];
  }
}

/**
 * @typedef {object} Place what could be typed somewhere
 * @property {Path} path of the map, list or value it would belong to
 * @property {"key" | "value" | "either"} wants
 * @property {number} from where the word that stands here begins
 * @property {string[]} beside the keys that are there already
 * @property {boolean} flow whether it is within brackets
 * @property {number} column of the word
 */

/**
 * What could be typed at a place.
 * @param {string} text
 * @param {Thing} root its outline
 * @param {number} place
 * @returns {Place | null}
 */
export function placeAt(text, root, place) {
  return withinFlow(text, root, place) ?? withinBlock(text, place);
}

/** @returns {Place | null} */
function withinFlow(text, root, place) {
  const path = [];
  let here = root;
  let found = null;
  for (;;) {
    if (here.flow && here.from < place && place <= here.to) {
      // At its very end only if nobody has closed it.
      const closed = place === here.to && /[\]}]/.test(text[here.to - 1]);
      found = closed ? found : { here, path: [...path] };
    }
    const entry = here.entries.find(({ keyFrom, value, keyTo }) => keyFrom <= place && place <= Math.max(keyTo, value.to));
    if (entry !== undefined) {
      path.push(entry.key);
      here = entry.value;
      continue;
    }
    const index = here.items.findIndex(({ from, to }) => from <= place && place <= to);
    if (index < 0) {
      break;
    }
    path.push(index);
    here = here.items[index];
  }
  if (found === null) {
    return null;
  }
  const { here: flow, path: way } = found;
  const before = text.slice(flow.from, place);
  const word = /[^\s,[\]{}:]*(?::[^\s,[\]{}]+)*$/.exec(before)?.[0] ?? "";
  const from = place - word.length;
  const column = columnOf(text, from);
  const common = { from, flow: true, column };
  if (flow.kind === "list") {
    const index = flow.items.findIndex((item) => item.from <= from && from <= item.to);
    const item = flow.items[index];
    if (item?.kind === "map") {
      const value = item.entries[0];
      return { ...common, path: [...way, index, value.key], wants: "value", beside: [] };
    }
    return { ...common, path: [...way, Math.max(index, 0)], wants: "either", beside: [] };
  }
  const entry = flow.entries.find(({ whole, keyTo, value }) => whole && keyTo < from && from <= Math.max(value.to, value.from));
  if (entry !== undefined) {
    return { ...common, path: [...way, entry.key], wants: "value", beside: [] };
  }
  const beside = flow.entries.filter(({ keyFrom, keyTo }) => place < keyFrom || keyTo < place).map(({ key }) => key);
  return { ...common, path: way, wants: "key", beside };
}

/** A line in parts: the columns of its dashes, of its key, and what follows that. */
function parts(line) {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const dashes = [];
  let column = indent;
  for (;;) {
    const dash = /^- +|^-$/.exec(line.slice(column));
    if (dash === null) {
      break;
    }
    dashes.push(column);
    column += dash[0].length;
  }
  const rest = line.slice(column);
  const key = BARE_KEY.exec(rest);
  const blank = rest === "" || rest.startsWith("#");
  return {
    dashes,
    column,
    rest,
    key: key === null ? null : (key[1] ?? key[2] ?? key[3]),
    after: key === null ? column : column + key[0].length,
    blank: blank && dashes.length === 0,
  };
}

/** @returns {Place | null} */
function withinBlock(text, place) {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  let number = 0;
  let start = 0;
  while (start + lines[number].length < place && number + 1 < lines.length) {
    start += text.indexOf("\n", start) - start + 1;
    number += 1;
  }
  const before = lines[number].slice(0, place - start);
  if (/(^|\s)#/.test(before)) {
    return null;
  }
  const line = parts(before);
  const way = wayTo(lines, number, line);
  if (line.key !== null && place - start >= line.after) {
    const value = before.slice(line.after).trimStart();
    if (/^[|>]/.test(value)) {
      return null;
    }
    return {
      path: [...way, line.key],
      wants: "value",
      from: place - value.length,
      beside: [],
      flow: false,
      column: before.length - value.length,
    };
  }
  if (insideScalar(lines, number, line.column)) {
    return null;
  }
  const beside = neighbours(lines, number, line);
  return {
    path: way,
    wants: beside.length === 0 ? "either" : "key",
    from: place - line.rest.length,
    beside,
    flow: false,
    column: line.column,
  };
}

/** The keys and items that a line's content is in. Lists do not count their items here. */
function wayTo(lines, number, line) {
  const way = [];
  let column = line.column;
  let inList = false;
  const climb = (dashes) => {
    for (const dash of [...dashes].reverse()) {
      if (dash < column) {
        way.unshift(0);
        column = dash;
        inList = true;
      }
    }
  };
  climb(line.dashes);
  for (let above = number - 1; above >= 0 && (column > 0 || inList); above -= 1) {
    const other = parts(lines[above]);
    if (other.blank) {
      continue;
    }
    const opens = other.key !== null && (other.column < column || (inList && other.column === column));
    if (opens) {
      way.unshift(other.key);
      column = other.column;
      inList = false;
    }
    climb(other.dashes);
  }
  return way;
}

/** Whether a line belongs to a text in lines (`>-`, `|`). */
function insideScalar(lines, number, column) {
  for (let above = number - 1; above >= 0; above -= 1) {
    const other = parts(lines[above]);
    if (other.blank || other.column >= column) {
      continue;
    }
    return other.key !== null && /^\s*[|>][-+0-9]*\s*$/.test(lines[above].slice(other.after));
  }
  return false;
}

/** The keys of the map that a line belongs to, without its own. */
function neighbours(lines, number, line) {
  const keys = [];
  const look = (from, step) => {
    for (let other = from; other >= 0 && other < lines.length; other += step) {
      const there = parts(lines[other]);
      if (there.blank) {
        continue;
      }
      const first = there.dashes[0] ?? there.column;
      if (there.column === line.column && there.key !== null && (step < 0 || there.dashes.length === 0)) {
        keys.push(there.key);
      }
      if (first < line.column) {
        return;
      }
    }
  };
  if (line.dashes.length === 0) {
    look(number - 1, -1);
  }
  look(number + 1, 1);
  return keys;
}

// The page's code editor: CodeMirror, and what it knows of scenarios, for the room `web/src/code`.
//
// In: the text of the document, what is wrong with it, the reader's language. Out: what was typed,
// and wishes (undo, format) that the page fulfils: the page keeps the one history of the document,
// this editor has none. Text that others changed arrives as small changes, also over what has been
// typed meanwhile.

import { acceptCompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { ChangeSet, Compartment, EditorSelection, EditorState, StateEffect, StateField, Transaction } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { changesBetween } from "./difference.js";
import { knowing, outlineOf } from "./knowing.js";
import { appearance } from "./look.js";
import { find } from "./outline.js";

/**
 * @typedef {object} Options
 * @property {string} text the document
 * @property {string} words the editor's words in the reader's language, as JSON
 * @property {string} schema the address of the schema
 * @property {string} translation the address of its texts in the reader's language, or nothing
 * @property {() => void} touched something was typed
 * @property {(wish: "undo" | "redo" | "format") => void} wish
 * @property {(path: string) => void} caret the caret is in another thing; its path with a dot
 */

/** What somebody else changed: not to be told to them again. */
const FROM_OUTSIDE = "page";

/** How long the caret rests before the page hears where it is. */
const CARET_RESTS_MS = 150;

/** The lines of the thing that is picked on the stage. */
const setPart = StateEffect.define();
const part = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setPart)) {
        return effect.value;
      }
    }
    return lines.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

class Editor {
  /**
   * @param {HTMLElement} host
   * @param {Options} options
   */
  constructor(host, options) {
    this.options = options;
    this.knowledge = { schema: null, translated: {}, words: JSON.parse(options.words) };
    /** The text that the page has, and what was typed since. */
    this.agreed = EditorState.create({ doc: options.text }).doc;
    this.typed = null;
    this.spoken = options.words;
    /** The schema, once it has been asked for. */
    this.asked = null;
    /** Whether the next text that arrives shows where it differs. */
    this.shows = false;
    this.said = new Compartment();
    this.told = "";
    this.waiting = 0;
    this.picked = null;
    this.view = new EditorView({
      parent: host,
      state: EditorState.create({ doc: options.text, extensions: this.extensions() }),
    });
    this.learn(options.translation);
  }

  extensions() {
    const wish = (name) => () => {
      this.shows = name !== "format";
      this.options.wish(name);
      return true;
    };
    return [
      keymap.of([
        { key: "Mod-z", run: wish("undo"), preventDefault: true },
        { key: "Mod-y", mac: "Mod-Shift-z", run: wish("redo"), preventDefault: true },
        { key: "Mod-Shift-z", run: wish("redo"), preventDefault: true },
        { key: "Shift-Alt-f", run: wish("format"), preventDefault: true },
        { key: "Tab", run: acceptCompletion },
      ]),
      keymap.of(completionKeymap),
      keymap.of([
        ...closeBracketsKeymap,
        { key: "Enter", run: newLine },
        ...lintKeymap,
        ...searchKeymap,
        ...foldKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
      EditorView.domEventHandlers({
        beforeinput: (event) => {
          const name = { historyUndo: "undo", historyRedo: "redo" }[event.inputType];
          if (name === undefined) {
            return false;
          }
          event.preventDefault();
          return wish(name)();
        },
        // A file is for the page, which opens it; the editor would put its text here.
        drop: (event) => (event.dataTransfer?.files.length ?? 0) > 0,
      }),
      EditorView.updateListener.of((update) => this.updated(update)),
      lineNumbers(),
      foldGutter({ openText: "⌄", closedText: "›" }),
      lintGutter(),
      part,
      drawSelection(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches({ minSelectionLength: 3 }),
      EditorState.allowMultipleSelections.of(true),
      EditorState.tabSize.of(2),
      indentUnit.of("  "),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      EditorState.languageData.of(() => [{ closeBrackets: { brackets: ["[", "{"] } }]),
      yaml(),
      search(),
      knowing(this.knowledge),
      appearance,
      this.said.of(this.phrases()),
    ];
  }

  phrases() {
    const { words } = this.knowledge;
    return [
      EditorState.phrases.of(words.phrases),
      EditorView.contentAttributes.of({
        tabindex: "0",
        "aria-label": words.label,
        "aria-describedby": words.hint,
        spellcheck: "false",
        autocapitalize: "off",
      }),
    ];
  }

  /** Loads the schema, and its texts in the reader's language; does without if it cannot. */
  async learn(translation) {
    const load = async (address) => {
      const answer = await fetch(address);
      return answer.ok ? answer.json() : null;
    };
    const kept = async (address) => load(address).catch(() => null);
    this.asked ??= kept(this.options.schema);
    this.knowledge.schema = await this.asked;
    this.knowledge.translated = translation === "" ? {} : ((await kept(translation)) ?? {});
  }

  updated(update) {
    const own = update.transactions.filter((transaction) => transaction.annotation(Transaction.userEvent) !== FROM_OUTSIDE);
    const typed = own.filter(({ docChanged }) => docChanged);
    for (const { changes } of typed) {
      this.typed = this.typed === null ? changes : this.typed.compose(changes);
    }
    if (typed.length > 0) {
      this.options.touched();
    }
    if (own.some(({ selection, docChanged }) => selection !== undefined || docChanged)) {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => {
        this.tellCaret();
        if (typed.length > 0) {
          // There may be more lines of it now.
          this.mark(this.picked);
        }
      }, CARET_RESTS_MS);
    }
  }

  /** Tells in which thing the caret is, if it is the reader who put it there. */
  tellCaret() {
    if (!this.view.hasFocus) {
      return;
    }
    const { head } = this.view.state.selection.main;
    const within = ({ keyFrom, value }) => keyFrom <= head && head <= value.to;
    const section = outlineOf(this.view.state).entries.find(within);
    const thing = section?.value.entries.find(within);
    const path = thing === undefined ? "" : `${section.key}.${thing.key}`;
    if (path !== this.told) {
      this.told = path;
      this.options.caret(path);
    }
  }

  /** What stands here; from now on the page knows it. */
  take() {
    this.agreed = this.view.state.doc;
    this.typed = null;
    return this.agreed.toString();
  }

  /** Another text, from elsewhere. */
  arrive(text) {
    const fresh = text.replaceAll("\r\n", "\n");
    const found = changesBetween(this.agreed.toString(), fresh);
    const shows = this.shows;
    this.shows = false;
    if (found.length === 0) {
      return;
    }
    let changes = ChangeSet.of(found, this.agreed.length);
    this.agreed = changes.apply(this.agreed);
    if (this.typed !== null) {
      // Both changed the same text; what was typed stays and is told later.
      const over = changes.map(this.typed, true);
      this.typed = this.typed.map(changes);
      changes = over;
    }
    let last = 0;
    changes.iterChangedRanges((_fromA, _toA, _fromB, toB) => {
      last = toB;
    });
    this.view.dispatch({
      changes,
      selection: shows ? EditorSelection.cursor(last) : undefined,
      scrollIntoView: shows,
      annotations: [Transaction.userEvent.of(FROM_OUTSIDE), Transaction.addToHistory.of(false)],
    });
    this.mark(this.picked);
  }

  /**
   * What is wrong or odd, as JSON: lines and columns of the text that the page has.
   * @param {string} remarks
   */
  remark(remarks) {
    const doc = this.agreed;
    const found = JSON.parse(remarks).map(({ line, column, severity, message }) => {
      const { from, text } = doc.line(Math.min(Math.max(line, 1), doc.lines));
      // Columns count characters, places count the units of a string.
      const before = [...text].slice(0, Math.max(column, 1) - 1).join("").length;
      const word = /^(?:"[^"]*"|'[^']*'|[^\s,[\]{}#:]+|\S)/.exec(text.slice(before))?.[0] ?? "";
      // A place with nothing in it has no width; the letter before it can be seen.
      const start = from + (word === "" ? Math.max(before - 1, 0) : before);
      const end = from + before + word.length;
      const now = (place) => (this.typed === null ? place : this.typed.mapPos(place));
      return { from: now(start), to: now(end), severity, message };
    });
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }

  /** Speaks another language. */
  speak(words, translation) {
    if (words === this.spoken) {
      return;
    }
    this.spoken = words;
    this.knowledge.words = JSON.parse(words);
    this.learn(translation);
    this.view.dispatch({ effects: this.said.reconfigure(this.phrases()) });
  }

  /** Marks the lines of the thing at a path, or none. */
  mark(path) {
    this.picked = path ?? null;
    const there = this.picked === null ? null : find(outlineOf(this.view.state), this.picked.split("."));
    const lines = [];
    if (there !== null) {
      const { doc } = this.view.state;
      const last = doc.lineAt(Math.max(there.to, there.value.to)).number;
      for (let number = doc.lineAt(there.from).number; number <= last; number += 1) {
        lines.push(Decoration.line({ class: "cm-part" }).range(doc.line(number).from));
      }
    }
    this.view.dispatch({ effects: setPart.of(Decoration.set(lines)) });
  }

  /** Puts the caret where a path leads; says whether it leads anywhere. */
  reveal(path) {
    const there = find(outlineOf(this.view.state), path.split("."));
    if (there === null) {
      return false;
    }
    // It is the page that asked, and need not be told.
    this.told = path;
    this.go(there.from);
    return true;
  }

  /** Puts the caret on a line and column, counted from 1. */
  revealLine(line, column) {
    const { doc } = this.view.state;
    const { from, text } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.go(from + [...text].slice(0, Math.max(column, 1) - 1).join("").length);
  }

  go(place) {
    this.view.dispatch({
      selection: { anchor: place },
      effects: EditorView.scrollIntoView(place, { y: "center" }),
    });
    this.view.focus();
  }

  focus() {
    this.view.focus();
  }

  close() {
    clearTimeout(this.waiting);
    this.view.destroy();
  }
}

/** A new line, indented as its place in a document asks for. */
function newLine(view) {
  const { state } = view;
  const changes = state.changeByRange((range) => {
    const line = state.doc.lineAt(range.from);
    const before = line.text.slice(0, range.from - line.from);
    const insert = state.lineBreak + " ".repeat(indentAfter(before));
    return {
      changes: { from: range.from, to: range.to, insert },
      range: EditorSelection.cursor(range.from + insert.length),
    };
  });
  view.dispatch(state.update(changes, { scrollIntoView: true, userEvent: "input" }));
  return true;
}

/** Below a key that has nothing in its line, its fields; else as the line itself. */
function indentAfter(line) {
  const [, indent, dashes] = /^( *)((?:- +)*)/.exec(line);
  const opens = /:\s*(#.*)?$/.test(line) && !/^\s*#/.test(line);
  return opens ? indent.length + dashes.length + 2 : indent.length;
}

// The page looks for it under this name, and asks for the version it was built with.
globalThis.interplayEditor = {
  seam: 1,
  open: (host, options) => new Editor(host, options),
  /** The whole text of the editor in an element; on the page stands only what is in sight. */
  textIn: (element) => EditorView.findFromDOM(element)?.state.doc.toString() ?? null,
};

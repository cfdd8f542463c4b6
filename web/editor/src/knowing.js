// What the editor knows of scenarios: completion, and what a field is for under the pointer.
//
// In: the schema, loaded once, and the document as it stands. Out: extensions for the editor.
// Until the schema has come, or if it does not, nothing is offered.

import { autocompletion, startCompletion } from "@codemirror/autocomplete";
import { hoverTooltip } from "@codemirror/view";
import { keysFor, namesFor } from "./names.js";
import { keyAt, outline, placeAt } from "./outline.js";
import { about, at, fields, keyKinds, kinds, words } from "./schema.js";

/** Outlines by document: the same one is asked for by several at once. */
const outlines = new WeakMap();

/** The outline of a state's document. */
export function outlineOf(state) {
  let found = outlines.get(state.doc);
  if (found === undefined) {
    found = outline(state.doc.toString());
    outlines.set(state.doc, found);
  }
  return found;
}

/**
 * What is known, and in which words it is said.
 * @typedef {object} Knowledge
 * @property {object | null} schema
 * @property {Record<string, string>} translated what its texts are called in the reader's language
 * @property {Record<string, string>} words the editor's own words
 */

const say = (knowledge, text) => knowledge.translated[text] ?? text;

/** @param {Knowledge} knowledge */
export function knowing(knowledge) {
  return [
    autocompletion({
      override: [(context) => complete(knowledge, context)],
      icons: false,
      activateOnTypingDelay: 60,
      maxRenderedOptions: 60,
    }),
    hoverTooltip((view, place) => hover(knowledge, view, place), { hoverTime: 350 }),
  ];
}

/** What is offered at the caret. */
function complete(knowledge, context) {
  const { schema } = knowledge;
  if (schema === null) {
    return null;
  }
  const { state, pos } = context;
  const root = outlineOf(state);
  const place = placeAt(state.doc.toString(), root, pos);
  if (place === null || (!context.explicit && place.from === pos && !startsHere(state, pos))) {
    return null;
  }
  const found = at(schema, place.path);
  const options = [];
  if (place.wants !== "value") {
    options.push(...keyOptions(knowledge, root, place, found));
  }
  if (place.wants !== "key") {
    options.push(...valueOptions(root, place, found, knowledge));
  }
  return options.length === 0 ? null : { from: place.from, options, validFor: /^[\p{L}\p{N}_.@-]*$/u };
}

/** Whether a value or field begins at a place, so that something is offered unasked. */
function startsHere(state, place) {
  const line = state.doc.lineAt(place);
  return /(:|-|,|\{|\[) $/.test(line.text.slice(0, place - line.from));
}

function keyOptions(knowledge, root, place, found) {
  const listed = fields(knowledge.schema, found, place.beside).map(({ name, about: said, takes }) => ({
    label: name,
    detail: takes === "value" ? undefined : takes === "map" ? "{…}" : "[…]",
    info: said.length === 0 ? undefined : () => explained(knowledge, null, said),
    apply: putKey(name, takes, place),
    type: "property",
  }));
  const named = keysFor(root, place.path, keyKinds(found)).map((name) => ({
    label: name,
    apply: putKey(name, "value", place),
    type: "variable",
  }));
  return [...named, ...listed];
}

function valueOptions(root, place, found, knowledge) {
  const names = namesFor(root, place.path, kinds(found)).map((name) => ({
    label: name,
    detail: knowledge.words.named,
    type: "variable",
    boost: 1,
  }));
  return [...names, ...words(found).map((word) => ({ label: word, type: "keyword" }))];
}

/** Puts a key in, and what must follow it. */
function putKey(name, takes, place) {
  return (view, _completion, from, to) => {
    const line = view.state.doc.lineAt(to);
    const after = line.text.slice(to - line.from);
    let insert = `${name}: `;
    if (/^\s*:/.test(after)) {
      insert = name;
    } else if (!place.flow && takes !== "value" && after.trim() === "") {
      const indent = " ".repeat(place.column + 2);
      insert = `${name}:\n${indent}${takes === "list" ? "- " : ""}`;
    }
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length },
      scrollIntoView: true,
      userEvent: "input.complete",
    });
    if (insert !== name) {
      startCompletion(view);
    }
  };
}

/** What a field is for, under the pointer. */
function hover(knowledge, view, place) {
  const { schema } = knowledge;
  if (schema === null) {
    return null;
  }
  const found = keyAt(outlineOf(view.state), place);
  if (found === null) {
    return null;
  }
  const said = about(schema, found.path);
  const choices = words(at(schema, found.path));
  if (said.length === 0 && choices.length === 0) {
    return null;
  }
  return {
    pos: found.entry.keyFrom,
    end: found.entry.keyTo,
    above: true,
    create: () => ({ dom: explained(knowledge, found.entry.key, said, choices) }),
  };
}

/** What a field is for, as a small text. */
function explained(knowledge, name, said, choices = []) {
  const dom = document.createElement("div");
  dom.className = "cm-about";
  const paragraph = (...parts) => {
    const element = document.createElement("p");
    element.append(...parts);
    dom.append(element);
  };
  const code = (text) => {
    const element = document.createElement("code");
    element.textContent = text;
    return element;
  };
  const [first, ...others] = said.map((text) => say(knowledge, text));
  if (name !== null) {
    paragraph(code(name), ...(first === undefined ? [] : [` · ${first}`]));
  } else if (first !== undefined) {
    paragraph(first);
  }
  others.forEach((text) => paragraph(text));
  if (choices.length > 0) {
    paragraph(`${knowledge.words.choices}: ${choices.join(", ")}`);
  }
  return dom;
}

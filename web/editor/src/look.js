// What the editor looks like: the page's own colours, which the page changes with its theme.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--panel)", fontSize: "12.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overscrollBehavior: "contain" },
  ".cm-content": { caretColor: "var(--accent)", padding: "6px 0" },
  ".cm-line": { padding: "0 8px 0 6px" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 24%, transparent)",
  },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 60%, transparent)" },
  ".cm-gutters": { color: "var(--ink-soft)", backgroundColor: "var(--panel)", border: "none" },
  ".cm-activeLineGutter": { color: "var(--ink-soft)", backgroundColor: "transparent" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "26px", padding: "0 3px 0 6px" },
  ".cm-foldGutter .cm-gutterElement": { cursor: "pointer" },
  ".cm-foldPlaceholder": { color: "var(--ink-soft)", backgroundColor: "var(--hover)", border: "1px solid var(--line)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--accent-soft)",
    outline: "1px solid var(--accent)",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--failure)" },
  ".cm-searchMatch": { backgroundColor: "color-mix(in srgb, var(--slow) 40%, transparent)" },
  ".cm-searchMatch-selected": { outline: "1px solid var(--slow)" },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },
  ".cm-part": { boxShadow: "inset 3px 0 0 var(--accent)" },

  ".cm-panels": { color: "var(--ink)", backgroundColor: "var(--panel)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "6px 28px 6px 8px", fontFamily: "var(--font)" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", fontSize: "12px" },
  ".cm-panel.cm-search [name=close]": { minHeight: "24px", color: "var(--ink-soft)", fontSize: "16px" },
  ".cm-textfield": {
    color: "var(--ink)",
    backgroundColor: "var(--card)",
    border: "1px solid var(--line)",
    borderRadius: "var(--round)",
    fontSize: "12px",
  },
  ".cm-button": {
    color: "var(--ink)",
    background: "transparent",
    border: "1px solid var(--line)",
    borderRadius: "var(--round)",
    fontSize: "12px",
  },
  ".cm-panel.cm-search .cm-button": { minHeight: "26px", padding: "1px 8px" },

  ".cm-tooltip": {
    maxWidth: "min(46ch, 92vw)",
    color: "var(--ink)",
    backgroundColor: "var(--card)",
    border: "1px solid var(--line)",
    borderRadius: "var(--round)",
    boxShadow: "var(--shadow)",
    fontFamily: "var(--font)",
    fontSize: "12.5px",
    zIndex: "20",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { maxHeight: "15em", fontFamily: "var(--mono)", fontSize: "12px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--on-accent)", background: "var(--accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { marginLeft: "12px", color: "inherit", opacity: "0.75", fontStyle: "normal" },
  ".cm-completionInfo": { padding: "6px 9px", lineHeight: "1.4" },
  ".cm-about": { padding: "6px 9px", lineHeight: "1.4" },
  ".cm-about code": { color: "var(--ink)", fontWeight: "700" },
  ".cm-about p + p": { marginTop: "3px", color: "var(--ink-soft)" },

  ".cm-diagnostic": { padding: "5px 9px", whiteSpace: "pre-line", fontFamily: "var(--font)" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--failure)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--slow)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--failure) 1.5px",
    textUnderlineOffset: "3px",
    textDecorationSkipInk: "none",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline dashed var(--slow) 1.5px",
    textUnderlineOffset: "3px",
    textDecorationSkipInk: "none",
  },
  ".cm-lintPoint-error:after": { borderBottomColor: "var(--failure)" },
  ".cm-lintPoint-warning:after": { borderBottomColor: "var(--slow)" },
  ".cm-gutter-lint": { width: "1.1em" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0.3em 0.1em" },
  // Shapes of our own: a cross and a triangle, told apart without colours.
  ".cm-lint-marker": { width: "0.9em", height: "0.9em" },
  ".cm-lint-marker-error": {
    content: "none",
    background: "var(--failure)",
    clipPath: "polygon(20% 0, 50% 30%, 80% 0, 100% 20%, 70% 50%, 100% 80%, 80% 100%, 50% 70%, 20% 100%, 0 80%, 30% 50%, 0 20%)",
  },
  ".cm-lint-marker-warning": {
    content: "none",
    background: "var(--slow)",
    clipPath: "polygon(50% 0, 100% 100%, 0 100%)",
  },
});

const colours = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--query)" },
  { tag: tags.content, color: "var(--ink)" },
  { tag: tags.comment, color: "var(--ink-soft)", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.bracket], color: "var(--ink-soft)" },
  { tag: [tags.meta, tags.keyword, tags.typeName, tags.labelName], color: "var(--store)" },
]);

export const appearance = [look, syntaxHighlighting(colours)];

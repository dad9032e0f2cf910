import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { copy } from "./copy.ts";
import { pathAt, samePath } from "./document/json-text.ts";
import { type Builder, partOf, selectedRange } from "./use-builder.ts";

const markEffect = StateEffect.define<{ from: number; to: number }>();
/** What is chosen elsewhere, marked by its lines. */
const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, changes, state }) {
    const effect = effects.find((one) => one.is(markEffect));
    if (!effect) return marks.map(changes);
    const { from, to } = effect.value as { from: number; to: number };
    const lines = [];
    for (let at = from; at <= to && to > from; ) {
      const line = state.doc.lineAt(at);
      lines.push(Decoration.line({ class: "marked" }).range(line.from));
      at = line.to + 1;
    }
    return Decoration.set(lines);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--hp-accent-text)" },
  { tag: tags.string, color: "var(--hp-ok)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--hp-warn)" },
]);

const looks = EditorView.theme({
  "&": { height: "100%", color: "var(--hp-ink)", backgroundColor: "var(--hp-surface)", fontSize: "13px" },
  "&.cm-focused": { outline: "2px solid var(--hp-accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace", lineHeight: "1.5" },
  ".cm-gutters": { backgroundColor: "var(--hp-ground)", color: "var(--hp-muted)", border: "none" },
  ".cm-cursor": { borderLeftColor: "var(--hp-ink)" },
  ".marked": { backgroundColor: "var(--hp-accent-soft)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--hp-accent) 30%, transparent)",
  },
});

/**
 * The text itself. It stands in a shadow root: there the editor's styles are sheets of objects, which the page's policy allows, and not
 * style elements, which it forbids.
 */
export function JsonEditor({ builder }: { builder: Builder }) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(builder);
  latest.current = builder;
  /** Set while the editor takes over what was changed elsewhere. */
  const taking = useRef(false);
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({ doc: latest.current.text, extensions: extensions(latest, taking) }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);
  const { text, selection } = builder;
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    taking.current = true;
    editor.dispatch({ changes: difference(editor.state.doc.toString(), text) });
    taking.current = false;
  }, [text]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const { from, to } = selectedRange({ text: editor.state.doc.toString(), selection });
    const mark = markEffect.of(selection.length === 0 ? { from: 0, to: 0 } : { from, to });
    // Who writes here is not moved: what they write in is what is chosen.
    const effects =
      editor.hasFocus || selection.length === 0 ? [mark] : [mark, EditorView.scrollIntoView(from, { y: "center" })];
    editor.dispatch({ effects });
  }, [selection]);
  // Keys that are typed in here are typed in a field, for whoever listens for shortcuts: they know it by this class.
  return <div ref={host} className="cm-editor h-full min-h-0 overflow-hidden [&:focus]:outline-none" />;
}

type Ref<T> = { current: T };

function extensions(latest: Ref<Builder>, taking: Ref<boolean>) {
  const run = (name: "undo" | "redo") => (): boolean => {
    latest.current[name]?.();
    return true;
  };
  return [
    lineNumbers(),
    drawSelection(),
    bracketMatching(),
    indentOnInput(),
    json(),
    syntaxHighlighting(colours),
    looks,
    marked,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": copy.json.label, tabindex: "0", spellcheck: "false" }),
    keymap.of([
      { key: "Mod-z", run: run("undo"), preventDefault: true },
      { key: "Mod-y", run: run("redo"), preventDefault: true },
      { key: "Mod-Shift-z", run: run("redo"), preventDefault: true },
      // Escape and then Tab leaves the editor, as everywhere where Tab indents.
      indentWithTab,
      ...defaultKeymap,
    ]),
    EditorView.updateListener.of(({ docChanged, selectionSet, state, view }) => {
      if (taking.current) return;
      const text = state.doc.toString();
      if (docChanged) latest.current.setText(text, "json");
      if (!view.hasFocus || (!selectionSet && !docChanged)) return;
      const path = pathAt(text, state.selection.main.head);
      if (!samePath(partOf(path), partOf(latest.current.selection))) latest.current.select(partOf(path));
    }),
  ];
}

/** The one change that makes a text another: where somebody writes, their cursor stays. */
function difference(before: string, after: string): { from: number; to: number; insert: string } {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from++;
  let end = 0;
  while (end < before.length - from && end < after.length - from && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

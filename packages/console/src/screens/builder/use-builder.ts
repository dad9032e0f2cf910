import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { apiKey, call } from "../../data/api.ts";
import { useSettled } from "../../data/settled.ts";
import type { Edit } from "./document/edits.ts";
import { begin, changed, type History, redone, undone } from "./document/history.ts";
import { isRecord, type JsonPath, type ParsedText, parseText, rangeOf } from "./document/json-text.ts";
import { placeOf, type ShownPipeline, shownPipeline } from "./document/pipeline.ts";

/** Something that is wrong or doubtful, and where. */
export interface Remark {
  kind: "problem" | "warning";
  message: string;
  /** As it is written: `steps[1].config`. */
  where: string;
  path: JsonPath;
}

/** A document under work: one text, and everything that canvas, outline, editor and properties show of it. */
export interface Builder {
  text: string;
  parsed: ParsedText;
  /** The newest text that could be read. */
  document: unknown;
  shown: ShownPipeline;
  /** Whether canvas, outline and properties may change it: it is JSON, and has a pipeline's shape. */
  editable: boolean;
  selection: JsonPath;
  select: (path: JsonPath) => void;
  /** `group` names the field that is typed in: what is typed in one go is taken back at once. */
  edit: (edit: Edit, group?: string) => void;
  setText: (text: string, group: string | null) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
  remarks: readonly Remark[];
  /** Whether the remarks are about the text as it is now. */
  checked: boolean;
}

/** How long nothing is typed before the server is asked what it thinks, in ms. */
const pauseMs = 300;

export function useBuilder(initial: string): Builder {
  const [history, setHistory] = useState<History>(() => begin(initial));
  const [selection, select] = useState<JsonPath>([]);
  const { text } = history;
  const parsed = useMemo(() => parseText(text), [text]);
  const good = useRef<unknown>({});
  if (parsed.error === null) good.current = parsed.value;
  const document = good.current;
  const shown = useMemo(() => shownPipeline(document), [document]);
  const editable = parsed.error === null && shown.editable;
  const setText = useCallback((next: string, group: string | null): void => {
    setHistory((before) => changed(before, next, group, Date.now()));
  }, []);
  const edit = useCallback((change: Edit, group?: string): void => {
    setHistory((before) => changed(before, change(before.text), group ?? null, Date.now()));
  }, []);
  const { remarks, checked } = useRemarks(text, parsed, shown);
  return {
    ...{ text, parsed, document, shown, editable, selection, select, edit, setText, remarks, checked },
    undo: history.past.length > 0 ? () => setHistory(undone) : null,
    redo: history.future.length > 0 ? () => setHistory(redone) : null,
  };
}

/** What the server says of the text; what cannot be read at all is said at once. */
function useRemarks(text: string, parsed: ParsedText, shown: ShownPipeline): Pick<Builder, "remarks" | "checked"> {
  const settled = useSettled(text, pauseMs);
  const check = useQuery({
    queryKey: [...apiKey("pipelines.check"), settled],
    queryFn: async ({ signal }) => {
      const { value } = parseText(settled);
      return call("pipelines.check", { document: value as Record<string, unknown> }, signal);
    },
    enabled: isRecord(parseText(settled).value),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return useMemo(() => {
    if (parsed.error !== null) return { remarks: [unreadable(text, parsed.error)], checked: true };
    if (!isRecord(parsed.value)) return { remarks: [noObject], checked: true };
    const { problems = [], warnings = [] } = check.data ?? {};
    const said = [
      ...problems.map((one) => ({ ...one, kind: "problem" as const })),
      ...warnings.map((one) => ({ ...one, kind: "warning" as const })),
    ];
    const remarks = said.map(
      ({ kind, path, message }): Remark => ({ kind, message, where: path, path: placeOf(path, shown) }),
    );
    return { remarks, checked: check.data !== undefined && settled === text && !check.isPlaceholderData };
  }, [text, parsed, shown, check.data, check.isPlaceholderData, settled]);
}

const noObject: Remark = { kind: "problem", message: "a pipeline is a JSON object: { … }", where: "", path: [] };

function unreadable(text: string, { message, offset }: { message: string; offset: number }): Remark {
  const line = text.slice(0, offset).split("\n").length;
  return { kind: "problem", message: `This is not JSON: ${message}`, where: `line ${line}`, path: [] };
}

/** The step or way that a place is in: what canvas and outline choose. */
export function partOf(path: JsonPath): JsonPath {
  if (path[0] === "steps" && path.length >= 2) return path.slice(0, 2);
  if (path[0] === "flow" && path.length >= 3) return path.slice(0, 3);
  return [];
}

/** Where the selection stands in the text. */
export const selectedRange = ({ text, selection }: Pick<Builder, "text" | "selection">) => rangeOf(text, selection);

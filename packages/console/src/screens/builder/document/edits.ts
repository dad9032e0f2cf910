import { insertAt, setAt } from "./json-edit.ts";
import { isRecord, type JsonPath, parseText, valueAt } from "./json-text.ts";
import { type ShownPipeline, type ShownWay, shownPipeline } from "./pipeline.ts";

/** Makes one text of a document another; what it does not touch stays as it is written. */
export type Edit = (text: string) => string;

/** Where a new step goes: behind a step, into a way between two, or beside everything. */
export type StepPlace = { after: string } | { into: JsonPath } | null;

/** A step as it is written into a document at first. */
export type NewStep = Readonly<Record<string, unknown>> & { id: string };

/** A pipeline with nothing in it. */
export const emptyPipeline = (name: string): string =>
  `${JSON.stringify({ name, version: "1.0", steps: [], flow: { start_at: [], paths: [] } }, null, 2)}\n`;

/** A name for a step that no other has: the one that is wished for, or with a number behind it. */
export function freeId(wish: string, { steps }: Pick<ShownPipeline, "steps">): string {
  const base =
    wish
      .replace(/([a-z])([A-Z])/g, "$1_$2")
      .replace(/[^A-Za-z0-9_]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .toLowerCase() || "step";
  const taken = new Set(steps.map(({ id }) => id));
  if (!taken.has(base)) return base;
  for (let n = 2; ; n++) if (!taken.has(`${base}_${n}`)) return `${base}_${n}`;
}

/** Puts a step into the pipeline. Where nothing begins yet, it begins there. */
export const addStep =
  (step: NewStep, place: StepPlace): Edit =>
  (text) => {
    const before = read(text);
    const added = append(text, ["steps"], step);
    if (place && "into" in place) {
      const way = before.ways.find(({ path }) => path.join() === place.into.join());
      return way ? connect(step.id, way.to)(changeWay(way, { to: step.id })(added)) : added;
    }
    if (place) return connect(place.after, step.id)(added);
    return before.starts.length === 0 ? setAt(added, ["flow", "start_at"], step.id) : added;
  };

/** Takes a step out, with the ways that lead to it and from it. */
export const removeStep =
  (index: number): Edit =>
  (text) => {
    const { steps, ways, starts } = read(text);
    const step = steps[index];
    if (!step) return text;
    const last = steps.filter(({ id }) => id === step.id).length === 1;
    const touching = last ? ways.filter(({ from, to }) => from === step.id || to === step.id) : [];
    const without = touching.reduceRight((at, { path }) => setAt(at, path, undefined), text);
    const begun = last && starts.includes(step.id) ? setStart(step.id, false)(without) : without;
    return setAt(begun, step.path, undefined);
  };

/** Calls a step something else, in the ways and where it begins, too. Templates that name it are the author's. */
export const renameStep =
  (index: number, id: string): Edit =>
  (text) => {
    const { steps, ways, starts } = read(text);
    const step = steps[index];
    if (!step || step.id === id) return text;
    const renamed = ways.reduce(
      (at, way) => {
        const ends = { ...(way.from === step.id && { from: id }), ...(way.to === step.id && { to: id }) };
        return changeWay(way, ends)(at);
      },
      setAt(text, [...step.path, "id"], id),
    );
    if (!starts.includes(step.id)) return renamed;
    const single = !Array.isArray(valueAt(parseText(text).value, ["flow", "start_at"]));
    return single
      ? setAt(renamed, ["flow", "start_at"], id)
      : setAt(renamed, ["flow", "start_at", starts.indexOf(step.id)], id);
  };

/** Lets the pipeline begin at a step, or no longer. */
export const setStart =
  (id: string, on: boolean): Edit =>
  (text) => {
    const { starts } = read(text);
    const others = starts.filter((one) => one !== id);
    const next = on ? [...others, id] : others;
    return setAt(text, ["flow", "start_at"], next.length === 1 ? next[0] : next);
  };

/** Leads from one step to another, or to an end; the way is spelled as the others are. */
export const connect =
  (from: string, to: string): Edit =>
  (text) => {
    const { value } = parseText(text);
    const flow = isRecord(value) && isRecord(value.flow) ? value.flow : {};
    const list = flow.paths === undefined && flow.transitions !== undefined ? "transitions" : "paths";
    const lists = Array.isArray(flow[list]) ? (flow[list] as unknown[]) : [];
    const long = lists.length > 0 && lists.every((way) => isRecord(way) && "from_step" in way);
    return append(text, ["flow", list], long ? { from_step: from, to_step: to } : { from, to });
  };

/** Takes a way out. */
export const removeWay =
  (path: JsonPath): Edit =>
  (text) =>
    setAt(text, path, undefined);

/** Leads a way from or to elsewhere. */
export const changeWay =
  ({ path }: Pick<ShownWay, "path">, to: { from?: string; to?: string }): Edit =>
  (text) => {
    const way = valueAt(parseText(text).value, path);
    const long = (key: "from" | "to"): string =>
      isRecord(way) && !(key in way) && `${key}_step` in way ? `${key}_step` : key;
    return (["from", "to"] as const).reduce(
      (at, key) => (to[key] === undefined ? at : setAt(at, [...path, long(key)], to[key])),
      text,
    );
  };

/** Sets a field; an empty text or `undefined` takes it away. */
export const setField =
  (path: JsonPath, value: unknown): Edit =>
  (text) =>
    setAt(text, path, value === "" ? undefined : value);

const read = (text: string): ShownPipeline => shownPipeline(parseText(text).value);

function append(text: string, path: JsonPath, value: unknown): string {
  const list = valueAt(parseText(text).value, path);
  return Array.isArray(list) ? insertAt(text, [...path, list.length], value) : setAt(text, path, [value]);
}

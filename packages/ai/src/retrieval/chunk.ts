import { ValidationError } from "@holdpoint/core";
import { type Span, sentences, trimmed } from "./sentences.ts";

/** How a text is cut. */
export interface ChunkOptions {
  /**
   * Where it may be cut: between words (`tokens`), between sentences, or at Markdown headings and, where a section is too long, between its
   * sentences. Default `sentences`.
   */
  by?: "tokens" | "sentences" | "headings";
  /** The most tokens a chunk has. Default 400. */
  size?: number;
  /** How many tokens a chunk repeats of the one before it, at most. Default 40; none across headings. */
  overlap?: number;
  /** Counts the tokens of a text, `countTokens` of `gpt-tokenizer` say. Default: a token for each four characters. */
  count?: (text: string) => number;
}

/** A piece of a text: `text.slice(start, end)` of the whole. */
export interface Chunk extends Span {
  readonly text: string;
  /** The headings it stands under, from the outside in; empty where there are none. */
  readonly headings: readonly string[];
}

const byCharacters = (text: string): number => Math.ceil(text.length / 4);

/**
 * Cuts a text into chunks that know where they come from, so that a citation can name the place.
 *
 * @example
 * const [first] = chunk("# Refunds\nWithin 30 days.", { by: "headings" });
 * // { start: 0, end: 25, text: "# Refunds\nWithin 30 days.", headings: ["Refunds"] }
 *
 * @throws ValidationError a size or an overlap makes no sense
 */
export function chunk(text: string, options: ChunkOptions = {}): Chunk[] {
  const { by = "sentences", size = 400, overlap = Math.min(40, Math.floor(size / 4)), count = byCharacters } = options;
  checkSizes(size, overlap);
  const sections = by === "headings" ? sectionsOf(text) : [{ start: 0, end: text.length, headings: [] }];
  return sections.flatMap(({ start, end, headings }) => {
    const part = text.slice(start, end);
    const units = by === "tokens" ? words(part) : sentences(part);
    const fitting = units.flatMap((unit) => split(part, unit, size, count));
    return pack(part, fitting, size, overlap, count).map((span) => ({
      start: start + span.start,
      end: start + span.end,
      text: part.slice(span.start, span.end),
      headings,
    }));
  });
}

function checkSizes(size: number, overlap: number): void {
  const issues = [
    ...(Number.isInteger(size) && size > 0
      ? []
      : [{ path: "size", message: "must be a whole number of tokens, from 1" }]),
    ...(Number.isInteger(overlap) && overlap >= 0 && overlap < size
      ? []
      : [{ path: "overlap", message: "must be a whole number of tokens, less than `size`" }]),
  ];
  if (issues.length > 0) throw new ValidationError("chunk", issues);
}

const words = (text: string): Span[] =>
  [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }));

/** What is too long by itself in pieces that fit: at words, then between characters. */
function split(text: string, span: Span, size: number, count: (text: string) => number): Span[] {
  if (count(text.slice(span.start, span.end)) <= size) return [span];
  const inside = words(text.slice(span.start, span.end)).map(({ start, end }) => ({
    start: span.start + start,
    end: span.start + end,
  }));
  if (inside.length > 1) return inside.flatMap((word) => split(text, word, size, count));
  const middle = middleOf(text, span);
  if (middle === null) return [span];
  const halves = [
    { start: span.start, end: middle },
    { start: middle, end: span.end },
  ];
  return halves.flatMap((half) => split(text, half, size, count));
}

/** Between two characters, never within a surrogate pair. */
function middleOf(text: string, { start, end }: Span): number | null {
  let middle = (start + end) >> 1;
  if (/[\uDC00-\uDFFF]/.test(text.charAt(middle))) middle--;
  return middle > start ? middle : null;
}

/** As many units together as fit; each chunk begins with the last units of the one before, as far as the overlap goes. */
function pack(
  text: string,
  units: readonly Span[],
  size: number,
  overlap: number,
  count: (text: string) => number,
): Span[] {
  const chunks: Span[] = [];
  const tokens = (from: number, to: number): number => count(text.slice(units[from]?.start ?? 0, units[to]?.end ?? 0));
  for (let first = 0; first < units.length; ) {
    let last = first;
    while (last + 1 < units.length && tokens(first, last + 1) <= size) last++;
    chunks.push({ start: units[first]?.start ?? 0, end: units[last]?.end ?? 0 });
    if (last + 1 >= units.length) break;
    let next = last + 1;
    // It must come further than it began, and the next unit must fit behind what is repeated.
    while (next - 1 > first && tokens(next - 1, last) <= overlap && tokens(next - 1, last + 1) <= size) next--;
    first = next;
  }
  return chunks;
}

interface Section extends Span {
  readonly headings: readonly string[];
}

/** The sections of a Markdown text; what looks like a heading inside a code fence is none. */
function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  let path: (string | undefined)[] = [];
  let start = 0;
  let fence: string | null = null;
  const close = (end: number): void => {
    const span = trimmed(text, start, end);
    if (span) sections.push({ ...span, headings: path.filter((heading) => heading !== undefined) });
    start = end;
  };
  for (const { 0: line, index } of text.matchAll(/[^\n]*\n?/g)) {
    const [, marks] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (marks !== undefined && (fence === null || marks.startsWith(fence))) fence = fence === null ? marks : null;
    const [, level, title] = (fence === null && /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*\r?\n?$/.exec(line)) || [];
    if (level === undefined || title === undefined) continue;
    close(index);
    path = [...path.slice(0, level.length - 1)];
    path[level.length - 1] = title;
  }
  close(text.length);
  return sections;
}

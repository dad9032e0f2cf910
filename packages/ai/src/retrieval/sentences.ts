/** A piece of a text: `text.slice(start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A full stop behind one of these ends no sentence. */
const abbreviation =
  /(?:^|[\s(])(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|No|Nr|Fig|Art|Sec|vs|etc|approx|e\.g|i\.e|z\.B|Inc|Ltd|\p{Lu})\.\s*$/u;

/**
 * The sentences of a text, in order, without the white space around them.
 *
 * @example
 * sentences("Dr. Ada wrote it. It runs."); // [{ start: 0, end: 17 }, { start: 18, end: 26 }]
 */
export function sentences(text: string): Span[] {
  const spans: Span[] = [];
  let from: number | null = null;
  for (const { segment, index } of new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)) {
    from ??= index;
    const end = index + segment.length;
    if (abbreviation.test(text.slice(from, end)) && end < text.length) continue;
    const span = trimmed(text, from, end);
    if (span) spans.push(span);
    from = null;
  }
  return spans;
}

/** The span without the white space at its ends; null when nothing is left. */
export function trimmed(text: string, start: number, end: number): Span | null {
  const inside = text.slice(start, end);
  const left = inside.length - inside.trimStart().length;
  const right = inside.trimEnd().length;
  return right > left ? { start: start + left, end: start + right } : null;
}

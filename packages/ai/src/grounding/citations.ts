import type { Span } from "../retrieval/sentences.ts";
import type { GroundingSource, SourceSpan } from "./support.ts";
import { wordsOf } from "./words.ts";

/** What an answer names as its proof. */
export interface Citation {
  /** The source's id. */
  readonly source: string;
  /** What it quotes. */
  readonly quote?: string;
  /** Where it is to stand in the source, in characters. */
  readonly start?: number;
  readonly end?: number;
}

/** What came of looking a citation up. */
export interface CitationResult extends Citation {
  /**
   * `verbatim`: it stands there. `fuzzy`: nearly, with the same numbers. `place`: a place that is there, without a quote. `whole`: only the
   * source is named, and there is one. `missing`: the quote or the place is not there. `unknown`: there is no such source.
   */
  readonly found: "verbatim" | "fuzzy" | "place" | "whole" | "missing" | "unknown";
  /** How alike, 0 to 1. */
  readonly score: number;
  /** Where it really stands. */
  readonly span: SourceSpan | null;
}

const marker = /\[([\p{L}\p{N}_.:/-]{1,80}?)(?:#(\d+)-(\d+))?\]/gu;

/** The markers in a text: `[refunds]`, and with a place `[refunds#12-75]`. What names no source and is no number is left alone. */
export function markersIn(text: string, sources: readonly GroundingSource[]): (Citation & { readonly at: Span })[] {
  const ids = new Set(sources.map(({ id }) => id));
  return [...text.matchAll(marker)].flatMap(({ 0: all, 1: source = "", 2: start, 3: end, index }) => {
    const at = { start: index, end: index + all.length };
    if (!ids.has(source) && start === undefined && !/^\d{1,3}$/.test(source)) return [];
    // `[2]` is the second source where none is called so.
    const named = ids.has(source) ? source : (sources[Number(source) - 1]?.id ?? source);
    return [{ source: named, at, ...(start !== undefined && { start: Number(start), end: Number(end) }) }];
  });
}

/** How alike a quote must be to count as one that was changed a little. */
const alikeEnough = 0.85;

/** Looks a citation up in its source. */
export function lookUp(citation: Citation, sources: readonly GroundingSource[]): CitationResult {
  const { source: id, quote, start, end } = citation;
  const source = sources.find((one) => one.id === id);
  const result = (found: CitationResult["found"], score: number, span: Span | null): CitationResult => ({
    ...citation,
    found,
    score: Math.round(score * 100) / 100,
    span: span && source ? { source: id, ...span, text: source.text.slice(span.start, span.end) } : null,
  });
  if (!source) return result("unknown", 0, null);
  const placed = start !== undefined && end !== undefined;
  if (placed && !(start >= 0 && end > start && end <= source.text.length)) return result("missing", 0, null);
  if (quote === undefined || quote.trim() === "")
    return placed ? result("place", 1, { start, end }) : result("whole", 1, { start: 0, end: source.text.length });
  const exact = verbatim(quote, source.text);
  if (exact) return result("verbatim", 1, exact);
  const near = nearest(quote, source.text);
  return near && near.score >= alikeEnough
    ? result("fuzzy", near.score, near.span)
    : result("missing", near?.score ?? 0, null);
}

/** Where a quote stands, whatever its white space, quotation marks and case. */
function verbatim(quote: string, text: string): Span | null {
  const pattern = quote
    .trim()
    .split(/\s+/)
    .map((word) =>
      word
        .replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
        .replace(/["“”„«»]/g, '["“”„«»]')
        .replace(/['’‘]/g, "['’‘]"),
    )
    .join("\\s+");
  const match = new RegExp(pattern, "iu").exec(text);
  return match && { start: match.index, end: match.index + match[0].length };
}

/** The stretch of as many words that shares most of them in order; its numbers must be the quote's. */
function nearest(quote: string, text: string): { span: Span; score: number } | null {
  const sought = wordsOf(quote);
  const words = wordsOf(text);
  if (sought.length < 3 || words.length === 0) return null;
  const numbers = sought.filter(({ kind }) => kind === "number").map(({ term }) => term);
  let best: { span: Span; score: number } | null = null;
  for (let from = 0; from < words.length; from++) {
    const window = words.slice(from, from + sought.length);
    const there = new Set(window.map(({ term }) => term));
    if (!numbers.every((number) => there.has(number))) continue;
    const score =
      inOrder(
        sought.map(({ term }) => term),
        window.map(({ term }) => term),
      ) / sought.length;
    if (best && best.score >= score) continue;
    best = { span: { start: window[0]?.start ?? 0, end: window.at(-1)?.end ?? 0 }, score };
  }
  return best;
}

/** The length of the longest common subsequence. */
function inOrder(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const word of one) {
    const next = [0];
    for (let at = 1; at <= other.length; at++) {
      next.push(
        word === other[at - 1] ? (row[at - 1] as number) + 1 : Math.max(row[at] as number, next[at - 1] as number),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

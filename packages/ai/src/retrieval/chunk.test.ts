import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunk } from "./chunk.ts";
import { sentences } from "./sentences.ts";

const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;

describe("a chunk", () => {
  test("is the text at its offsets, fits the size, and none of the text's words is lost", () => {
    const anyText = fc.array(
      fc.constantFrom("word", "a. ", "\n# Title\n", "end! ", "🙂🙂🙂🙂🙂🙂", " ", "Ünïcode", "\r\n"),
      { maxLength: 120 },
    );
    const settings = fc.record({
      by: fc.constantFrom("tokens" as const, "sentences" as const, "headings" as const),
      size: fc.integer({ min: 2, max: 30 }),
    });
    fc.assert(
      fc.property(anyText, settings, fc.double({ min: 0, max: 0.9, noNaN: true }), (parts, { by, size }, share) => {
        const text = parts.join("");
        const chunks = chunk(text, { by, size, overlap: Math.floor(size * share) });
        const covered = new Uint8Array(text.length);
        for (const one of chunks) {
          expect(one.text).toBe(text.slice(one.start, one.end));
          expect(Math.ceil(one.text.length / 4)).toBeLessThanOrEqual(size);
          expect(one.text.isWellFormed()).toBe(true);
          covered.fill(1, one.start, one.end);
        }
        for (const [at, seen] of covered.entries()) if (seen === 0) expect(text[at]).toMatch(/\s/);
      }),
      { numRuns: 200 },
    );
  });

  test("repeats the end of the one before, and no more than the overlap", () => {
    const text = "one two three four five six seven eight nine ten";
    const chunks = chunk(text, { by: "tokens", size: 4, overlap: 2, count: words });
    expect(chunks.map((one) => one.text)).toEqual([
      "one two three four",
      "three four five six",
      "five six seven eight",
      "seven eight nine ten",
    ]);
  });

  test("of a Markdown text knows its headings and never crosses one", () => {
    const text = "Intro.\n# A\nFirst. Second.\n## B\nThird.\n```\n# no heading\n```\n# C\nLast.";
    const chunks = chunk(text, { by: "headings" });
    expect(chunks.map(({ headings }) => headings)).toEqual([[], ["A"], ["A", "B"], ["C"]]);
    expect(chunks[2]?.text).toContain("# no heading");
  });

  test("is refused a size that makes no sense, by name", () => {
    expect(() => chunk("a", { size: 0 })).toThrow(/size: must be a whole number of tokens/);
    expect(() => chunk("a", { size: 5, overlap: 5 })).toThrow(/overlap: must be .* less than `size`/);
  });

  test("ends between sentences, of which an abbreviation is no end", () => {
    const text = "Dr. Ada wrote it, e.g. for J. Smith. It runs!  Does it?";
    expect(sentences(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      "Dr. Ada wrote it, e.g. for J. Smith.",
      "It runs!",
      "Does it?",
    ]);
  });
});

import { stripVTControlCharacters } from "node:util";

let segmenter: Intl.Segmenter | undefined;
/** What is shown as one character each. Only where a text is not plain: making a segmenter takes 10 ms. */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

// East Asian wide and full-width blocks, and what is shown as a picture: two columns each.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const plain = /^[\x20-\x7e]*$/;

/** How many columns of a terminal a text takes. Colours take none. */
export function textWidth(text: string): number {
  const bare = text.includes("\u001b") ? stripVTControlCharacters(text) : text;
  if (plain.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of segmentsOf(bare)) width += widthOf(segment);
  return width;
}

const widthOf = (segment: string): number => (/^\p{Mark}|^\u200b/u.test(segment) ? 0 : wide.test(segment) ? 2 : 1);

/** The text in at most `width` columns, its end replaced by "…" when it does not fit. Of uncoloured text. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width < 1) return "";
  let kept = "";
  let used = 0;
  for (const { segment } of segmentsOf(text)) {
    const next = widthOf(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
}

/** The text's words on lines of at most `width` columns; words that are longer are broken. Line ends in it stay. */
export function wrapText(text: string, width: number): string[] {
  if (!Number.isFinite(width)) return text.split("\n");
  const limit = Math.max(10, width);
  return text.split("\n").flatMap((line) => {
    if (textWidth(line) <= limit) return [line];
    const lines: string[] = [];
    const indent = /^\s*/.exec(line)?.[0] ?? "";
    let current = indent;
    for (const word of line.trim().split(/ +/)) {
      for (const piece of broken(word, limit - indent.length)) {
        const joined = current.trim() === "" ? `${indent}${piece}` : `${current} ${piece}`;
        if (textWidth(joined) <= limit) current = joined;
        else {
          lines.push(current);
          current = `${indent}${piece}`;
        }
      }
    }
    return [...lines, current];
  });
}

function broken(word: string, width: number): string[] {
  if (textWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = "";
  for (const { segment } of segmentsOf(word)) {
    if (textWidth(piece + segment) > width) {
      pieces.push(piece);
      piece = "";
    }
    piece += segment;
  }
  return [...pieces, piece];
}

/**
 * Text from a run, made safe for a terminal. What a model or a mail wrote must not move the cursor, colour a "yes" into a
 * "no" or reverse the direction of reading: control characters, escape sequences and bidirectional overrides become visible marks.
 * Line ends and tabs stay.
 */
export function plainText(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) as number;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

// C0 without tab and line end, DEL, C1, bidirectional marks and overrides, line and paragraph separators, invisible tags.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is what it is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** The same on one line, for tables and titles. */
export function oneLine(text: string): string {
  return plainText(text.replace(/\s*\r?\n\s*/g, " ").replace(/\t/g, " "));
}

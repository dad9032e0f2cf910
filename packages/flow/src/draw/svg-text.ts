/** A text as XML may have it: what would be read as markup is written as entities, what XML forbids is left out. */
export function svgText(text: string): string {
  return [...text]
    .filter((char) => allowed(char.codePointAt(0) ?? 0))
    .map((char) => entities[char] ?? char)
    .join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The Char production of XML 1.0. */
function allowed(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

/** How wide a text is about, in units of its font's size: nobody measures fonts here. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += wide.test(char) ? 1.05 : narrow.test(char) ? 0.4 : upper.test(char) ? 0.8 : 0.62;
  return width;
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{3ffff}]/u;
const narrow = /[ iljtfrI.,:;'|!()[\]]/;
const upper = /[A-ZmwMW@%≥≤≠×→]/;

/** A text in lines that are not much wider than `most`; a word that is longer is cut. */
export function wrapped(text: string, most: number): string[] {
  return text.split(/\r\n?|\n/).flatMap((line) => wrappedLine(line, most));
}

function wrappedLine(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=[\s/,-])/)) {
    if (line !== "" && widthOf(line + word) > most) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += word;
    while (widthOf(line) > most) {
      const cut = cutAt(line, most);
      lines.push(line.slice(0, cut));
      line = line.slice(cut);
    }
  }
  return [...lines, line.trimEnd()];
}

/** At least one character, so that cutting ends; never half of one. */
function cutAt(text: string, most: number): number {
  let end = 0;
  let width = 0;
  for (const char of text) {
    width += widthOf(char);
    if (end > 0 && width > most) break;
    end += char.length;
  }
  return end;
}

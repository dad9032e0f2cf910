/** What the markup of a mail shows about the way it was made. */
export interface HtmlFacts {
  links: string[];
  images: number;
  /** Images of at most one pixel, or loaded with a code in the address: they report that the mail was opened. */
  beacons: number;
  forms: number;
  scripts: number;
  comments: number;
  colours: number;
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  reg: "®",
  trade: "™",
};
/** Tags that do not separate words: `V<b></b>iagra` is one word to the reader. */
const inline = new Set(["a", "b", "i", "u", "em", "strong", "font", "span", "big", "small", "sub", "sup", "tt", "o:p"]);
const hidden = new Set(["script", "style", "title", "head"]);

/**
 * Reads HTML the way a mail client shows it: the visible text, and facts about the markup. One pass, no backtracking:
 * a mail of a hundred thousand `<` costs no more than any other.
 */
export function readHtml(html: string): { text: string; facts: HtmlFacts } {
  const facts: HtmlFacts = { links: [], images: 0, beacons: 0, forms: 0, scripts: 0, comments: 0, colours: 0 };
  const unended = new Set<string>();
  let text = "";
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open < 0) {
      text += html.slice(at);
      break;
    }
    text += html.slice(at, open);
    if (html.startsWith("<!--", open)) {
      facts.comments++;
      at = after(html, "-->", open + 4);
      continue;
    }
    const close = html.indexOf(">", open);
    if (close < 0) break;
    const tag = html.slice(open + 1, close);
    const name = /^\/?[a-z][\w:]*/i.exec(tag)?.[0].toLowerCase() ?? "";
    at = close + 1;
    if (hidden.has(name) && !unended.has(name)) {
      const end = endOf(html, name, at);
      if (end === null) unended.add(name);
      else at = end;
    }
    if (!inline.has(name.replace("/", ""))) text += blocks.has(name) ? "\n" : " ";
    note(facts, name, tag);
  }
  return { text: decodeEntities(text), facts };
}

const blocks = new Set(["br", "p", "/p", "tr", "/tr", "li", "div", "/div", "h1", "h2", "h3", "hr"]);

function note(facts: HtmlFacts, name: string, tag: string): void {
  if (name === "a" || name === "area") {
    const link = attribute(tag, "href");
    if (link) facts.links.push(link);
  } else if (name === "img") {
    facts.images++;
    const tiny = /^[01]$/.test(attribute(tag, "width")) && /^[01]$/.test(attribute(tag, "height"));
    if (tiny || /[?=]/.test(attribute(tag, "src"))) facts.beacons++;
  } else if (name === "form") facts.forms++;
  else if (name === "script") facts.scripts++;
  if (name === "font" && attribute(tag, "color") !== "") facts.colours++;
}

function attribute(tag: string, name: string): string {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "i").exec(tag);
  return (found?.[1] ?? found?.[2] ?? found?.[3] ?? "").trim();
}

/** Where the content of `<name>` is over; null when it never is, and then the tag alone is skipped. */
function endOf(html: string, name: string, from: number): number | null {
  const end = new RegExp(`</${name}`, "gi");
  end.lastIndex = from;
  const found = end.exec(html);
  return found ? after(html, ">", found.index) : null;
}

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));?/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name) return entities[name.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex ?? "", 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : " ";
    },
  );
}

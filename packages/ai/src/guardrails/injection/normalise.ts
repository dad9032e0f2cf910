/** A text as it is searched, and where each of its characters came from. */
export interface Normalised {
  readonly text: string;
  /** For each code unit of `text` the place of its character in the original. */
  readonly places: readonly number[];
  /** Characters that nobody sees: zero-width ones, changes of direction, tags. */
  readonly hidden: readonly number[];
}

/** What is not shown, or turns what is shown round. A soft hyphen and the joiners of emoji and of Indic and Arabic scripts are harmless. */
const invisible = /[\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;
const passedOver = new Set(["\u00ad", "\u200c", "\u200d", "\u200e", "\u200f"]);

/** Letters of other scripts and signs that are used to look like Latin ones. */
const lookalikes: Readonly<Record<string, string>> = Object.fromEntries(
  [..."аaеeоoрpсcуyхxіiѕsԁdɡgһhαaοoіiνv"].reduce<[string, string][]>((pairs, sign, at, all) => {
    if (at % 2 === 0) pairs.push([sign, all[at + 1] as string]);
    return pairs;
  }, []),
);

/**
 * Small letters without diacritics, compatibility forms resolved, invisible characters taken out and noted.
 *
 * @param latin letters that only look Latin become it, too
 */
export function normalise(original: string, latin = false): Normalised {
  let text = "";
  const places: number[] = [];
  const hidden: number[] = [];
  let at = 0;
  for (const character of original) {
    const place = at;
    at += character.length;
    if (invisible.test(character)) {
      hidden.push(place);
      continue;
    }
    if (passedOver.has(character)) continue;
    const folded = fold(character);
    const written = latin ? (lookalikes[folded] ?? folded) : folded;
    text += written;
    for (let unit = 0; unit < written.length; unit++) places.push(place);
  }
  return { text, places, hidden };
}

/** Marks are taken off Latin, Greek and Cyrillic letters only: elsewhere they are letters. */
function fold(character: string): string {
  if (/[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Mn}]/u.test(character)) {
    const bare = character
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase();
    return bare === "ı" ? "i" : bare;
  }
  return character.normalize("NFKC").toLowerCase();
}

const digits: Readonly<Record<string, string>> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", "@": "a", $: "s" };

/** Digits inside of words as the letters they stand for; null where there are none. Places stay what they were. */
export function unleet(text: string): string | null {
  const changed = text.replace(/[a-z0-9@$]{4,}/g, (word) => {
    if (word.length > 32 || !/[a-z]/.test(word)) return word;
    return word.replace(/[0134570@$]/g, (sign) => digits[sign] ?? sign);
  });
  return changed === text ? null : changed;
}

/** Letters that stand apart, `i g n o r e`, put together; null where there are none. */
export function unspace({ text, places }: Normalised): { text: string; places: number[] } | null {
  if (!/(?:\b\p{L}[ .*_-]){5,}\p{L}\b/u.test(text)) return null;
  let joined = "";
  const from: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const apart = /[ .*_-]/.test(text[at] as string) && isAlone(text, at - 1) && isAlone(text, at + 1);
    if (apart) continue;
    joined += text[at];
    from.push(places[at] as number);
  }
  return { text: joined.replace(/ {2,}/g, (run) => " ".repeat(run.length)), places: from };
}

const isAlone = (text: string, at: number): boolean =>
  /\p{L}/u.test(text[at] ?? "") && !/\p{L}/u.test(text[at - 1] ?? "") && !/\p{L}/u.test(text[at + 1] ?? "");

/** Texts inside of base64 that somebody could read, with where they stood. */
export function decoded(text: string): { text: string; start: number; end: number }[] {
  return [...text.matchAll(/(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,4096}={0,2}/g)].flatMap(({ 0: code, index }) => {
    const plain = Buffer.from(code.replace(/-/g, "+").replace(/_/g, "/"), "base64").toString("utf8");
    const readable = plain.match(/[\p{L}\p{N}\p{P}\p{Zs}\n]/gu)?.length ?? 0;
    const words = /\p{L}{2,}\s+\p{L}{2,}/u.test(plain);
    return words && readable >= plain.length * 0.95 ? [{ text: plain, start: index, end: index + code.length }] : [];
  });
}

/** Control characters (terminal sequences, line breaks that forge headers), and characters that turn the direction of text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text that does nothing but be read: line breaks stay, other control characters go. */
export const plain = (text: string): string =>
  text.replaceAll("\r\n", "\n").replaceAll("\t", "  ").replace(unprintable, "�");

/** The same on one line. */
export const oneLine = (text: string): string =>
  plain(text)
    .replace(/\s*\n\s*/g, " ")
    .trim();

/** At most so many characters, whole ones. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** A value as text for a person: text as it is, the rest as JSON. */
export function valueText(value: unknown, most = 600): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "string") return shortened(plain(value), most);
  if (value instanceof Date) return value.toISOString();
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? String(one) : one), 1);
  } catch {
    // A cycle: nothing that was stored has one, but a template must never fail.
  }
  return shortened(plain(text ?? String(value)), most);
}

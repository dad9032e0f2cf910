/** A text between quotes, as Graphviz reads it: no quote, line end, escape or entity of its own in it. */
export function dotText(text: string): string {
  const escaped = text
    .replaceAll("&", "&amp;")
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll(/\r\n?|\n/g, "\\n")
    .replaceAll("\0", "");
  return `"${escaped}"`;
}

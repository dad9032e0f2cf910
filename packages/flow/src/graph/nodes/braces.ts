import { compilePath } from "../../condition/path.ts";

const reference = /(?<![{\\])\{([A-Za-z_][\w.]*)\}(?!\})/g;

/** `"Is {draft} right?"` with the values of the state; what is not there stays as it is. */
export function fillBraces(text: string, state: Readonly<Record<string, unknown>>): string {
  return text.replaceAll(reference, (whole, path: string) => {
    const value = compilePath(path)(state);
    if (value === undefined) return whole;
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  });
}

/** The same as a template of flows, which refuses what is not there. */
export function templateOf(text: string): string {
  return text.replaceAll(reference, "{{ $1 }}");
}

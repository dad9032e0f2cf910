import { UsageError } from "../command/usage-error.ts";

/** Splits `name=value`; the value may hold more equal signs. */
export function pairOf(option: string, text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`${option} takes name=value, not "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** `true`, `false`, `null` and numbers as what they are, text in double quotes and everything else as text. */
export function scalarOf(text: string): string | number | boolean | null {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value as string;
  } catch {
    // Not JSON: plain text.
  }
  return text;
}

/** `--attribute k=v`, several times, as attributes. */
export function attributesOf(pairs: readonly string[]): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    pairs.map((text) => {
      const [name, value] = pairOf("--attribute", text);
      return [name, scalarOf(value)];
    }),
  );
}

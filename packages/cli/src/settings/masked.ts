import type { Setting } from "./settings.ts";

/** What stands in the place of what nobody may see. */
const mask = "…";

/** An address without its password, be it in its authority or in its query. */
export function maskedAddress(text: string): string {
  return text
    .replace(/(:\/\/[^:@/?#]*):[^@/?#]*@/, `$1:${mask}@`)
    .replace(/([?&][^=&]*(?:password|secret|key|token)[^=&]*=)[^&#]*/gi, `$1${mask}`);
}

/** A value of a setting as it may be shown. */
export function maskedValue({ secret }: Pick<Setting, "secret">, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (secret === true) return mask;
  if (secret === "url") return typeof value === "string" ? maskedAddress(value) : storeName(value);
  return value;
}

/** The same in a sentence. */
export function shownValue(setting: Pick<Setting, "secret">, value: unknown): string {
  const shown = maskedValue(setting, value);
  return setting.secret === true ? "what it is" : (JSON.stringify(shown)?.slice(0, 100) ?? String(shown));
}

/** A store that was made in code has a name, without a password in it. */
const storeName = (value: unknown): string => String((value as { name?: unknown } | null)?.name ?? "a store");

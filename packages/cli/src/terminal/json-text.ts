import { readableJson } from "@holdpoint/core";

/** A value as JSON for machines. What JSON cannot hold is said so that nothing is lost silently: see `readableJson`. */
export function jsonText(value: unknown, indent: number | undefined = 2): string {
  return JSON.stringify(readableJson(value), null, indent) ?? "null";
}

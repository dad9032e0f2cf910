import { readableJson } from "@holdpoint/core";

/** A value as it is after JSON: moments are texts. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { -readonly [K in keyof T]: Wire<T[K]> }
      : T;

/** A view of the engine as it goes over the wire. */
export function wire<T>(value: T): Wire<T> {
  return readableJson(value) as Wire<T>;
}

/** Milliseconds since 1970 of a moment as it is sent. */
export const millis = (text: string): number => Date.parse(text);

/** Without the fields that are undefined: options with exact types take no undefined. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

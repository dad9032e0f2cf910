import type { StandardSchemaV1 } from "@holdpoint/core";

/** A schema for what only we write: it says the type, and lets everything through. */
export const ours = <T>(): StandardSchemaV1<T> => ({
  "~standard": { version: 1, vendor: "holdpoint", validate: (value) => ({ value: value as T }) },
});

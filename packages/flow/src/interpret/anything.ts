import type { StandardSchemaV1 } from "@holdpoint/core";

/** The schema that takes everything as it is: of signals whose messages nobody described. */
export const anything: StandardSchemaV1 = {
  "~standard": { version: 1, vendor: "holdpoint", validate: (value) => ({ value }) },
};

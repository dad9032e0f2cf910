import { readFileSync } from "node:fs";

/** The version of the installed package. A bundled file stands directly in `dist`, as this one does in `src`. */
export const version: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

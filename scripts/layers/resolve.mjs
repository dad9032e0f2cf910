// Where dependency-cruiser finds the packages: in their sources, so that the layers are checked without a build.
// (It reads aliases from a file of this shape only.)
import { resolve } from "node:path";

const packages = resolve(import.meta.dirname, "../../packages");
const source = (room, file) => resolve(packages, room, "src", file);

export default {
  resolve: {
    alias: {
      "@holdpoint/core/testing$": source("core", "testing/index.ts"),
      "@holdpoint/core$": source("core", "index.ts"),
      "@holdpoint/sql$": source("sql", "index.ts"),
      "@holdpoint/flow$": source("flow", "index.ts"),
      "holdpoint/testing$": source("cli", "testing.ts"),
      holdpoint$: source("cli", "index.ts"),
    },
  },
};

import type { ESLint } from "eslint";
import { noEnvironment } from "./no-environment.ts";
import { noNondeterminism } from "./no-nondeterminism.ts";

const rules = { "no-nondeterminism": noNondeterminism, "no-environment": noEnvironment };

/**
 * Finds in workflow code what must stand in a step.
 *
 * @example
 * // eslint.config.js
 * import holdpoint from "@holdpoint/eslint-plugin";
 * export default [holdpoint.configs.recommended];
 */
const plugin = {
  meta: { name: "@holdpoint/eslint-plugin", version: "0.1.0", namespace: "holdpoint" },
  rules,
  configs: {
    recommended: {
      name: "holdpoint/recommended",
      plugins: { holdpoint: { rules } },
      rules: { "holdpoint/no-nondeterminism": "error", "holdpoint/no-environment": "warn" },
    },
  },
} satisfies ESLint.Plugin;

export default plugin;

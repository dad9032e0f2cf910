import { ValidationError } from "@holdpoint/core";
import type { Rail, RailFinding, RailPlaces, RailVerdict } from "../rail.ts";

/** What `denyRail` takes. */
export interface DenyRailOptions {
  /** Where it looks. */
  on: RailPlaces;
  /** Default `deny`. */
  name?: string;
  /** What may not be there: patterns, or words that are found as whole words in any case. */
  patterns: readonly (RegExp | string)[];
  /** `redact` puts `replaceWith` in its place. Default `block`. */
  action?: "block" | "hold" | "redact";
  /** Default `[removed]`. */
  replaceWith?: string;
  /** For whoever is told. Default: that it holds what may not be there. */
  reason?: string;
}

/**
 * Words and patterns that may not pass.
 *
 * @example
 * const rail = denyRail({ on: "output", patterns: ["project falcon", /\bsk-[a-z0-9]{20,}\b/i], reason: "It names what is not public." });
 *
 * @throws ValidationError there is no pattern
 */
export function denyRail(options: DenyRailOptions): Rail {
  const { name = "deny", on, patterns, action = "block", replaceWith = "[removed]" } = options;
  if (patterns.length === 0 || patterns.some((one) => one === ""))
    throw new ValidationError(`rail "${name}"`, [{ path: "patterns", message: "must have at least one, none empty" }]);
  const searched = patterns.map(patternOf);
  const { reason = "It holds what may not be there." } = options;
  return {
    name,
    on,
    incremental: true,
    check({ text }): RailVerdict {
      const findings = findAll(text, searched);
      if (findings.length === 0) return { action: "allow" };
      if (action !== "redact") return { action, reason, findings };
      const value = searched.reduce((now, pattern) => now.replace(pattern, () => replaceWith), text);
      return { action: "modify", value, reason, findings };
    },
  };
}

/** A pattern that finds all; words are found as whole words, however they are spaced. */
export function patternOf(given: RegExp | string): RegExp {
  if (typeof given !== "string") return given.global ? given : new RegExp(given.source, `${given.flags}g`);
  const words = given
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])${words.join("\\s+")}(?![\\p{L}\\p{N}])`, "giu");
}

function findAll(text: string, patterns: readonly RegExp[]): RailFinding[] {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)]
      .filter(([found]) => found !== "")
      .map(({ 0: found, index }) => ({ type: "deny", start: index, end: index + found.length })),
  );
}

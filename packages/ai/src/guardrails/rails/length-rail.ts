import { ValidationError } from "@holdpoint/core";
import type { Rail, RailPlaces, RailVerdict } from "../rail.ts";

/** What `lengthRail` takes. */
export interface LengthRailOptions {
  /** Where it looks. */
  on: RailPlaces;
  /** Default `length`. */
  name?: string;
  /** The most it may have. */
  max: number;
  /** The least. Default 0. */
  min?: number;
  /** What is counted: `characters` (default), `words`, `tokens` (one for each four characters), for a dialogue `messages`. */
  unit?: "characters" | "words" | "tokens" | "messages";
  /** What happens to what is too long: it is cut at a word, blocked or held. Default `block`. What is too short is never cut. */
  action?: "block" | "hold" | "cut";
}

/**
 * How long something may be.
 *
 * @example
 * const rail = lengthRail({ on: "input", max: 8_000 });
 *
 * @throws ValidationError a limit makes no sense
 */
export function lengthRail(options: LengthRailOptions): Rail {
  const { name = "length", on, max, min = 0, unit = "characters", action = "block" } = options;
  if (!(max > 0) || !(min >= 0) || min > max) {
    const message = `${min} to ${max} must be numbers from 0, the larger one last`;
    throw new ValidationError(`rail "${name}"`, [{ path: "max", message }]);
  }
  return {
    name,
    on,
    whole: true,
    check({ value, text }): RailVerdict {
      const length = count(value, text, unit);
      if (length < min) {
        const reason = `It is too short: ${length} ${unit}, at least ${min} are asked for.`;
        return { action: action === "hold" ? "hold" : "block", reason };
      }
      if (length <= max) return { action: "allow" };
      const reason = `It is too long: ${length} ${unit}, ${max} are allowed.`;
      if (action !== "cut") return { action, reason };
      if (typeof value !== "string" || unit === "messages") return { action: "block", reason };
      return { action: "modify", value: cutText(value, max, unit), reason };
    },
  };
}

function count(value: unknown, text: string, unit: NonNullable<LengthRailOptions["unit"]>): number {
  if (unit === "messages") return Array.isArray(value) ? value.length : 1;
  if (unit === "words") return text.match(/\S+/g)?.length ?? 0;
  return unit === "tokens" ? Math.ceil(text.length / 4) : text.length;
}

/** The beginning, up to the end of a word, with an ellipsis that is within the limit. */
function cutText(text: string, max: number, unit: string): string {
  if (unit === "words") return `${(text.match(/\s*\S+/g) ?? []).slice(0, max).join("")}…`;
  const room = Math.max(0, (unit === "tokens" ? max * 4 : max) - 1);
  const head = text.slice(0, room).replace(/[\ud800-\udbff]$/, "");
  const word = head.lastIndexOf(" ");
  return `${word > room * 0.8 ? head.slice(0, word) : head}…`;
}

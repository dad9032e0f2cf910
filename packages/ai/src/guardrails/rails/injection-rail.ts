import { ValidationError } from "@holdpoint/core";
import { injectionScore } from "../injection/score.ts";
import type { Rail, RailPlaces, RailVerdict } from "../rail.ts";

/** What `injectionRail` takes. */
export interface InjectionRailOptions {
  /** Where it looks. Default: what users say, what tools give back and what is found. */
  on?: RailPlaces;
  /** Default `injection`. */
  name?: string;
  /** From which score on it is stopped, 0 to 1. Default 0.5. */
  threshold?: number;
  /** Default `block`. `hold` asks a person. */
  action?: "block" | "hold";
}

/**
 * Stops texts that look as if they gave orders to the model: by signals, scored. What users say is judged more mildly than what a tool
 * gave back or a search has found, which has no business to speak to a model.
 *
 * @example
 * const rail = injectionRail({ action: "hold" });
 *
 * @throws ValidationError its threshold makes no sense
 */
export function injectionRail(options: InjectionRailOptions = {}): Rail {
  const { on = ["input", "tool-result", "retrieval"], name = "injection", threshold = 0.5, action = "block" } = options;
  if (!(threshold > 0 && threshold <= 1))
    throw new ValidationError(`rail "${name}"`, [
      { path: "threshold", message: `${threshold} must be above 0, up to 1` },
    ]);
  return {
    name,
    on,
    check({ text, place }): RailVerdict {
      const from = place === "input" || place === "dialogue" ? "user" : "content";
      const { score, signals } = injectionScore(text, { from });
      if (score < threshold)
        return signals.length === 0 ? { action: "allow" } : { action: "allow", score, findings: signals };
      const kinds = [...new Set(signals.map(({ type }) => type))].join(", ");
      return { action, reason: `It looks as if it gave orders to the model (${kinds}).`, score, findings: signals };
    },
  };
}

import { copy } from "./copy.ts";
import { type Claim, spoken, typedValue } from "./document/conditions.ts";
import type { ShownWay } from "./document/pipeline.ts";

const words = copy.condition;

/** A condition in a few words; null for one that always holds. */
export function conditionText(condition: unknown): string | null {
  const said = spoken(condition);
  if (said.kind === "always") return null;
  if (said.kind === "else") return words.else;
  if (said.kind === "claims") return said.claims.map(claimText).join(said.join === "all" ? words.and : words.or);
  if (typeof condition === "string") return condition;
  const type = (condition as { type?: unknown } | null)?.type;
  return typeof type === "string" && !["all", "any", "not", "and", "or"].includes(type)
    ? type.replaceAll("_", " ")
    : words.long;
}

function claimText({ source, test, value }: Claim): string {
  const compared = ["yes", "no", "there", "missing"].includes(test) ? "" : ` ${typedValue(value)}`;
  return `${source} ${words.tests[test]}${compared}`;
}

/** What stands on a way in the drawing. */
export const wayText = ({ label, condition }: ShownWay): string | null => label ?? conditionText(condition);

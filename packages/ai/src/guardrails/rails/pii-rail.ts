import { ValidationError } from "@holdpoint/core";
import { findPii, type PiiMatch, type PiiOptions, piiTypes } from "../pii/detect.ts";
import type { Rail, RailInfo, RailPlaces, RailVerdict } from "../rail.ts";

/** What `piiRail` takes. */
export interface PiiRailOptions extends PiiOptions {
  /** Where it looks. */
  on: RailPlaces;
  /** Default `pii`. */
  name?: string;
  /** `redact` puts something else in its place. Default. */
  action?: "redact" | "block" | "hold";
  /**
   * What stands in its place: a `placeholder` that tools may be given the value of (`[EMAIL_1f0c22ab]`, the same for the same value in
   * the whole run), a `label` that nobody can turn back (`[EMAIL]`), or what a function says. Default `placeholder`.
   */
  replaceWith?: "placeholder" | "label" | ((match: PiiMatch) => string);
  /** Tools whose arguments get the real values, and of which types: `{ refund: ["iban"], send_mail: true }`. Default: none. */
  reveal?: Readonly<Record<string, readonly string[] | true>>;
}

/**
 * Finds personal data and puts placeholders in its place, or blocks, or asks a person. What it finds and how well is in
 * docs/guardrails.md.
 *
 * @example
 * const rail = piiRail({ on: ["input", "tool-result"], types: ["email", "iban"], reveal: { send_mail: ["email"] } });
 *
 * @throws ValidationError a type is not known
 */
export function piiRail(options: PiiRailOptions): Rail {
  const { name = "pii", on, action = "redact", replaceWith = "placeholder", reveal, types, patterns, except } = options;
  const unknown = types?.find((type) => !piiTypes.includes(type));
  if (unknown !== undefined) {
    const message = `"${unknown}" must be one of ${piiTypes.join(", ")}; give kinds of your own as patterns`;
    throw new ValidationError(`rail "${name}"`, [{ path: "types", message }]);
  }
  const search: PiiOptions = { ...(types && { types }), ...(patterns && { patterns }), ...(except && { except }) };
  return {
    name,
    on,
    incremental: true,
    ...(reveal && { reveal }),
    check({ text }, info): RailVerdict {
      const matches = findPii(text, search);
      if (matches.length === 0) return { action: "allow" };
      const findings = matches.map(({ type, start, end }) => ({ type, start, end }));
      const kinds = [...new Set(matches.map(({ type }) => type))].join(", ");
      if (action !== "redact") return { action, reason: `It holds personal data (${kinds}).`, findings };
      const value = replaced(text, matches, replaceWith, info);
      return { action: "modify", value, reason: `Personal data was replaced (${kinds}).`, findings };
    },
  };
}

function replaced(
  text: string,
  matches: readonly PiiMatch[],
  replaceWith: NonNullable<PiiRailOptions["replaceWith"]>,
  info: RailInfo,
): string {
  let at = 0;
  let out = "";
  for (const match of matches) {
    out += text.slice(at, match.start);
    if (typeof replaceWith === "function") out += replaceWith(match);
    else if (replaceWith === "label") out += `[${match.type.toUpperCase()}]`;
    else out += info.placeholder(match.type, match.value);
    at = match.end;
  }
  return out + text.slice(at);
}

import type { Duration, RetryPolicy } from "@holdpoint/core";
import { type AnswerDeadline, type Issue, type Reviewers, type Severity, ValidationError } from "@holdpoint/core";
import type { GuardrailAnswer } from "./hold-form.ts";
import { looksAt, type Rail, type RailPlace, railPlaces } from "./rail.ts";

/** Who is asked when a rail says `hold`. */
export interface GuardrailHold {
  /** Who may decide, and how many must. Default: anybody who can reach the engine. */
  readonly reviewers?: Reviewers;
  /** What happens when nobody answers. `expire` blocks. Default: it stays open. */
  readonly deadline?: AnswerDeadline<GuardrailAnswer>;
  /** Default `high`. */
  readonly severity?: Severity;
}

/** What `guardrails()` takes. */
export interface GuardrailsOptions {
  /** In the order in which they look. What one has modified, the next ones see. The first block ends it. */
  rails: readonly Rail[];
  /** Who is asked when a rail says `hold`. */
  hold?: GuardrailHold;
  /** What becomes of a rail that fails, after `retry`: it never passes. Default `block`. */
  onFailure?: "block" | "hold";
  /** How often a check that fails is tried again: for rails that call services. Default: once. */
  retry?: RetryPolicy;
  /** The longest a check may take; after that it has failed. Default "1m". */
  timeout?: Duration;
  /** Gives the caller of `llmStep` or `agentStep` the answer with the real values in the place of placeholders. Default false. */
  restore?: boolean;
}

/** Rails, checked. Made by `guardrails()`. */
export interface Guardrails extends Readonly<GuardrailsOptions> {
  /** The rails of a place, in their order. */
  at(place: RailPlace): readonly Rail[];
}

/**
 * Rails in their order, for `llmStep`, agents, `retrieveStep` and `guardStep`. Each check is recorded: a replay has the verdict that
 * was given, whatever the rails say by then. What fails blocks.
 *
 * @example
 * const safe = guardrails({
 *   rails: [
 *     piiRail({ on: ["input", "tool-result"], reveal: { refund: ["iban"] } }),
 *     injectionRail({ on: ["input", "tool-result", "retrieval"], action: "hold" }),
 *     lengthRail({ on: "input", max: 8_000 }),
 *   ],
 *   hold: { reviewers: { groups: ["trust"] }, deadline: [{ after: "1d", expire: true }] },
 * });
 * const support = agent({ name: "support", tools: [refund], guardrails: safe });
 *
 * @throws ValidationError a rail has no name, two have the same, or one looks nowhere
 */
export function guardrails(options: GuardrailsOptions): Guardrails {
  const { rails } = options;
  if (!Array.isArray(rails)) throw refused([{ path: "rails", message: "must be a list of rails" }]);
  const issues = rails.flatMap((rail: Rail, index) => problemsOf(rail, `rails.${index}`));
  const names = rails.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    issues.push({ path: "rails", message: `has two rails named "${twice}"; give one another name` });
  const { onFailure } = options;
  if (onFailure !== undefined && onFailure !== "block" && onFailure !== "hold")
    issues.push({ path: "onFailure", message: 'must be "block" or "hold": a rail that fails never passes' });
  if (issues.length > 0) throw refused(issues);
  const byPlace = new Map(railPlaces.map((place) => [place, rails.filter((rail) => looksAt(rail, place))]));
  return Object.freeze({ ...options, at: (place: RailPlace) => railsAt(byPlace, place) });
}

/** A place that is none would be one where nothing is checked. */
function railsAt(byPlace: ReadonlyMap<RailPlace, readonly Rail[]>, place: RailPlace): readonly Rail[] {
  const rails = byPlace.get(place);
  if (rails) return rails;
  throw new ValidationError("place", [{ path: "", message: `"${place}" must be one of ${railPlaces.join(", ")}` }]);
}

const refused = (issues: readonly Issue[]): ValidationError => new ValidationError("guardrails", issues);

function problemsOf(rail: Rail, path: string): Issue[] {
  const issues: Issue[] = [];
  const says = (field: string, message: string): void => void issues.push({ path: `${path}.${field}`, message });
  if (typeof rail?.name !== "string" || rail.name === "") says("name", "must be a text that is not empty");
  const known = railPlaces.some((place) => rail?.on !== undefined && looksAt(rail, place));
  const places: readonly string[] = typeof rail?.on === "string" ? [rail.on] : (rail?.on ?? []);
  const unknown = places.find((place) => place !== "tool" && !railPlaces.includes(place as RailPlace));
  if (unknown !== undefined || !known)
    says("on", `${unknown === undefined ? "it" : `"${unknown}"`} must be one of ${railPlaces.join(", ")}, tool`);
  if ((typeof rail?.check === "function") === (rail?.ask !== undefined))
    says("check", "give one of check (a function) and ask (a question to a model)");
  return issues;
}

import { GuardrailFailure } from "./guardrail-failure.ts";
import { mapTexts, textOfValue } from "./leaves.ts";
import type { Rail, RailFinding, RailInfo, RailPlace, RailVerdict } from "./rail.ts";
import type { Vault, VaultEntry } from "./vault.ts";

/** What is looked at, and where it stands. */
export interface Checked {
  readonly value: unknown;
  readonly place: RailPlace;
  readonly tool?: string;
}

/** What a rail said of something, as it is recorded: all but what it allowed without a finding. */
export interface RecordedVerdict {
  readonly rail: string;
  readonly action: RailVerdict["action"];
  readonly reason?: string;
  /** Where in the value. */
  readonly path?: string;
  readonly findings?: readonly RailFinding[];
  readonly score?: number;
}

/** How far the rails came. */
export interface RailsOutcome {
  /** What goes on; absent when it is as it was. */
  readonly value?: unknown;
  readonly modified: boolean;
  readonly verdicts: readonly RecordedVerdict[];
  /** What placeholders that were made stand for. */
  readonly entries: readonly VaultEntry[];
  /** The rail that ended it, by its place in the list; null at the end. */
  readonly stopped: { readonly at: number; readonly verdict: RecordedVerdict } | null;
}

/** What a rail says of one value. */
export interface Judged {
  readonly value: unknown;
  readonly modified: boolean;
  readonly verdicts: readonly RecordedVerdict[];
  readonly stop: RecordedVerdict | null;
}

/** How a stretch of rails is run. */
export interface RailsRun {
  readonly rails: readonly Rail[];
  /** The first of the stretch. */
  readonly from: number;
  readonly vault: Vault;
  readonly signal?: AbortSignal;
  /** What a rail that fails says; without it the failure is thrown, so that the step is tried again. */
  readonly onFailure?: "block" | "hold";
}

/**
 * The rails from `from` up to one that asks a model, one after the other; a block or a hold ends it, and so does a failure: what the
 * rails before it have modified stays so.
 *
 * @throws GuardrailFailure a rail failed, and there is another attempt
 */
export async function runRails(
  { rails, from, vault, signal, onFailure }: RailsRun,
  checked: Checked,
): Promise<RailsOutcome> {
  const entries = new Map<string, VaultEntry>();
  const info: RailInfo = {
    ...(signal && { signal }),
    placeholder: (type, value) => {
      const entry = vault.entry(type, value);
      entries.set(entry.placeholder, entry);
      return entry.placeholder;
    },
  };
  const verdicts: RecordedVerdict[] = [];
  let { value } = checked;
  let modified = false;
  const outcome = (stopped: RailsOutcome["stopped"]): RailsOutcome => ({
    ...(modified && { value }),
    modified,
    verdicts,
    entries: [...entries.values()],
    stopped,
  });
  for (let at = from; at < rails.length && !rails[at]?.ask; at++) {
    const judged = await judgeOrFail(rails[at] as Rail, { ...checked, value }, info, onFailure);
    verdicts.push(...judged.verdicts);
    if (judged.stop) return outcome({ at, verdict: judged.stop });
    modified ||= judged.modified;
    value = judged.value;
  }
  return outcome(null);
}

/** A rail that gave no verdict, as a verdict. */
export function failedVerdict(error: GuardrailFailure, action: "block" | "hold"): RecordedVerdict {
  const reason = `${error.message.replace(/\.$/, "")}: what nobody has checked does not pass.`;
  return { rail: error.rail, action, reason };
}

async function judgeOrFail(
  rail: Rail,
  checked: Checked,
  info: RailInfo,
  onFailure: "block" | "hold" | undefined,
): Promise<Judged> {
  try {
    return await judge(rail, checked, info);
  } catch (error) {
    if (!(error instanceof GuardrailFailure) || !onFailure) throw error;
    const stop = failedVerdict(error, onFailure);
    return { value: checked.value, modified: false, verdicts: [stop], stop };
  }
}

/** One rail on one value: on the whole of it, or on each text in it. */
async function judge(rail: Rail, checked: Checked, info: RailInfo): Promise<Judged> {
  const { place, tool, value } = checked;
  const ask = async (one: unknown, path: string): Promise<RailVerdict> => {
    const content = { value: one, text: textOfValue(one), place, path, ...(tool !== undefined && { tool }) };
    try {
      return sound(await rail.check?.(content, info), place);
    } catch (error) {
      throw new GuardrailFailure(rail.name, error);
    }
  };
  const verdicts: RecordedVerdict[] = [];
  let stop: RecordedVerdict | null = null;
  let modified = false;
  const hear = (verdict: RailVerdict, path: string): void => {
    const record = recordOf(rail.name, verdict, path);
    if (record.action !== "allow" || record.findings || record.score !== undefined) verdicts.push(record);
    if (record.action === "modify") modified = true;
    if (record.action === "block" || (record.action === "hold" && !stop)) stop = record;
  };
  if (rail.whole || place === "dialogue") {
    const verdict = await ask(value, "");
    hear(verdict, "");
    return { value: verdict.action === "modify" ? verdict.value : value, modified, verdicts, stop };
  }
  const changed = await mapTexts(value, async ({ text, path }) => {
    if (stop?.action === "block") return text;
    const verdict = await ask(text, path);
    hear(verdict, path);
    return verdict.action === "modify" ? String(verdict.value) : text;
  });
  return { value: changed, modified, verdicts, stop };
}

/** A rail that says nothing that is understood has failed. */
export function sound(verdict: RailVerdict | undefined, place: RailPlace): RailVerdict {
  const action = verdict?.action;
  if (action === "modify" && place === "dialogue") throw new TypeError("it may not modify a conversation");
  if (action === "modify" && !("value" in (verdict as object))) throw new TypeError("its verdict has no `value`");
  if (action === "allow" || action === "modify" || action === "block" || action === "hold")
    return verdict as RailVerdict;
  throw new TypeError(`it gave no verdict but ${JSON.stringify(verdict)?.slice(0, 80)}`);
}

export function recordOf(rail: string, verdict: RailVerdict, path: string): RecordedVerdict {
  const { action, findings, score } = verdict;
  return {
    rail,
    action,
    ...(action !== "allow" && { reason: verdict.reason }),
    ...(path !== "" && { path }),
    ...(findings &&
      findings.length > 0 && {
        findings: findings.map(({ type, start, end, score }) => ({
          type,
          start,
          end,
          ...(score !== undefined && { score }),
        })),
      }),
    ...(score !== undefined && { score }),
  };
}

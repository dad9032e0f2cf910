import type { Hold } from "holdpoint";
import { type Figures, figuresOf } from "../classifier/figures.ts";
import type { Letter } from "../corpus/split.ts";
import { decisionIn } from "../triage/decisions.ts";
import type { LedgerLine } from "../triage/ledger.ts";
import { judgedOf, type Register } from "../triage/register.ts";
import { fileOf } from "../triage/stream.ts";
import type { Account } from "../witness/account.ts";
import { holdpointCommand } from "./command.ts";
import { counted, withInterval } from "./wording.ts";

/** What the kill cost, counted from the ledger and the store. */
export function describeAccount({ inFlight, stepsInFlight, recorded, lost, twice, executedAgain }: Account): string {
  return [
    "What the kill cost, counted from the ledger outside the database (out/ledger.jsonl), the store and the folders:",
    row(
      "in flight at the kill",
      `${counted(inFlight, "run")}, ${counted(stepsInFlight, "step")} begun and not ended; ${counted(recorded, "result")} recorded`,
    ),
    row("lost", String(lost.length)),
    ...lost.slice(0, 5).map((line) => `    ${line}`),
    row("recorded twice", String(twice.length)),
    ...twice.slice(0, 5).map((line) => `    ${line}`),
    row("executed again", `${executedAgain} (steps whose result was not recorded yet; each is safe to repeat)`),
  ].join("\n");
}

/** What was filed, and how right that was against the labels of the corpus. */
export function describeFiling(register: Register, letters: readonly Letter[]): string {
  const figures = figuresOf(judgedOf(register, letters));
  const { good, spam } = figures.confusion;
  return [
    `${counted(figures.mails, "unseen mail")} triaged; right or wrong is judged by the labels of the corpus:`,
    row(
      "filed unasked",
      `${good.inbox + spam.inbox} into out/inbox, ${good.quarantine + spam.quarantine} into out/quarantine`,
    ),
    row("  of these right", withInterval(figures.filedRight)),
    row("good mail quarantined", withInterval(figures.goodQuarantined)),
    row("held for you", withInterval(figures.held)),
    row("calibration error", `${(100 * figures.calibrationError).toFixed(1)} % (expected, ten bins)`),
    ...confusion(figures),
    ...decisions(register, letters),
  ].join("\n");
}

function confusion({ confusion: { good, spam } }: Figures): string[] {
  const cells = (label: string, counts: { inbox: number; ask: number; quarantine: number }): string =>
    `    ${label.padEnd(12)}${String(counts.inbox).padStart(8)}${String(counts.ask).padStart(8)}${String(counts.quarantine).padStart(12)}`;
  return ["    is           → inbox    held  quarantine", cells("good mail", good), cells("spam", spam)];
}

function decisions({ decided }: Register, letters: readonly Letter[]): string[] {
  if (decided.length === 0) return [];
  const truth = new Map(letters.map((letter) => [fileOf(letter), letter.label === "spam"]));
  const said = decided.flatMap((hold) => decisionIn(hold) ?? []);
  const right = said.filter(({ id, label }) => (label === "spam") === truth.get(id)).length;
  const agreed = said.filter(({ label, predicted }) => label === predicted).length;
  return [
    row("decided by people", `${said.length}, of which ${right} as the labels say and ${agreed} as was proposed`),
  ];
}

/** Rates from the ledger: work done, over the time workers were at it. Null when this start did none. */
export function describeRate(lines: readonly LedgerLine[]): string | null {
  const spans = new Map<number, { first: number; last: number }>();
  for (const { pid, at } of lines) {
    const span = spans.get(pid);
    if (span) span.last = at;
    else spans.set(pid, { first: at, last: at });
  }
  const seconds = [...spans.values()].reduce((sum, { first, last }) => sum + last - first, 0) / 1000;
  const steps = lines.filter(({ event }) => event === "done").length;
  const runs = lines.filter(({ event, step }) => event === "done" && (step === "file" || step === "set aside")).length;
  if (seconds === 0 || steps === 0) return null;
  const rate = (count: number): string => Math.round(count / seconds).toLocaleString("en");
  return `${rate(runs)} runs/s and ${rate(steps)} steps/s, every step on disk before the next (${seconds.toFixed(1)} s of work in ${counted(spans.size, "worker")}).`;
}

/** What waits, and why: the first few, and how to see the others. */
export function describeWaiting({ open }: Register, most = 3): string {
  if (open.length === 0) return "Nothing waits for you.";
  const shown = open.slice(0, most).map((hold) => {
    const { spam, doubt } = evidenceIn(hold);
    return `  ${hold.id}  ${spam} spam  ${hold.title}\n    ${doubt}`;
  });
  const rest = open.length > most ? [`  … and ${open.length - most} more: ${holdpointCommand("holds")}`] : [];
  const climbed = (rungs: number): number => open.filter(({ progress }) => progress.rungs >= rungs).length;
  return [
    `${counted(open.length, "mail")} ${open.length === 1 ? "waits" : "wait"} for you in out/held:`,
    ...shown,
    ...rest,
    `  reminded of ${climbed(1)}, shown to the leads, too: ${climbed(2)} (after seconds in this example; no mail is filed because nobody answered)`,
  ].join("\n");
}

/** Everything a person needs to decide one hold. */
export function describeHold(hold: Hold): string {
  const { spam, doubt, towardSpam, towardGood, excerpt } = evidenceIn(hold);
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
  return [
    hold.title,
    `  ${hold.consequence ?? ""}`,
    "",
    ...excerpt.split("\n").map((line) => `  │ ${line}`),
    "",
    `  ${spam} spam. ${doubt}`,
    ...hold.fired.map(({ says }) => `  You are asked because ${says}.`),
    ...list("toward spam", towardSpam),
    ...list("toward good mail", towardGood),
  ].join("\n");
}

interface HoldEvidence {
  /** Probability, as text. */
  spam: string;
  doubt: string;
  excerpt: string;
  towardSpam: readonly string[];
  towardGood: readonly string[];
}

/** The evidence as the workflow put it into the hold; empty where its content was erased. */
function evidenceIn(hold: Hold): HoldEvidence {
  const none: HoldEvidence = { spam: "", doubt: "", excerpt: "", towardSpam: [], towardGood: [] };
  return { ...none, ...(typeof hold.context === "object" ? hold.context : null) };
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(24)}${value}`;
}

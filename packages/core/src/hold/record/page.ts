import { createHash } from "node:crypto";
import type { HoldRecord, ReadableHold } from "./format.ts";
import { pageStyle } from "./page-style.ts";
import { escaped, tableHtml, valueHtml } from "./page-values.ts";
import { recordDigest } from "./seal.ts";

const styleHash = createHash("sha256").update(pageStyle).digest("base64");

/**
 * A record as one HTML page to read, print and file: what was asked, the evidence as it was shown, who decided what, every line of the audit
 * trail, and how to prove it. No script, nothing loaded from anywhere, everything escaped.
 *
 * @example
 * const key = readFileSync("installation.key.pem", "utf8");
 * console.log(holdRecordPage(await engine.holds.export(hold, { key })));
 */
export function holdRecordPage(record: HoldRecord): string {
  const { readable } = record;
  const { shown, asked } = readable;
  const body = [
    headHtml(readable),
    verdictHtml(readable),
    section("What happens if it is approved", readable.consequence && `<p>${escaped(readable.consequence)}</p>`),
    section("Why somebody was asked", listOf(asked.fired.map(({ says }) => escaped(says)))),
    section("Evidence, as it was shown", shown.context === null ? null : valueHtml(shown.context)),
    section("Proposed", shown.action && valueHtml({ [shown.action.name]: shown.action.arguments })),
    section("Questions", shown.answers.length === 0 ? null : answersHtml(shown.answers)),
    section("Files and links", filesHtml(readable)),
    section("Who may decide, and until when", rulesHtml(readable)),
    section("What happened", trailHtml(readable)),
    section("Proof", proofHtml(record)),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${escaped(readable.title)} · ${escaped(readable.id)}</title>
<style>${pageStyle}</style>
</head>
<body>
${body.filter((part) => part !== "").join("\n")}
<footer>Exported ${time(record.exportedAt)}. Times are UTC. Values of the run that were not shown are not in this record.</footer>
</body>
</html>
`;
}

function section(title: string, body: string | null): string {
  return body === null || body === "" ? "" : `<section><h2>${escaped(title)}</h2>\n${body}</section>`;
}

const time = (moment: string): string => escaped(moment.replace("T", " ").replace(/(\.\d+)?Z$/, ""));
const name = (person: string | null): string => (person === null ? "nobody" : escaped(person));
const listOf = (lines: readonly string[]): string | null =>
  lines.length === 0 ? null : `<ol>${lines.map((line) => `<li>${line}</li>`).join("")}</ol>`;

function headHtml({ id, title, severity, status, run, workflow, openedAt, closedAt, asked }: ReadableHold): string {
  const facts = [
    `<span class="badge ${severity}">${severity}</span>`,
    `run <code>${escaped(run)}</code> (${escaped(workflow)})`,
    `opened ${time(openedAt)}`,
    closedAt === null ? escaped(status) : `${escaped(status)} ${time(closedAt)}`,
    ...(asked.tags.length === 0 ? [] : [`tags ${escaped(asked.tags.join(", "))}`]),
  ];
  return `<header><p class="kicker">Record of hold <code>${escaped(id)}</code></p>
<h1>${escaped(title)}</h1>
<div class="facts">${facts.map((fact) => `<span>${fact}</span>`).join("")}</div></header>`;
}

function verdictHtml({ status, decision, closedAt, kind }: ReadableHold): string {
  const when = closedAt === null ? "" : ` on ${time(closedAt)}`;
  if (decision === null) {
    const words = status === "open" ? "Nobody has decided yet" : escaped(status);
    return `<div class="verdict ${status}"><strong>${words}</strong>${when}</div>`;
  }
  const { approved, ...more } = (decision.value ?? {}) as { approved?: boolean };
  const isApproval = kind === "approval" && typeof approved === "boolean";
  const word = isApproval ? (approved ? "approved" : "rejected") : "answered";
  const rest = isApproval ? (Object.keys(more).length === 0 ? "" : valueHtml(more)) : valueHtml(decision.value);
  const by = decision.by === null ? ` by nobody (${escaped(decision.channel)})` : ` by ${escaped(decision.by)}`;
  const option = decision.option === null ? "" : `<p>Option: ${escaped(decision.option)}</p>`;
  const isCounted = decision.votes.length > 0;
  // Where votes were counted, each has its own note.
  const note = decision.note === null || isCounted ? "" : `<p>${escaped(decision.note)}</p>`;
  return `<div class="verdict ${word}"><strong>${word[0]?.toUpperCase()}${word.slice(1)}</strong>${isCounted ? "" : by}${when}${option}${note}${isCounted ? votesHtml(decision.votes) : ""}${rest}</div>`;
}

function votesHtml(votes: NonNullable<ReadableHold["decision"]>["votes"]): string {
  const rows = votes.map(({ by, as, outcome, note, at, signed, answer }) => [
    as === by || as === null ? name(by) : `${name(by)} for ${name(as)}`,
    answer === undefined ? escaped(outcome) : valueHtml(answer),
    escaped(note ?? ""),
    time(at),
    signed ? "signed" : "",
  ]);
  return tableHtml(["by", "vote", "note", "when", "own key"], rows);
}

function answersHtml(answers: ReadableHold["shown"]["answers"]): string {
  const rows = answers.map(({ question, answer, by }) => [escaped(question), escaped(answer), name(by)]);
  return tableHtml(["question", "answer", "by"], rows);
}

function filesHtml({ asked }: ReadableHold): string | null {
  const links = asked.links.map(({ title, url }) => linkHtml(title, url));
  const files = asked.attachments.map(
    (file) =>
      `${file.url ? linkHtml(file.name, file.url) : escaped(file.name)} <code>SHA-256 ${escaped(file.sha256)}</code>`,
  );
  return listOf([...links, ...files]);
}

/** Only what leads to a page is a link; anything else is text. */
function linkHtml(title: string, url: string): string {
  if (!/^https?:\/\//i.test(url)) return `${escaped(title)}: ${escaped(url)}`;
  return `<a href="${escaped(url)}" rel="noopener noreferrer nofollow">${escaped(title)}</a> <code>${escaped(url)}</code>`;
}

function rulesHtml({ asked, kind }: ReadableHold): string {
  const { people, reviewers, deadline, options, form } = asked;
  const rules = {
    ...(reviewers === null ? { reviewers: people === null ? "anybody" : people.join(", ") } : reviewerRules(reviewers)),
    ...(options.length === 0
      ? {}
      : { options: options.map(({ value, outcome }) => (outcome ? `${value} (${outcome})` : value)) }),
    ...(kind === "form" && form ? { form: form.properties ?? form } : {}),
    ...(deadline.length === 0 ? {} : { deadline: deadline.map(rungText) }),
  };
  return valueHtml(rules);
}

function reviewerRules(policy: NonNullable<ReadableHold["asked"]["reviewers"]>): Record<string, unknown> {
  const stages = policy.stages.map(({ people, groups, quorum, need }) => {
    const who = [...people, ...groups.map((group) => `group ${group}`)].join(", ") || "anybody";
    const each = need.map(({ group, count }) => `${count} of ${group}`).join(" and ");
    return `${who}: ${quorum} must agree${each ? ` (${each})` : ""}`;
  });
  return {
    reviewers: stages.length === 1 ? stages[0] : stages,
    ...(policy.exclude.length === 0 ? {} : { excluded: policy.exclude.join(", ") }),
    ...(policy.excludeCreator ? { "not by": `${policy.creator ?? "whoever"}, who started the run` } : {}),
    ...(policy.signed ? { signed: "every vote carries the reviewer's own signature" } : {}),
  };
}

function rungText(rung: ReadableHold["asked"]["deadline"][number]): string {
  const when = new Date(rung.at).toISOString().slice(0, 16).replace("T", " ");
  if ("remind" in rung) return `${when}: a reminder`;
  if ("escalate" in rung) return `${when}: ${[...rung.escalate.people, ...rung.escalate.groups].join(", ")} may decide`;
  if ("expire" in rung) return `${when}: expires`;
  const { value, note } = rung.decide as { value: unknown; note: string | null };
  return `${when}: ${answerText(value)}, by itself${note === null ? "" : ` (${note})`}`;
}

function answerText(value: unknown): string {
  const approved = (value as { approved?: unknown } | null)?.approved;
  return typeof approved === "boolean" ? (approved ? "approved" : "rejected") : `answered ${JSON.stringify(value)}`;
}

function trailHtml({ trail }: ReadableHold): string {
  const rows = trail.map(({ n, at, actor, channel, address, action, says }) => [
    String(n),
    time(at),
    escaped(actor ?? "the engine"),
    escaped(address === null ? channel : `${channel} ${address}`),
    escaped(action),
    says === null ? "" : valueHtml(withoutNothing(says)),
  ]);
  return tableHtml(["", "when", "who", "where", "what", ""], rows);
}

const shownElsewhere = new Set(["signed", "votes", "channel", "checked"]);

/** An event without the fields that say nothing. A signature stands in the file. */
function withoutNothing(says: unknown): unknown {
  if (typeof says !== "object" || says === null || Array.isArray(says)) return says;
  const signed = "signed" in says && says.signed ? { signed: "with the person's own key" } : {};
  const kept = Object.entries(says).filter(([field, value]) => value !== null && !shownElsewhere.has(field));
  return { ...Object.fromEntries(kept), ...signed };
}

function proofHtml(record: HoldRecord): string {
  const { readable, chain, signature } = record;
  const code = (text: string): string => `<code>${escaped(text)}</code>`;
  const facts: [string, string][] = [
    ["evidence", code(readable.evidenceHash)],
    ["chain", chain ? `${chain.links.length} entries up to head ${code(chain.head)}` : "the run is gone"],
    ["last event", code(record.stored.events.at(-1)?.hash ?? "")],
    ["record", code(recordDigest(record))],
    ["signed by", signature ? code(signature.keyId) : "nobody"],
    ...(signature ? ([["signature", code(signature.value)]] as [string, string][]) : []),
  ];
  return `<dl>${facts.map(([title, fact]) => `<dt>${title}</dt><dd>${fact}</dd>`).join("")}</dl>
<p>This page is for reading. What proves it is the exported file with the record digest above: <code>holdpoint verify --hold-export FILE</code>.</p>`;
}

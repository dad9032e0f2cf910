import { HoldConflictError, HoldpointError, NotFoundError } from "../errors.ts";
import { alreadyClosed, kindOf, type RecordedDecision, type RecordedVote } from "../hold/answer.ts";
import { readRoster } from "../hold/directory.ts";
import { policyOf, type Situation } from "../hold/electorate.ts";
import type { Move } from "../hold/move.ts";
import { storedProgress, type Vote } from "../hold/progress.ts";
import { emptyDocument, type HoldDocument, readDocument } from "../hold/request.ts";
import { groupsOf } from "../hold/reviewers.ts";
import { decodePayload } from "../journal/payload.ts";
import { randomSalt, randomText } from "../run/random-supply.ts";
import type { HoldOperation, HoldRow, NewHoldEvent } from "../store/store.ts";
import { closingMail } from "./closing-mail.ts";
import { type Hold, progressOf, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** Who acts on a hold, and from where. */
export interface HoldActor {
  /** Who it is. Your application knows; Holdpoint takes its word. */
  by?: string;
  /** Where it was done: `api` (default), `cli`, `console`, `mail`, … */
  channel?: string;
  /** Where on the channel: a mail address, a chat user, a network address. Kept in the audit trail. */
  address?: string;
}

/** What the rules of a hold look at, with what the directory says about the people at hand. */
export async function situationOf(parts: EngineParts, row: HoldRow, people: readonly string[]): Promise<Situation> {
  const [situation] = await situationsOf(parts, [row], people);
  return situation as Situation;
}

/** The same for many holds: the directory is asked once for each group that any of them names. */
export async function situationsOf(
  parts: EngineParts,
  rows: readonly HoldRow[],
  people: readonly string[],
): Promise<Situation[]> {
  const groups = new Set<string>();
  const acting = new Set(people);
  const found = rows.map((row) => {
    const document = documentOf(parts, row);
    const progress = progressOf(row, parts.codec);
    for (const group of groupsOf(policyOf(document))) groups.add(group);
    for (const rung of document.deadline) {
      if ("escalate" in rung) for (const group of rung.escalate.groups) groups.add(group);
    }
    for (const addition of progress.additions) for (const group of addition.groups) groups.add(group);
    for (const { from } of progress.delegations) acting.add(from);
    return { row, document, progress };
  });
  const roster = await readRoster(parts.directory, [...groups], [...acting]);
  const now = parts.clock.now();
  return found.map(({ row, document, progress }) => ({
    title: row.title,
    workflow: row.workflow,
    document,
    evidence: Buffer.from(row.evidenceHash).toString("hex"),
    progress,
    round: row.revision - progress.moves,
    roster,
    now,
  }));
}

/** What was asked, its kind made out. */
export function documentOf(parts: Pick<EngineParts, "codec">, row: HoldRow): HoldDocument {
  const stored = row.request.codec === "erased" ? emptyDocument : readDocument(decodePayload(row.request, parts.codec));
  return { ...stored, kind: kindOf(row, stored) };
}

/** How often an action is tried again because somebody else was faster. Fifty people on one hold need fifty at worst. */
const mostTries = 200;

/**
 * One person's action on one open hold: the rules look at it as it is, and what they say is written in one transaction, if
 * nothing has moved meanwhile; otherwise they look again.
 *
 * @param rule gives null where there is nothing to do
 */
export async function actOnHold(
  parts: EngineParts,
  id: string,
  actor: HoldActor,
  rule: (situation: Situation, row: HoldRow) => Move | null,
): Promise<Hold> {
  const { store, namespace } = parts;
  const people = actor.by === undefined ? [] : [actor.by];
  for (let tries = 0; ; tries++) {
    const row = await store.hold(namespace, id);
    if (!row) throw new NotFoundError("hold", id, "list the open ones with `holds`");
    if (row.status !== "open") throw alreadyClosed(row);
    const situation = await situationOf(parts, row, people);
    const move = rule(situation, row);
    if (move === null) return viewHold(parts, row);
    const result = await parts.committer.submit(operationOf(parts, row, move, situation.now, actor));
    if (result.type === "moved") return viewHold(parts, result.hold);
    if (result.type === "refused") throw new HoldpointError("STORE", `the hold was not moved: ${result.reason}`);
    if (result.type === "absent") throw new NotFoundError("hold", id);
    if (result.hold.status !== "open") throw alreadyClosed(result.hold);
    if (tries >= mostTries) {
      throw new HoldConflictError(`"${row.title}" is changed by too many at once; try again`, {
        holdId: id,
        status: "open",
      });
    }
  }
}

/** What a move writes: the hold with its audit lines, and where it closes the run's mail. */
export function operationOf(
  parts: Pick<EngineParts, "encodeInline">,
  row: HoldRow,
  move: Move,
  at: number,
  actor: HoldActor & { name?: string },
): HoldOperation {
  const { closes, progress } = move;
  const evidenceHash = progress.evidence === null ? row.evidenceHash : Buffer.from(progress.evidence, "hex");
  const call = actor.name ?? randomText(9, "base64url");
  const from = { channel: actor.channel ?? "api", address: actor.address ?? null, evidenceHash, at };
  const events = move.notes.map((note, index): NewHoldEvent => {
    const data = note.data === null ? null : parts.encodeInline(note.data, note.action);
    const salt = data === null ? null : randomSalt();
    return { actor: note.actor, action: note.action, data, salt, idempotencyKey: `${call}:${index}`, ...from };
  });
  const common = {
    type: "hold",
    holdId: row.id,
    revision: row.revision,
    progress:
      isFresh(progress) && row.progress === null ? null : parts.encodeInline(storedProgress(progress), "progress"),
    at,
  } as const;
  if (closes === null) {
    return { ...common, status: "open", nextAt: move.nextAt, decision: null, decidedBy: null, events, mail: null };
  }
  const decision = closes.status === "expired" ? null : parts.encodeInline(recorded(closes, actor), "answer");
  const status = closes.status === "decided" && !closes.checked ? "answered" : closes.status;
  events.push({
    actor: closes.by,
    action: status,
    data: decision,
    salt: decision === null ? null : randomSalt(),
    idempotencyKey: `decision:${row.revision}:${call}`,
    ...from,
  });
  return {
    ...common,
    status,
    // An answer that the worker may refuse leaves the deadline standing.
    nextAt: status === "answered" ? row.nextAt : null,
    decision,
    decidedBy: closes.by,
    events,
    mail: closingMail(row, { status: closes.status, decision, value: closes.value, by: closes.by, at }, parts),
  };
}

/** Nothing in it that a row must keep. */
const isFresh = (progress: Move["progress"]): boolean =>
  Object.keys(storedProgress(progress)).every((field) => field === "rungs");

function recorded(closes: NonNullable<Move["closes"]>, { channel }: HoldActor): RecordedDecision {
  const { value, note, option, checked, votes } = closes;
  return {
    value,
    note,
    option,
    channel: channel ?? "api",
    checked,
    ...("given" in closes ? { given: closes.given } : {}),
    ...(closes.grant === undefined ? {} : { grant: closes.grant }),
    ...(votes.length > 0 ? { votes: votes.map((vote) => recordedVote(vote, closes.independent ?? false)) } : {}),
  };
}

function recordedVote({ by, as, outcome, note, at, signed, grant, ...vote }: Vote, independent: boolean): RecordedVote {
  const { value, option, checked } = vote;
  const hasAnswer = independent && outcome !== "abstained";
  return {
    by,
    as,
    outcome,
    note,
    at,
    ...(signed ? { signed } : {}),
    ...(grant === undefined ? {} : { grant }),
    ...(hasAnswer ? { answer: { value, option, ...(checked ? {} : { checked }) } } : {}),
  };
}

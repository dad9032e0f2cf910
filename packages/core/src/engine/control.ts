import { CancelledError, InvalidStateError, NotFoundError } from "../errors.ts";
import { decodePayload } from "../journal/payload.ts";
import type { RetryNotes } from "../run/mail.ts";
import { randomSalt } from "../run/random-supply.ts";
import { RunWriter } from "../run/writer.ts";
import type { Mail, MailKind, NewMail, RunStatus, StoredPayload } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import type { EngineParts } from "./parts.ts";

/** Mail to a run from outside; says clearly when the run cannot take it. */
export async function deliverTo(
  parts: EngineParts,
  id: string,
  mail: { kind: MailKind; key?: string; dedupe?: string | null; payload?: StoredPayload | null; sender: string | null },
  allowedIn: readonly RunStatus[] | null = null,
): Promise<void> {
  const full: NewMail = {
    kind: mail.kind,
    key: mail.key ?? "",
    dedupe: mail.dedupe ?? null,
    outcome: null,
    payload: mail.payload ?? null,
    sender: mail.sender,
    at: parts.clock.now(),
    salt: mail.payload ? randomSalt() : null,
  };
  const result = await parts.committer.submit({ type: "deliver", to: { id }, mail: full, allowedIn });
  if (result.type === "absent") throw new NotFoundError("run", id);
  if (result.type === "refused")
    throw new InvalidStateError(`run ${id} did not take the ${mail.kind}: ${result.reason}`);
  if (result.type === "state") {
    throw new InvalidStateError(`run ${id} is ${result.status}: it cannot take a ${mail.kind}`, {
      status: result.status,
    });
  }
  if (result.status === "ready") parts.justWoken.woke(id);
  if (result.status === "running")
    parts.worker.running.get((await parts.store.run(parts.namespace, id))?.pk ?? -1)?.notice();
}

export async function cancelRun(
  parts: EngineParts,
  id: string,
  reason: string,
  options: { by?: string; force?: boolean },
): Promise<void> {
  if (options.force) return forceCancel(parts, id, reason);
  const payload = parts.encodeInline({ reason }, "reason");
  await deliverTo(parts, id, { kind: "cancel", payload, sender: options.by ?? null });
}

export async function pauseRun(parts: EngineParts, id: string, by: string | null): Promise<void> {
  await deliverTo(parts, id, { kind: "pause", sender: by }, ["ready", "running", "parked"]);
}

export async function resumeRun(parts: EngineParts, id: string, by: string | null): Promise<void> {
  await deliverTo(parts, id, { kind: "resume", sender: by }, ["paused", "running"]);
}

const startsRound = (parts: EngineParts, mail: Mail): boolean =>
  (decodePayload(mail.payload, parts.codec) as Partial<RetryNotes> | undefined)?.from != null;

/** Ends a run without its cooperation: no code of it runs, nothing is undone. */
async function forceCancel(parts: EngineParts, id: string, reason: string): Promise<void> {
  const { store, namespace, clock } = parts;
  for (;;) {
    const row = await store.run(namespace, id);
    if (!row) throw new NotFoundError("run", id);
    if (isFinished(row.status))
      throw new InvalidStateError(`run ${id} is ${row.status} already`, { status: row.status });
    const [history] = await store.history(namespace, [{ pk: row.pk, after: 0 }]);
    if (!history) throw new NotFoundError("run", id);
    await store.sealing?.ready({ namespace, id });
    const writer = new RunWriter(row, history.entries.at(-1)?.mailSeen ?? 0, parts.worker.host);
    for (const mail of history.mail) writer.sawMail(mail);
    const at = clock.now();
    const error = new CancelledError(reason);
    // It may have ended before, and been retried.
    const round = history.mail.filter((mail) => mail.kind === "retry" && startsRound(parts, mail)).length;
    writer.add({
      key: "run",
      phase: round === 0 ? "settled" : `settled~${round}`,
      kind: "run",
      outcome: "error",
      payload: parts.encodeInline(error, "error"),
      startedAt: row.createdAt,
      endedAt: at,
      attempt: 1,
      measures: '{"forced":true}',
      committed: null,
    });
    const { entries, head, previousHead, expectSeq } = writer.take({ type: "continue" }, at);
    const [entry] = entries;
    if (!entry) return;
    const result = await parts.committer.submit({
      type: "seal",
      pk: row.pk,
      expectSeq,
      previousHead,
      entry,
      head,
      status: "cancelled",
      outcome: "cancelled",
      note: reason,
      deliveries: row.parent
        ? [
            {
              to: { pk: row.parent.pk },
              mail: {
                kind: "child",
                key: row.parent.key,
                dedupe: `child:${row.parent.key}:${row.id}`,
                outcome: "error",
                payload: parts.encodeInline(error, "error"),
                sender: row.id,
                at,
                salt: randomSalt(),
              },
            },
          ]
        : [],
      holdEvent: {
        actor: null,
        channel: "engine",
        action: "withdrawn",
        data: null,
        evidenceHash: null,
        at,
        idempotencyKey: "withdrawn:seal",
      },
      at,
    });
    if (result.type === "sealed") return parts.worker.running.get(row.pk)?.abandon({ type: "fenced" });
    if (result.type === "refused") throw new InvalidStateError(`run ${id} was not ended: ${result.reason}`);
    if (result.type === "absent") throw new NotFoundError("run", id);
  }
}

import type { RecordedDecision } from "../hold/answer.ts";
import { readDocument } from "../hold/request.ts";
import type { PayloadCodec } from "../journal/codec.ts";
import { decodePayload } from "../journal/payload.ts";
import type { AskAgain } from "../run/taking-over.ts";
import type { Entry, History, HoldRow, Mail, RunRow, Store } from "../store/store.ts";

/** What a run can wait for besides its own steps. */
const waits: ReadonlySet<Entry["kind"]> = new Set(["hold", "signal", "sleep", "child"]);

/**
 * Decisions of people that do not survive a change of the run's version: those on holds of severity high and critical after
 * which the run has not come to its next wait. They were made about what the old code would do next, and it is gone.
 *
 * Called when a version is about to be adopted, never on the way of an ordinary claim.
 */
export async function decisionsToRepeat(
  settings: { store: Store; namespace: string; codec: PayloadCodec; now: number },
  row: RunRow,
  { entries, mail }: History,
): Promise<AskAgain[]> {
  const lastWait = entries.findLast((entry) => waits.has(entry.kind) && entry.phase.startsWith("opened"))?.seq ?? 0;
  const lastEnd = mail.findLast(({ kind }) => kind === "cancel")?.n ?? 0;
  const candidates = mail.filter((one) => one.kind === "decision" && one.n > Math.max(lastWait, lastEnd));
  const asks: AskAgain[] = [];
  for (const one of candidates) {
    const hold = await settings.store.holdByKey(settings.namespace, row.pk, one.key);
    if (!hold || !mustAskAgain(hold, one, settings.codec)) continue;
    const { deadline } = readDocument(decodePayload(hold.request, settings.codec));
    asks.push({
      mail: one.n,
      key: one.key,
      name: hold.name,
      nextAt: deadline.find((rung) => rung.at > settings.now)?.at ?? null,
    });
  }
  return asks;
}

function mustAskAgain(hold: HoldRow, answer: Mail, codec: PayloadCodec): boolean {
  if (hold.origin !== "author" || (hold.severity !== "high" && hold.severity !== "critical")) return false;
  if (hold.status !== "decided" && hold.status !== "answered") return false;
  return (decodePayload(answer.payload, codec) as RecordedDecision).channel !== "deadline";
}

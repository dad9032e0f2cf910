import type { PayloadCodec } from "../journal/codec.ts";
import { decodePayload } from "../journal/payload.ts";
import type { Entry, History } from "../store/store.ts";

/**
 * The number of the completion that made a run fail: of the failed step, child or hold that its final error names,
 * else of the run's own end (a mistake in the code, say). A retry goes on just before it.
 */
export function failedAt(history: History, codec: PayloadCodec): number {
  const retried = history.mail.findLast(({ kind }) => kind === "retry")?.n ?? 0;
  const recent = {
    entries: history.entries.filter(({ seq }) => seq > retried),
    mail: history.mail.filter(({ n }) => n > retried),
  };
  const end = recent.entries.findLast(isEnd);
  if (!end) return 1;
  const error = decodePayload(end.payload, codec);
  const found = causeOf(error, recent, codec, 0);
  if (found !== null) return found;
  // It failed before the last retry already, unnoticed beside what that one mended; or the code caught it then, and went on.
  const earlier = causeOf(error, history, codec, 0);
  return earlier !== null && !wentOnAfter(history, earlier) ? earlier : end.seq;
}

/** Whether the code did more after the failure with this number, outside of branches that ran beside it. */
function wentOnAfter({ entries, mail }: History, failed: number): boolean {
  const key =
    entries.find(({ seq }) => seq === failed)?.key ?? mail.find(({ n }) => n === failed)?.key.replace(/~\d+$/, "");
  if (key === undefined || key === "") return true;
  return entries.some(
    (entry) =>
      entry.seq > failed &&
      entry.outcome === "ok" &&
      (entry.kind === "step" || entry.kind === "hold") &&
      key.startsWith(entry.key.slice(0, entry.key.lastIndexOf("/") + 1)),
  );
}

const isEnd = (entry: Entry): boolean => entry.key === "run" && entry.phase.startsWith("settled");

/** Looks in an error, then in its causes, for something the journal knows. Of several errors the earliest. */
function causeOf(error: unknown, history: History, codec: PayloadCodec, depth: number): number | null {
  if (!(error instanceof Error) || depth > 20) return null;
  const found = completionOf((error as { details?: unknown }).details, history, codec);
  if (found !== null) return found;
  const several = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  const numbers = several.map((one) => causeOf(one, history, codec, depth + 1)).filter((one) => one !== null);
  return numbers.length > 0 ? Math.min(...numbers) : causeOf(error.cause, history, codec, depth + 1);
}

function completionOf(details: unknown, { entries, mail }: History, codec: PayloadCodec): number | null {
  const { key, runId, limitMs } = (details ?? {}) as { key?: unknown; runId?: unknown; limitMs?: unknown };
  if (typeof runId === "string") return mail.findLast((row) => row.kind === "child" && row.sender === runId)?.n ?? null;
  if (typeof key !== "string") return null;
  const settled = entries.findLast(
    (entry) => entry.key === key && entry.outcome === "error" && entry.phase.startsWith("settled"),
  );
  if (settled) return settled.seq;
  const expired = mail.findLast((row) => row.kind === "holdExpired" && row.key.replace(/~\d+$/, "") === key);
  if (expired) return expired.n;
  return typeof limitMs === "number" ? tickOf(key, limitMs, { entries, mail }, codec) : null;
}

/** A time that passed while the run was parked is no entry but a tick: the first one after the wait was due. */
function tickOf(key: string, limitMs: number, { entries, mail }: History, codec: PayloadCodec): number | null {
  const opened = entries.findLast((entry) => entry.key === key && entry.phase.startsWith("opened"));
  const due = opened ? Number(decodePayload(opened.payload, codec)) : (entries[0]?.startedAt ?? 0) + limitMs;
  return mail.find((row) => row.kind === "tick" && row.n > (opened?.seq ?? 0) && row.at >= due)?.n ?? null;
}

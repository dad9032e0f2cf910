import { randomSalt } from "../run/random-supply.ts";
import type { HoldRow, NewMail, StoredPayload } from "../store/store.ts";
import type { EngineParts } from "./parts.ts";
import { poisonKey } from "./poison.ts";

/** What the run of a hold that closes gets: the decision, that it expired, or for a poisoned run what the operator chose. */
export function closingMail(
  row: HoldRow,
  closing: {
    status: "decided" | "expired";
    decision: StoredPayload | null;
    value: unknown;
    by: string | null;
    at: number;
  },
  parts: Pick<EngineParts, "encodeInline">,
): NewMail {
  const { status, decision, value, by, at } = closing;
  const expired = status === "expired";
  const mail = {
    key: row.key,
    dedupe: `hold:${row.id}:${row.revision}`,
    outcome: expired ? "error" : "ok",
    payload: decision,
    sender: by,
    at,
    salt: randomSalt(),
  } as const;
  if (expired) return { kind: "holdExpired", ...mail };
  if (!row.key.startsWith(poisonKey)) return { kind: "decision", ...mail };
  if ((value as { action: string }).action === "retry") return { kind: "operator", ...mail };
  const payload = parts.encodeInline({ reason: "cancelled by an operator" }, "reason");
  return { kind: "cancel", ...mail, key: "", payload };
}

import type { Notice } from "../notice/notice.ts";

/** The body of a generic webhook: `type` and `timestamp` as the Standard Webhooks specification recommends. */
export interface WebhookBody {
  /** `hold.asked`, `hold.reminder`, `hold.escalated`, `hold.closed`, `hold.changed`. */
  type: `hold.${Notice["kind"]}`;
  timestamp: string;
  data: {
    /** The message's id: the same in every attempt. */
    id: string;
    hold: {
      id: string;
      run: string;
      workflow: string;
      name: string;
      status: string;
      title: string;
      severity: string;
      consequence: string | null;
      context: unknown;
      options: { value: string; outcome: "approved" | "rejected" | null }[];
      form: unknown;
      kind: "approval" | "form";
      revision: number;
      evidenceHash: string;
      openedAt: string;
      dueAt: string | null;
      decidedBy: string | null;
      decision: unknown;
    };
    event: { n: number; action: string; actor: string | null; channel: string; at: string };
    link: string | null;
  };
}

/** A notice as JSON for programs. */
export function webhookBodyOf({ id, kind, hold, happening, link }: Notice): WebhookBody {
  const {
    runId,
    workflow,
    name,
    status,
    title,
    severity,
    consequence,
    context,
    options,
    form,
    revision,
    evidenceHash,
  } = hold;
  return {
    type: `hold.${kind}`,
    timestamp: happening.at.toISOString(),
    data: {
      id,
      hold: {
        id: hold.id,
        run: runId,
        workflow,
        name,
        status,
        title,
        severity,
        consequence,
        context: context ?? null,
        options,
        form,
        kind: hold.kind,
        revision,
        evidenceHash,
        openedAt: hold.openedAt.toISOString(),
        dueAt: hold.dueAt?.toISOString() ?? null,
        decidedBy: hold.decidedBy,
        decision: hold.decision,
      },
      event: { ...happening, at: happening.at.toISOString() },
      link,
    },
  };
}

/** JSON of whatever was stored: what JSON cannot say becomes text. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === "bigint") return String(one);
    if (one instanceof Map) return Object.fromEntries(one);
    return one instanceof Set ? [...one] : one;
  });

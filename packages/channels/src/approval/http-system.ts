import { type HttpOptions, HttpSender } from "../http/post.ts";
import { jsonOf, webhookBodyOf } from "../render/webhook-body.ts";
import { checkSecrets, signWebhook } from "../webhook/signature.ts";
import type { ApprovalSystem } from "./system.ts";

/** Where the system is, and how it knows us. */
export interface HttpApprovalOptions extends HttpOptions {
  /** `POST url` creates, `DELETE url/REFERENCE` cancels. */
  url: string;
  /** `whsec_…`: both are signed by the Standard Webhooks specification. */
  secret: string | readonly string[];
  /** As decisions from there are recorded. Default `approval-system`. */
  channel?: string;
}

/**
 * An approval system over plain HTTP: what is created is the body of a generic webhook; the answer may have `{ "reference": "…" }`,
 * else the hold's id is the reference. A DELETE of what is not there (404, 410) is fine.
 */
export function httpApprovalSystem(options: HttpApprovalOptions): ApprovalSystem {
  const secrets = typeof options.secret === "string" ? [options.secret] : options.secret;
  checkSecrets(secrets, "approval system");
  const sender = new HttpSender(options);
  const headers = (id: string, body: string): Record<string, string> => ({
    "content-type": "application/json",
    ...signWebhook(secrets, id, new Date(), body),
  });
  return {
    channel: options.channel ?? "approval-system",
    async create(notice, { signal }) {
      const body = jsonOf(webhookBodyOf(notice));
      const answer = await sender.send("POST", options.url, body, headers(notice.id, body), signal);
      return { reference: referenceIn(answer.body) ?? notice.hold.id };
    },
    async cancel(reference, notice, { signal }) {
      const url = `${options.url.replace(/\/$/, "")}/${encodeURIComponent(reference ?? notice.hold.id)}`;
      const body = jsonOf({ reason: notice.hold.status, by: notice.hold.decidedBy });
      try {
        await sender.send("DELETE", url, body, headers(notice.id, body), signal);
      } catch (error) {
        const { status } = (error as { details?: { status?: number } }).details ?? {};
        if (status !== 404 && status !== 410) throw error;
      }
    },
  };
}

function referenceIn(body: string): string | null {
  try {
    const { reference } = JSON.parse(body) as { reference?: unknown };
    return typeof reference === "string" || typeof reference === "number" ? String(reference) : null;
  } catch {
    return null;
  }
}

import type { Channel, Notice, SendCall } from "../notice/notice.ts";

/**
 * The port to an outside approval system: a ticket desk, an ERP, a change board. It is given what is to be decided, and told when
 * that is not wanted any more; its answer comes back through `approvalWebhook`, or by whatever calls `engine.decide`.
 */
export interface ApprovalSystem {
  /** Where its decisions say they come from; a hold closed from there is not cancelled there. */
  readonly channel: string;
  /**
   * Puts a hold before the system. It may be called again for the same one (`notice.hold.id`). The reference it gives is kept.
   *
   * @throws DeliveryError it did not take it
   */
  create(notice: Notice, call: SendCall): Promise<{ reference: string }>;
  /**
   * Takes it back: it was decided elsewhere, has expired or is withdrawn. `reference` is null when `create` never succeeded.
   *
   * @throws DeliveryError it did not take it
   */
  cancel(reference: string | null, notice: Notice, call: SendCall): Promise<void>;
}

/**
 * An outside approval system as a channel of the outbox: with the same patience, deduplication and dead letters as any other.
 *
 * @example
 * approvalSystem(httpApprovalSystem({ url: "https://change.example.com/approvals", secret: process.env.CHANGE_SECRET ?? "" }));
 */
export function approvalSystem(system: ApprovalSystem): Channel {
  return {
    private: true,
    about: { type: "approval-system", target: system.channel },
    kinds: ["asked", "closed"],
    async send(notice, call) {
      if (notice.kind === "asked") return system.create(notice, call);
      if (notice.happening.channel === system.channel) return undefined;
      const earlier = await call.earlier();
      await system.cancel(typeof earlier?.reference === "string" ? earlier.reference : null, notice, call);
      return undefined;
    },
  };
}

import type { WorkflowContext } from "@holdpoint/core";
import { anything } from "./anything.ts";

/** Takes in messages as they come, for nodes that want only those that come while they wait; others are dropped. */
export class Listener {
  private readonly ctx: WorkflowContext;
  private readonly waiting = new Map<string, ((message: unknown) => void)[]>();

  constructor(ctx: WorkflowContext) {
    this.ctx = ctx;
  }

  /** Never ends by itself. */
  async listen(signals: readonly string[]): Promise<never> {
    await this.ctx.all(Object.fromEntries(signals.map((signal) => [signal, () => this.hear(signal)])));
    throw new Error("unreachable: listening has no end");
  }

  /** The next message that comes from now on. */
  next(signal: string): Promise<unknown> {
    return new Promise((resolve) => {
      const list = this.waiting.get(signal);
      if (list) list.push(resolve);
      else this.waiting.set(signal, [resolve]);
    });
  }

  private async hear(signal: string): Promise<never> {
    for (;;) {
      const message = await this.ctx.signal(signal, anything);
      const waiting = this.waiting.get(signal) ?? [];
      this.waiting.delete(signal);
      for (const resolve of waiting) resolve(message);
    }
  }
}

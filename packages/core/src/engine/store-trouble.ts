import { HoldpointError } from "../errors.ts";
import type { EngineLog } from "./options.ts";

/**
 * Says once that the store fails, however many calls fail for the same reason, and once that it works again. What the
 * store says of itself (a full disk, a read-only file) is one sentence for whoever runs it; anything else is shown whole.
 */
export class StoreTrouble {
  private readonly log: EngineLog;
  private readonly told = new Set<string>();

  constructor(log: EngineLog) {
    this.log = log;
  }

  failed(error: unknown): void {
    const known = error instanceof HoldpointError;
    const message = error instanceof Error ? error.message : String(error);
    if (this.told.has(message)) return;
    this.told.add(message);
    if (known) this.log.error({ code: error.code }, `${message}. Trying again until it works`);
    else this.log.error({ error }, "the store failed; trying again until it works");
  }

  /** Something was written. */
  over(): void {
    if (this.told.size === 0) return;
    this.told.clear();
    this.log.warn({}, "the store works again");
  }
}

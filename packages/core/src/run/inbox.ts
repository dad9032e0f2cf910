import type { Mail } from "../store/store.ts";
import type { Execution } from "./execution.ts";
import { added, none } from "./short-list.ts";

/** The mail of a run that is being executed: read when it is heard of, handed on when no write is in flight. */
export class RunInbox {
  private readonly execution: Execution;
  /** Reads under way. */
  private reads = 0;
  /** Of these, such as entries wait for that are written and not handed on: their numbers are smaller than those of later mail. */
  private awaited = 0;
  /** More was heard of meanwhile. */
  private noticed = false;
  private held: Mail[] = none;

  constructor(execution: Execution) {
    this.execution = execution;
  }

  get reading(): boolean {
    return this.reads > 0;
  }

  /** Read, but not handed on yet. */
  get holding(): boolean {
    return this.held.length > 0;
  }

  /** There may be mail: the worker heard so. */
  notice(): void {
    // A read that is under way may have looked too early.
    if (this.reads > 0) this.noticed = true;
    else this.read(this.execution.writer.seq, null);
  }

  /**
   * Reads may overlap; nothing is written before all have ended, nor handed on before `then`: numbers keep their order.
   * `least` is how much mail there must be: less means that the run ended elsewhere and was removed.
   */
  read(after: number, then: (() => void) | null, least = 0): void {
    const { execution } = this;
    this.reads++;
    if (then) this.awaited++;
    execution.host.readMail(execution, after).then(
      (mail) => {
        this.reads--;
        if (execution.ended) return;
        if (mail.length < least) return execution.abandon({ type: "fenced" });
        if (then) this.awaited--;
        this.receive(mail);
        then?.();
        if (this.noticed && this.reads === 0) {
          this.noticed = false;
          execution.notice();
        }
        execution.schedule();
      },
      () => {
        this.reads--;
        // Parked meanwhile: whoever claims it reads again.
        if (!execution.parked) execution.abandon({ type: "fenced" });
      },
    );
  }

  receive(mail: readonly Mail[]): void {
    const { writer } = this.execution;
    for (const one of mail) if (writer.sawMail(one)) this.held = added(this.held, one);
    if (!writer.busy && this.awaited === 0) this.release();
  }

  /** Mail that came while an operation was in flight: its entries may have smaller numbers. */
  release(): void {
    if (this.held.length === 0) return;
    const mail = this.held.sort((a, b) => a.n - b.n);
    this.held = none;
    for (const one of mail) this.execution.ledger.receive(one);
  }
}

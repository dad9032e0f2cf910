import type { Clock } from "../clock.ts";
import type { RunPk } from "../store/store.ts";

/** A suspect that has done no harm for so long need not be alone any more, in ms. */
const suspicionMs = 5000;

/** The suspect being executed, until it has written something, rests, or was harmless for a while. */
export class Suspect {
  private readonly clock: Clock;
  private readonly harmless: () => void;
  private forget: (() => void) | null = null;
  /** Null when there is none. */
  pk: RunPk | null = null;

  constructor(clock: Clock, harmless: () => void) {
    this.clock = clock;
    this.harmless = harmless;
  }

  watch(pk: RunPk): void {
    this.pk = pk;
    this.forget = this.clock.timer(suspicionMs, () => this.acquit(pk) && this.harmless(), { unref: true });
  }

  /** The run is no suspect any more. False when it was none. */
  acquit(pk: RunPk): boolean {
    if (this.pk !== pk) return false;
    this.forget?.();
    this.forget = null;
    this.pk = null;
    return true;
  }
}

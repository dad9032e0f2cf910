import { networkOf } from "../access/network.ts";

/** A call by somebody who may not, or whom nobody knows. */
export interface Refusal {
  /** In whose log it belongs. */
  namespace: string;
  by: string | null;
  action: string;
  code: string;
  target: Record<string, unknown>;
  address: string | null;
}

/** Refusals alike, of one minute. */
interface Minute {
  refusal: Refusal;
  /** Those that no line stands for yet. */
  uncounted: number;
  until: number;
}

const windowMs = 60_000;
/** Kinds that are told apart within a minute; what is more is counted as "many". */
const mostKinds = 1000;

/**
 * Writes refused calls down so that nobody can fill a log that is kept for ever: the first of an address (an IPv6 network of 64 bits is one) at once, all others like
 * it within a minute as one more line with their count. Whoever has thousands of addresses gets lines without an address.
 */
export class Refusals {
  private readonly minutes = new Map<string, Minute>();
  private readonly write: (refusal: Refusal, count: number) => Promise<void>;
  private readonly now: () => number;
  private readonly writing = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | null = null;

  /** @param write says itself why a line cannot be written: here it is lost, and the next one is tried */
  constructor(write: (refusal: Refusal, count: number) => Promise<void>, now: () => number) {
    this.write = write;
    this.now = now;
  }

  /** Notes one. Nobody waits for its line. */
  note(refusal: Refusal): void {
    this.closeMinutes();
    const one = this.minutes.has(kindOf(refusal)) || this.minutes.size < mostKinds ? refusal : anybodys(refusal);
    const minute = this.minutes.get(kindOf(one));
    if (minute !== undefined) {
      minute.uncounted++;
      minute.refusal = one;
      return;
    }
    this.minutes.set(kindOf(one), { refusal: one, uncounted: 0, until: this.now() + windowMs });
    this.say(one, 1);
    this.wake();
  }

  /** Counts are written when their minute is over, also where nothing is refused any more. */
  private wake(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.closeMinutes();
      if (this.minutes.size > 0) this.wake();
    }, windowMs).unref();
  }

  /** Resolves once everything noted so far is in its log. */
  async flush(): Promise<void> {
    for (const minute of this.minutes.values()) this.count(minute);
    await Promise.all(this.writing);
  }

  private closeMinutes(): void {
    const now = this.now();
    for (const [kind, minute] of this.minutes) {
      if (minute.until > now) continue;
      this.minutes.delete(kind);
      this.count(minute);
    }
  }

  private count(minute: Minute): void {
    if (minute.uncounted > 0) this.say(minute.refusal, minute.uncounted);
    minute.uncounted = 0;
  }

  private say(refusal: Refusal, count: number): void {
    const line = this.write(refusal, count)
      .catch(() => {})
      .finally(() => this.writing.delete(line));
    this.writing.add(line);
  }
}

/** What is counted together. Of strangers whatever they ask for: whoever tries every route is one who tries. */
const kindOf = ({ namespace, address, code, by, action, target }: Refusal): string =>
  JSON.stringify([namespace, networkOf(address), code, by, by === null ? null : action, target]);

const anybodys = (refusal: Refusal): Refusal => ({ ...refusal, by: null, target: { many: true }, address: null });

/** Numbers in rising order, each once. They come nearly in order, so putting one in costs next to nothing. */
export class Moments {
  readonly sorted: number[] = [];

  add(moment: number): void {
    const { sorted } = this;
    let n = sorted.length;
    while (n > 0 && (sorted[n - 1] as number) > moment) n--;
    if (sorted[n - 1] === moment) return;
    if (n === sorted.length) sorted.push(moment);
    else sorted.splice(n, 0, moment);
  }
}

/** Stretches of time, of which those side by side count once. Likewise made for what comes nearly in order. */
export class Stretches {
  /** Apart from each other, in order. */
  private readonly parts: { from: number; to: number }[] = [];
  private sum = 0;

  add(from: number, to: number): void {
    if (to <= from) return;
    const { parts } = this;
    let behind = parts.length;
    while (behind > 0 && (parts[behind - 1] as { from: number }).from > to) behind--;
    let first = behind;
    while (first > 0 && (parts[first - 1] as { to: number }).to >= from) first--;
    const joined = { from, to };
    for (const part of parts.slice(first, behind)) {
      joined.from = Math.min(joined.from, part.from);
      joined.to = Math.max(joined.to, part.to);
      this.sum -= part.to - part.from;
    }
    parts.splice(first, behind - first, joined);
    this.sum += joined.to - joined.from;
  }

  /** How long they are together, with one more that lasts since then; null when none does. */
  length(since: number | null, now: number): number {
    if (since === null || since >= now) return this.sum;
    let counted = 0;
    for (let n = this.parts.length - 1; n >= 0; n--) {
      const { from, to } = this.parts[n] as { from: number; to: number };
      if (to <= since) break;
      counted += Math.max(0, Math.min(to, now) - Math.max(from, since));
    }
    return this.sum + (now - since) - counted;
  }
}

import type { Verdict } from "./thresholds.ts";

/** A share with the interval it lies in with 95 % confidence. */
export interface Share {
  hits: number;
  of: number;
  share: number;
  low: number;
  high: number;
}

/** A mail that was judged, and what it really is. */
export interface Judged {
  /** Of being spam. */
  probability: number;
  verdict: Verdict;
  spam: boolean;
}

/** How right a classifier was on mails it had not seen. */
export interface Figures {
  mails: number;
  held: Share;
  /** Of what was filed without asking, how much was right. */
  filedRight: Share;
  /** Of the good mail, how much was quarantined without asking. */
  goodQuarantined: Share;
  /** Expected calibration error over ten bins: how far "80 % sure" is from being right 80 times in 100. */
  calibrationError: number;
  /** `confusion.good.quarantine`: good mail that was quarantined, and so on. */
  confusion: Record<"good" | "spam", Record<Verdict, number>>;
}

export function figuresOf(judged: readonly Judged[]): Figures {
  const confusion: Figures["confusion"] = {
    good: { inbox: 0, quarantine: 0, ask: 0 },
    spam: { inbox: 0, quarantine: 0, ask: 0 },
  };
  for (const { verdict, spam } of judged) confusion[spam ? "spam" : "good"][verdict]++;
  const { good, spam } = confusion;
  const filed = good.inbox + good.quarantine + spam.inbox + spam.quarantine;
  return {
    mails: judged.length,
    held: wilson(good.ask + spam.ask, judged.length),
    filedRight: wilson(good.inbox + spam.quarantine, filed),
    goodQuarantined: wilson(good.quarantine, good.inbox + good.quarantine + good.ask),
    calibrationError: calibrationError(judged),
    confusion,
  };
}

/** Wilson's score interval (E. B. Wilson, 1927): honest for small counts and shares near 0 or 1. */
export function wilson(hits: number, of: number, z = 1.959964): Share {
  if (of === 0) return { hits, of, share: 0, low: 0, high: 1 };
  const share = hits / of;
  const square = (z * z) / of;
  const middle = (share + square / 2) / (1 + square);
  const reach = (z / (1 + square)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of));
  return { hits, of, share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

/** Ten bins of equal width; each weighs as much as it has mails. */
export function calibrationError(judged: readonly Omit<Judged, "verdict">[], bins = 10): number {
  const sums = Array.from({ length: bins }, () => ({ mails: 0, said: 0, was: 0 }));
  for (const { probability, spam } of judged) {
    const bin = sums[Math.min(bins - 1, Math.floor(probability * bins))];
    if (!bin) continue;
    bin.mails++;
    bin.said += probability;
    bin.was += spam ? 1 : 0;
  }
  return (
    sums.reduce((total, { mails, said, was }) => total + (mails === 0 ? 0 : Math.abs(said - was)), 0) /
    Math.max(1, judged.length)
  );
}

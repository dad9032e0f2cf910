/** Below `inbox` a mail is filed as good, above `quarantine` as spam; between them a person is asked. */
export interface Thresholds {
  inbox: number;
  quarantine: number;
}

export type Verdict = "inbox" | "quarantine" | "ask";

/** What thresholds must reach on mails that were not trained on. Shares, 0 to 1. */
export interface Goals {
  /** Of the good mail, how much at most may be quarantined unasked. The worst mistake: nobody looks there. */
  goodQuarantined: number;
  /** Of the mail put into the inbox unasked, how much at most may be spam. */
  spamInInbox: number;
  /** At least this much is asked: the least certain mails, even when the goals above are met without. */
  leastHeld: number;
}

/** Stricter than what is promised (0.5 %, 2 % wrong, 3 to 12 % held), because the next mails are other mails. */
export const goals: Goals = { goodQuarantined: 0.0015, spamInInbox: 0.006, leastHeld: 0.05 };

/** Where a mail would go, how sure that is, and how sure it has to be to go there unasked. */
export interface Leaning {
  folder: "inbox" | "quarantine";
  confidence: number;
  needed: number;
}

/**
 * The two sides of the band of doubt as one question: is the confidence what is needed on this side? To four digits, as
 * people read them; who is at the edge is asked.
 */
export function leaningOf({ inbox, quarantine }: Thresholds, probability: number): Leaning {
  return probability > 0.5
    ? { folder: "quarantine", confidence: floor(probability), needed: ceil(quarantine) }
    : { folder: "inbox", confidence: floor(1 - probability), needed: ceil(1 - inbox) };
}

export function verdictOf(thresholds: Thresholds, probability: number): Verdict {
  const { folder, confidence, needed } = leaningOf(thresholds, probability);
  return confidence < needed ? "ask" : folder;
}

const floor = (share: number): number => Math.floor(share * 10_000) / 10_000;
const ceil = (share: number): number => Math.ceil(share * 10_000) / 10_000;

/**
 * Finds the narrowest band of doubt that meets the goals on a sample of mails not trained on: first the highest `inbox`
 * and the lowest `quarantine` that do, then both moved outwards, a mail at a time on the side nearer to
 * even odds, until enough is asked.
 */
export function chooseThresholds(
  sample: readonly { probability: number; spam: boolean }[],
  { goodQuarantined, spamInInbox, leastHeld }: Goals = goals,
): Thresholds {
  if (sample.length === 0) return { inbox: 0, quarantine: 1 };
  const sorted = [...sample].sort((a, b) => a.probability - b.probability);
  const good = sorted.filter(({ spam }) => !spam).length;

  // Mails before `low` go to the inbox, mails from `high` on to quarantine.
  let high = sorted.length;
  for (let quarantined = 0, at = sorted.length - 1; at >= 0 && (sorted[at]?.probability ?? 0) >= 0.5; at--) {
    if (sorted[at]?.spam === false) quarantined++;
    if (quarantined > goodQuarantined * good) break;
    high = at;
  }
  let low = 0;
  for (let spam = 0, at = 0; at < high && (sorted[at]?.probability ?? 1) < 0.5; at++) {
    if (sorted[at]?.spam) spam++;
    if (spam <= spamInInbox * (at + 1)) low = at + 1;
  }
  while (high - low < leastHeld * sorted.length && (low > 0 || high < sorted.length)) {
    const below = low > 0 ? (sorted[low - 1]?.probability ?? 0) : -1;
    const above = high < sorted.length ? 1 - (sorted[high]?.probability ?? 1) : -1;
    if (below >= above) low--;
    else high++;
  }
  return {
    inbox: between(sorted[low - 1]?.probability ?? 0, sorted[low]?.probability ?? 1),
    quarantine: between(sorted[high - 1]?.probability ?? 0, sorted[high]?.probability ?? 1),
  };
}

function between(a: number, b: number): number {
  return (a + b) / 2;
}

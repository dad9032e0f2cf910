/** A length of time in its largest unit, for figures: `340 ms`, `2.4 s`, `12 min`, `3.1 h`, `4.5 d`. */
export function lengthText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ] as const;
  for (const [name, size] of units) if (ms >= size) return `${short(ms / size)} ${name}`;
  return `${Math.round(ms)} ms`;
}

const short = (value: number): string => (value >= 10 ? String(Math.round(value)) : String(Number(value.toFixed(1))));

/** A share as a percentage; a dash of nothing. */
export const shareText = (share: number | null): string =>
  share === null ? "–" : `${Number((share * 100).toFixed(1))} %`;

const hour = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** When a bucket begins; by the day where buckets are days. */
export const bucketText = (from: string | number, bucketMs: number): string =>
  (bucketMs >= 86_400_000 ? day : hour).format(new Date(from));

const units: readonly [name: string, ms: number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/** A length of time in its two largest units: `2d 3h`, `4m 10s`, `350ms`. */
export function shownDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toString()}s`;
  for (const [i, [name, size]] of units.entries()) {
    if (ms < size) continue;
    const next = units[i + 1];
    const rest = next ? Math.floor((ms % size) / next[1]) : 0;
    return rest > 0 ? `${Math.floor(ms / size)}${name} ${rest}${next?.[0]}` : `${Math.floor(ms / size)}${name}`;
  }
  return "0s";
}

/** `3m ago`, `in 2h 10m`, `now`. */
export function shownWhen(time: Date, now: number): string {
  const distance = time.getTime() - now;
  if (Math.abs(distance) < 1000) return "now";
  return distance < 0 ? `${shownDuration(-distance)} ago` : `in ${shownDuration(distance)}`;
}

/** Local date and time, to the second: `2026-03-09 14:05:11`. */
export function shownTime(time: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes for people: `3.2 MiB`. */
export function plainSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** How long something stays, for people: `30 days`; null is for ever. */
export function plainTerm(ms: number | null): string {
  if (ms === null) return "for ever";
  const hours = ms / 3_600_000;
  const [value, unit] = hours >= 48 ? [hours / 24, "days"] : hours >= 1 ? [hours, "hours"] : [ms / 60_000, "minutes"];
  return `${Number(value.toFixed(1))} ${unit}`;
}

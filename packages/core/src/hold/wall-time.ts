const dayMs = 86_400_000;

/** The clock on the wall in one time zone. Days are counted since 1970-01-01, times are milliseconds since midnight. */
export interface WallTime {
  /** What it shows at a moment. */
  read(at: number): { day: number; time: number };
  /** The moment at which it shows this: the first of two in autumn, and in the hour that spring leaves out as much later. */
  toInstant(day: number, time: number): number;
}

const zones = new Map<string, WallTime>();

/** The wall clock of a time zone, from the zone rules of the runtime (`Intl`). */
export function wallTime(timeZone: string): WallTime {
  let zone = zones.get(timeZone);
  if (!zone) zones.set(timeZone, (zone = zoneOf(timeZone)));
  return zone;
}

function zoneOf(timeZone: string): WallTime {
  const format = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  /** What the wall shows, as if it were UTC. */
  const shown = (at: number): number => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
  };
  return {
    read(at) {
      const local = shown(at);
      const day = Math.floor(local / dayMs);
      return { day, time: local - day * dayMs };
    },
    toInstant(day, time) {
      const wanted = day * dayMs + time;
      // The offset before and after: where they differ, the moment is one of two.
      const offsets = [wanted - dayMs, wanted + dayMs].map((at) => shown(at) - at);
      const found = offsets.map((offset) => wanted - offset).filter((at) => shown(at) === wanted);
      return found.length > 0 ? Math.min(...found) : wanted - (offsets[0] ?? 0);
    },
  };
}

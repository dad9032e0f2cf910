/** A stretch in which nothing began or ended, drawn short. */
export interface Gap {
  from: number;
  to: number;
}

/** From moments to places between 0 and 1, and back. */
export interface Scale {
  from: number;
  to: number;
  gaps: readonly Gap[];
  at(moment: number): number;
  moment(place: number): number;
}

/** A gap is at least this long, in ms. */
const shortestGap = 1000;
/** A gap is so many times longer than everything shorter than it together. */
const outweighs = 4;

/**
 * The scale of a timeline, from the moments at which something began or ended, in order. A run that worked for a second and waited for two days would be two lines at the ends of nothing: stretches
 * that are much longer than all shorter ones together become gaps, each with a tenth to a fourth of the width.
 */
export function scaleOf(moments: readonly number[], from: number, to: number, collapse: boolean): Scale {
  const end = Math.max(to, from + 1);
  const points = [from, ...moments.slice(lastUpTo(moments, from) + 1, lastUpTo(moments, end) + 1)];
  if (points.at(-1) !== end) points.push(end);
  const lengths = points.slice(1).map((point, n) => point - (points[n] as number));
  const least = collapse ? leastGap(lengths) : Number.POSITIVE_INFINITY;
  const usual = lengths.reduce((sum, length) => sum + (length < least ? length : 0), 0);
  const count = lengths.filter((length) => length >= least).length;
  const each = count === 0 ? 0 : Math.min(0.25, 0.6 / count) * Math.max(usual, 1);
  const gaps: Gap[] = [];
  const places = [0];
  for (const [n, length] of lengths.entries()) {
    const gap = length >= least;
    if (gap) gaps.push({ from: points[n] as number, to: points[n + 1] as number });
    places.push((places[n] as number) + (gap ? each : length));
  }
  const whole = places.at(-1) || 1;
  const between = (known: readonly number[], other: readonly number[], value: number): number => {
    const n = Math.min(Math.max(lastUpTo(known, value), 0), known.length - 2);
    const [a = 0, b = 1, x = 0, y = 1] = [known[n], known[n + 1], other[n], other[n + 1]];
    return b === a ? x : x + ((value - a) / (b - a)) * (y - x);
  };
  return {
    from,
    to: end,
    gaps,
    at: (moment) => Math.min(1, Math.max(0, between(points, places, moment) / whole)),
    moment: (place) => between(places, points, place * whole),
  };
}

/** How long the shortest gap is: it and all longer ones outweigh what is shorter. */
function leastGap(lengths: readonly number[]): number {
  let shorter = lengths.reduce((sum, length) => sum + (length > shortestGap ? 0 : length), 0);
  for (const length of lengths.filter((one) => one > shortestGap).sort((a, b) => a - b)) {
    if (length > outweighs * shorter && shorter > 0) return length;
    shorter += length;
  }
  return Number.POSITIVE_INFINITY;
}

/** The index of the last of some rising numbers that is not above a value; -1 when all are. */
function lastUpTo(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

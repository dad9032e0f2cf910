/** Computes the value at `at` and writes the gradient there. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

const memory = 8;

/**
 * Minimises a smooth convex function from zero: L-BFGS with a backtracking line search
 * (J. Nocedal, S. Wright, "Numerical Optimization", algorithms 7.4 and 3.1). Deterministic.
 */
export function minimise(
  size: number,
  objective: Objective,
  { iterations = 200, tolerance = 1e-6 } = {},
): Float64Array {
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  const moves: { step: Float64Array; change: Float64Array; scale: number }[] = [];

  for (let iteration = 0; iteration < iterations && norm(gradient) > tolerance; iteration++) {
    const direction = descent(gradient, moves);
    const slope = inner(direction, gradient);
    if (slope >= 0) break;
    let length = iteration === 0 ? Math.min(1, 1 / norm(gradient)) : 1;
    const next = new Float64Array(size);
    const nextGradient = new Float64Array(size);
    let nextValue = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 40; tries++, length /= 2) {
      for (let i = 0; i < size; i++) next[i] = (point[i] ?? 0) + length * (direction[i] ?? 0);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
    }
    if (nextValue >= value) break;
    const step = difference(next, point);
    const change = difference(nextGradient, gradient);
    const curvature = inner(step, change);
    if (curvature > 1e-12) moves.push({ step, change, scale: 1 / curvature });
    if (moves.length > memory) moves.shift();
    point = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return point;
}

/** The two-loop recursion: the inverse curvature seen so far, applied to the gradient, downhill. */
function descent(
  gradient: Float64Array,
  moves: readonly { step: Float64Array; change: Float64Array; scale: number }[],
): Float64Array {
  const direction = gradient.map((part) => -part);
  const factors: number[] = [];
  for (const { step, change, scale } of moves.toReversed()) {
    const factor = scale * inner(step, direction);
    factors.push(factor);
    add(direction, change, -factor);
  }
  const last = moves.at(-1);
  if (last) {
    const size = 1 / (last.scale * inner(last.change, last.change));
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] ?? 0) * size;
  }
  for (const { step, change, scale } of moves)
    add(direction, step, (factors.pop() ?? 0) - scale * inner(change, direction));
  return direction;
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(inner(vector, vector));
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((part, i) => part - (b[i] ?? 0));
}

function add(to: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) + factor * (other[i] ?? 0);
}

import { ValidationError } from "@holdpoint/core";

/**
 * How alike two vectors are in their direction, from -1 to 1; 0 when one of them has none.
 *
 * @throws ValidationError they have not the same length: they come from different models
 */
export function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) {
    const message = `has ${one.length} dimensions and the index ${other.length}: embed both with the same model`;
    throw new ValidationError("vector", [{ path: "", message }]);
  }
  let product = 0;
  let left = 0;
  let right = 0;
  for (let i = 0; i < one.length; i++) {
    const a = one[i] as number;
    const b = other[i] as number;
    product += a * b;
    left += a * a;
    right += b * b;
  }
  return left === 0 || right === 0 ? 0 : product / Math.sqrt(left * right);
}

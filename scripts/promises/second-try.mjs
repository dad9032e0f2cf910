// A test that failed is tried once more in the whole suite (docs/decisions/037-a-second-try.md), but for some.

/**
 * Tests that kill, cut off or simulate, and those of the stores: what they look for may show once in a thousand times,
 * and that one time counts.
 */
const ONCE = /(^|[/-])(crash|killed|simulation|chaos)\b|-store\.test\.ts$/;

/** Whether the test file's first failure is its last word. @param {string} file relative to its package */
export const hasNoSecondTry = (file) => ONCE.test(file);

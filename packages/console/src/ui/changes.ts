/** One place where two values differ; undefined where it is not there. */
export interface Change {
  /** `items[2].price`; "" for the value itself. */
  path: string;
  before: unknown;
  after: unknown;
}

/** The places where two JSON values differ, in the order of the first. */
export function changesBetween(before: unknown, after: unknown, path = ""): Change[] {
  if (same(before, after)) return [];
  if (isList(before) && isList(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, n) => changesBetween(before[n], after[n], `${path}[${n}]`)).flat();
  }
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => changesBetween(before[name], after[name], path === "" ? name : `${path}.${name}`));
  }
  return [{ path, before, after }];
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const same = (one: unknown, other: unknown): boolean =>
  one === other || (one !== undefined && other !== undefined && JSON.stringify(one) === JSON.stringify(other));

/** Stands for every empty list; never changed. A list that stays empty then weighs nothing. */
export const none: never[] = Object.freeze([]) as unknown as never[];

/** The list with one more, which may be another list. Pushing to an empty one would make room for seventeen; most get one. */
export function added<T>(list: T[], item: T): T[] {
  if (list.length === 0) return [item];
  list.push(item);
  return list;
}

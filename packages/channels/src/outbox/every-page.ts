/** All items of a list, page after page. */
export async function everyPage<T>(
  read: (cursor: string | null) => Promise<{ items: T[]; cursor: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await read(cursor);
    all.push(...page.items);
    if ((cursor = page.cursor) === null) return all;
  }
}

import { ValidationError, type WorkflowContext } from "@holdpoint/core";

/** How a list is worked on in batches inside a run. */
export interface BatchesOptions {
  /** Items at a time: one recorded step each. Default 10. */
  batchSize?: number;
  /** Batches at a time. Default 5. */
  concurrency?: number;
  /** The name of the steps. Default: the function's. */
  name?: string;
  /** How often a failed batch is tried again, with back-off. Default 0. */
  retries?: number;
}

type Fn<Item, R> = (item: Item, index: number) => R | Promise<R>;

/** The list in pieces, each with the place of its first item. */
function batchesOf<Item>(items: readonly Item[], batchSize: number): { first: number; batch: readonly Item[] }[] {
  if (!(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
    throw new ValidationError("bulk", [{ path: "batchSize", message: `${batchSize} must be a whole number from 1` }]);
  }
  const count = Math.ceil(items.length / batchSize);
  return Array.from({ length: count }, (_, number) => {
    const first = number * batchSize;
    return { first, batch: items.slice(first, first + batchSize) };
  });
}

async function perBatch<Item, R>(
  ctx: WorkflowContext,
  items: readonly Item[],
  fn: Fn<Item, R>,
  { batchSize = 10, concurrency = 5, retries = 0, name = fn.name || "batch" }: BatchesOptions,
): Promise<R[]> {
  const results = await ctx.map(
    batchesOf(items, batchSize),
    ({ first, batch }) =>
      ctx.step(
        name,
        async () => {
          const given: R[] = [];
          for (const [index, item] of batch.entries()) given.push(await fn(item, first + index));
          return given;
        },
        { retry: { attempts: retries + 1 } },
      ),
    { concurrency },
  );
  return results.flat() as R[];
}

/**
 * What a function makes of each item, in the items' order: a batch is one recorded step.
 *
 * @example
 * const sizes = await bulkMap(ctx, ["a.pdf", "b.pdf"], (file) => shop.size(file), { batchSize: 50 });
 *
 * @throws StepFailedError a batch failed for good
 */
export function bulkMap<Item, R>(
  ctx: WorkflowContext,
  items: readonly Item[],
  fn: Fn<Item, R>,
  options: BatchesOptions = {},
): Promise<R[]> {
  return perBatch(ctx, items, fn, { name: fn.name || "map", ...options });
}

/**
 * The items for which a function says yes, in their order: one flat list.
 *
 * @example
 * const known = await bulkFilter(ctx, ["A-7", "B-1"], async (id) => (await shop.load(id)) !== null);
 *
 * @throws StepFailedError a batch failed for good
 */
export async function bulkFilter<Item>(
  ctx: WorkflowContext,
  items: readonly Item[],
  fn: Fn<Item, boolean>,
  options: BatchesOptions = {},
): Promise<Item[]> {
  const kept = await perBatch(ctx, items, fn, { name: fn.name || "filter", ...options });
  return items.filter((_, index) => kept[index]);
}

/**
 * One value out of all items, from the first to the last: batch after batch, each a recorded step that gives the value so far.
 *
 * @example
 * const total = await bulkReduce(ctx, [1, 2, 3], (sum, n) => sum + n, 0);
 *
 * @throws StepFailedError a batch failed for good
 */
export async function bulkReduce<Item, A>(
  ctx: WorkflowContext,
  items: readonly Item[],
  fn: (value: A, item: Item, index: number) => A | Promise<A>,
  initial: A,
  { batchSize = 10, retries = 0, name = fn.name || "reduce" }: Omit<BatchesOptions, "concurrency"> = {},
): Promise<A> {
  let value = initial;
  for (const { first, batch } of batchesOf(items, batchSize)) {
    const before = value;
    value = (await ctx.step(
      name,
      async () => {
        let next = before;
        for (const [index, item] of batch.entries()) next = await fn(next, item, first + index);
        return next;
      },
      { retry: { attempts: retries + 1 } },
    )) as A;
  }
  return value;
}

import { z } from "zod";

/** Which page of a list, as it stands in a query. */
export const pageQuery = {
  limit: z.int().min(1).max(1000).optional().describe("how many at most; 50 by default"),
  cursor: z.string().min(1).max(1024).optional().describe("`cursor` of the page before"),
};

/** One page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    cursor: z.string().nullable().describe("where the next page begins; null on the last one"),
  });

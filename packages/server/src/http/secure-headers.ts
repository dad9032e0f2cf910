import type { MiddlewareHandler } from "hono";
import { isComplete } from "./json-response.ts";
import { safeFields } from "./safe-fields.ts";

/** Sets what an answer does not say itself. */
export const secureHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  if (isComplete(context.res)) return;
  for (const [name, value] of Object.entries(safeFields))
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
};

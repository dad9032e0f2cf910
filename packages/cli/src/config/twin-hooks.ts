/** Node 22.13 and 22.14 have no synchronous loader hooks: this one runs in Node's loader thread. */
import type { ResolveHook } from "node:module";
import { twinOf } from "./typescript-twin.ts";

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    const twin = twinOf(specifier, context.parentURL, error);
    if (twin === null) throw error;
    return nextResolve(twin, context);
  }
};

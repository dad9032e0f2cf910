import type { Context } from "../operations/program.ts";

/** A namespace nobody has written to yet: every read finds nothing there. */
export const unknownNamespace = -1;

/** What a program gets that works in a namespace, with nothing to tell yet. */
export function contextOf(name: string, namespace: number): Context {
  return { name, namespace, news: { ready: false, hold: false, deadline: false, mail: null } };
}

import { integer } from "../columns/read.ts";
import { type Context, one, type Program, run } from "../operations/program.ts";

/** What a program gets that works in a namespace, with nothing to tell yet. */
export function contextOf(name: string, namespace: number): Context {
  return { name, namespace, news: { ready: false, hold: false, deadline: false, mail: null } };
}

/** The same in a namespace that need not be there, in a transaction that may be undone, and the namespace with it. */
export function* contextMade(name: string): Program<Context> {
  yield* run("insertNamespace", name);
  const row = yield* one("namespace", name);
  return contextOf(name, integer(row ?? {}, "pk"));
}

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Order, Told } from "./serving.ts";

/** A server in another process, as the one that measures has it. */
export interface Served {
  url: string;
  key: string;
  /** What the bare engine takes for so many starts. */
  bare(starts: number, atOnce: number): Promise<{ ms: number; cpuMs: number }>;
  /** Processor time of the server's process so far, in ms. */
  cpuMs(): Promise<number>;
  stop(): void;
}

/** Starts a server over the store at an address. */
export async function serveApart(store: string): Promise<Served> {
  const child = fork(fileURLToPath(new URL("./serving.js", import.meta.url)), [store]);
  const told = <T extends Told>(): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once("message", (message) => resolve(message as T));
      child.once("exit", () => reject(new Error("the server ended")));
    });
  const ask = (order: Order): Promise<{ ms: number; cpuMs: number }> => {
    const answer = told<{ ms: number; cpuMs: number }>();
    child.send(order);
    return answer;
  };
  const { url, key } = await told<{ url: string; key: string }>();
  return {
    url,
    key,
    bare: (starts, atOnce) => ask({ do: "bare", starts, atOnce }),
    cpuMs: async () => (await ask({ do: "cpu" })).cpuMs,
    stop: () => child.disconnect(),
  };
}

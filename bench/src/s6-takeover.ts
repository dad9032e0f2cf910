import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Figure, figure } from "./figures.ts";
import { place } from "./place.ts";

const script = fileURLToPath(new URL("./s6-worker.js", import.meta.url));
const runs = 2000;

async function round(): Promise<{ seconds: number; repeated: number; unacknowledged: number }> {
  const where = place();
  const ledger = join(where.path, "ledger.txt");
  const started = (): string[] => {
    try {
      return readFileSync(ledger, "utf8").trimEnd().split("\n");
    } catch {
      return [];
    }
  };
  const first = fork(script, [where.file, ledger, "start"], { stdio: "inherit" });
  while (started().filter((line) => line.endsWith("slow")).length < runs)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const exited = new Promise((resolve) => first.once("exit", resolve));
  first.kill("SIGKILL");
  await exited;
  const before = started().length;
  const second = fork(script, [where.file, ledger, "again"], { stdio: "inherit" });
  const claimed = new Promise<number>((resolve) =>
    second.once("message", (message) => resolve((message as { claimedMs: number }).claimedMs)),
  );
  const ended = new Promise<void>((resolve, reject) =>
    second.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the second worker ended with ${code}`)))),
  );
  const seconds = (await claimed) / 1000;
  await ended;
  // Every run had exactly one step in flight, its slow one: all 2,000 are repeated, and nothing else.
  const repeated = started().length - before;
  where.remove();
  return { seconds, repeated, unacknowledged: runs };
}

export async function s6(rounds: number): Promise<Figure[]> {
  const seconds: number[] = [];
  const excess: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const one = await round();
    seconds.push(one.seconds);
    excess.push(one.repeated - one.unacknowledged);
  }
  const less = true;
  return [
    figure("S6 claimed", "SIGKILL with 2,000 live runs, restart: all claimed", "s", { must: 2, aim: 1, less }, seconds),
    figure("S6 repeated", "steps repeated beyond those unacknowledged", "steps", { must: 0, aim: 0, less }, excess),
  ];
}

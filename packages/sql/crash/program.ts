import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programFile } from "../src/fixtures/program-file.ts";

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What Node compiled once need not be compiled again after every kill. */
const compileCache = at("../../../node_modules/.cache/holdpoint-compiled");

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of its own, running one of `programs/`. */
export interface Program {
  readonly pid: number;
  /** What it printed so far, a parsed JSON line each. */
  readonly printed: readonly unknown[];
  /** Everything on its standard error so far. */
  errors(): string;
  /** The first printed line that fits, now or later; fails when the process ends without one. */
  line<T>(fits: (line: unknown) => line is T): Promise<T>;
  ready(): Promise<void>;
  /** Writes a line to its standard input. */
  tell(command: string): void;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

const started = new Set<Program>();

/** Kills what a test left running. */
export async function killAll(): Promise<void> {
  for (const program of started) program.kill("SIGKILL");
  await Promise.all([...started].map((program) => program.ended));
}

/** Starts a program of `programs/`, by itself or `under` another command (a tracer, a limit), and gives it `config`. */
export function startProgram(name: string, config: object, under: readonly string[] = []): Program {
  const node = [process.execPath, "--no-warnings", programFile(at(`programs/${name}.ts`)), JSON.stringify(config)];
  const [command = "", ...args] = [...under, ...node];
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  const printed: unknown[] = [];
  const waiting = new Set<() => void>();
  let rest = "";
  let errors = "";
  let over = false;
  const look = (): void => {
    for (const waiter of [...waiting]) waiter();
  };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) printed.push(JSON.parse(line));
    look();
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  // A program that was killed cannot be told anything.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<Ended>((resolve) => {
    child.on("error", (error) => {
      errors += String(error);
    });
    child.on("close", (code, signal) => {
      over = true;
      started.delete(program);
      resolve({ code, signal });
      look();
    });
  });
  const line = <T>(fits: (line: unknown) => line is T): Promise<T> =>
    new Promise((resolve, reject) => {
      const waiter = (): void => {
        const found = printed.find(fits);
        if (found === undefined && !over) return;
        waiting.delete(waiter);
        if (found === undefined) reject(new Error(`${name} ended without printing what was waited for: ${errors}`));
        else resolve(found);
      };
      waiting.add(waiter);
      waiter();
    });
  const program: Program = {
    pid: child.pid ?? -1,
    printed,
    errors: () => errors,
    line,
    ready: async () => {
      await line((one): one is { ready: true } => typeof one === "object" && one !== null && "ready" in one);
    },
    tell: (command) => child.stdin.write(`${command}\n`),
    kill: (signal) => child.kill(signal),
    ended,
  };
  started.add(program);
  return program;
}

/** A directory that `afterAll` takes away. */
export function freshDirectory(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `holdpoint-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

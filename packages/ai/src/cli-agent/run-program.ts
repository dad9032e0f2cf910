import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CliAgentError } from "./cli-agent-error.ts";

/** A program to be run. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Gets each line of JSON. What it throws ends the program, and is thrown. */
  readonly line: (value: unknown) => void;
}

/** What programs need to work at all; keys and the rest of the environment are not theirs. */
const passed = ["PATH", "HOME", "LANG", "TMPDIR", "USER", "SHELL"];

/** So long a program is given to end by itself. */
const graceMs = 5_000;

/** Of what it says on its standard error. */
const keptErrors = 2_000;

/** Runs a program that says lines of JSON, in a process group of its own; ends when it has ended, whole group included. */
export async function runProgram(call: ProgramCall): Promise<void> {
  const { program, args, input, cwd, env, signal, line } = call;
  signal.throwIfAborted();
  const own = Object.fromEntries(passed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const child = spawn(program, args, { cwd, env: { ...own, ...env }, stdio: ["pipe", "pipe", "pipe"], detached: true });
  let failure: unknown = null;
  let errors = "";
  let killer: NodeJS.Timeout | undefined;
  const end = (reason: unknown): void => {
    failure ??= reason;
    killGroup(child.pid, "SIGTERM");
    killer ??= setTimeout(() => killGroup(child.pid, "SIGKILL"), graceMs);
  };
  const stop = (): void => end(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  child.stderr.on("data", (data: Buffer) => (errors = (errors + String(data)).slice(-keptErrors)));
  child.stdin.on("error", () => {}); // it may end before it has read all
  child.stdin.end(input);
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (text) => {
    if (failure !== null || text.trim() === "") return;
    try {
      const value = parsed(text);
      if (value !== undefined) line(value);
    } catch (error) {
      end(error);
    }
  });
  try {
    const code = await new Promise<number | string | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (number, name) => resolve(number ?? name));
    });
    if (failure !== null) throw failure;
    if (code !== 0) throw new CliAgentError(program, `ended with ${code}: ${errors.trim() || "it does not say why"}`);
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    throw new CliAgentError(
      program,
      `could not be started: there is no program "${program}", or no directory ${cwd}`,
      {},
      { cause: error },
    );
  } finally {
    clearTimeout(killer);
    signal.removeEventListener("abort", stop);
    lines.close();
    killGroup(child.pid, "SIGKILL"); // what it left behind
  }
}

/** Programs also say what is no JSON (notices, progress): that is nothing of ours. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as { code?: string }).code !== "ESRCH") throw error;
  }
}

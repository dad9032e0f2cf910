import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** A project in a temporary directory and the built command run in it, as a user would. */
export interface TestProject {
  readonly directory: string;
  write(path: string, text: string): void;
  /** Runs `holdpoint ARGS` to its end. */
  holdpoint(args: readonly string[], options?: RunSettings): Promise<Ended>;
  /** The same with `--json`, its output read; fails when the exit code is not `code` (0). */
  json<T>(args: readonly string[], code?: number): Promise<T>;
  /** Starts `holdpoint ARGS` and leaves it running. */
  start(args: readonly string[], settings?: RunSettings): Running;
  /** Ends what was started and removes the directory. */
  remove(): void;
}

export interface RunSettings {
  env?: Readonly<Record<string, string>>;
  input?: string;
  /** Below the project. */
  cwd?: string;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Everything it has printed, on both channels. */
  output(): string;
  /** Waits until it has printed this; fails with what it did print. */
  prints(text: string | RegExp, timeoutMs?: number): Promise<void>;
  readonly ended: Promise<number | null>;
}

const repository = resolve(import.meta.dirname, "../../..");
export const program = join(repository, "packages/cli/bin/holdpoint.js");

/** The environment of a person's shell, without what a test runner adds to it. */
export function shellEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH: `${dirname(process.execPath)}:${PATH}`, HOME, HOLDPOINT_USER: "ana", ...extra };
}

/** Builds what the command consists of; a moment where nothing changed. */
export function buildCommand(): void {
  const build = [join(repository, "scripts/build.mjs"), "packages/cli"];
  const { status, stdout, stderr } = spawnSync(process.execPath, build, { cwd: repository, encoding: "utf8" });
  // A test in another package that does not compile is no reason: what is built runs.
  const said = stdout + stderr;
  if (status !== 0 && /packages\/cli\/|does not bundle|Error:/.test(said))
    throw new Error(`the command does not build:\n${said}`);
}

/** A project with these files, and the packages of this repository installed. */
export function testProject(files: Readonly<Record<string, string>>): TestProject {
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-project-"));
  const started = new Set<ChildProcess>();
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  write("package.json", '{ "type": "module", "private": true }\n');
  for (const [path, text] of Object.entries(files)) write(path, text);

  const launch = (args: readonly string[], { env, input, cwd }: RunSettings = {}): Running => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: join(directory, cwd ?? ""),
      env: shellEnvironment(env),
      stdio: "pipe",
    });
    started.add(child);
    child.stdin.end(input ?? "");
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => (printed += data.toString()));
    const ended = new Promise<number | null>((done) => child.once("close", done));
    return {
      child,
      ended,
      output: () => printed,
      prints: (text, timeoutMs) => waitFor(() => printed, text, timeoutMs),
    };
  };

  const holdpoint = async (args: readonly string[], settings?: RunSettings): Promise<Ended> => {
    const { child, ended } = launch(args, settings);
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
    const code = await ended;
    started.delete(child);
    // What the store says about an old Node is not what is tested.
    return { code, stdout, stderr: stderr.replace(/^! SQLite .* can damage .*\n/m, "") };
  };

  return {
    directory,
    write,
    holdpoint,
    async json<T>(args: readonly string[], code = 0): Promise<T> {
      const result = await holdpoint([...args, "--json"]);
      if (result.code !== code)
        throw new Error(`holdpoint ${args.join(" ")} ended with ${result.code}:\n${result.stderr}`);
      return JSON.parse(result.stdout) as T;
    },
    start: (args, settings) => launch(args, settings),
    remove() {
      for (const child of started) child.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until text appears in what `read` gives. */
export async function waitFor(read: () => string, text: string | RegExp, timeoutMs = 120_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(typeof text === "string" ? read().includes(text) : text.test(read()))) {
    if (Date.now() > end) throw new Error(`"${text}" was not printed within ${timeoutMs} ms; this was:\n${read()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Whether a program is installed. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync("which", [name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

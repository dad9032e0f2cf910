import { isAbsolute } from "node:path";
import { type Duration, type RetryPolicy, type StepInfo, ValidationError, type WorkflowContext } from "@holdpoint/core";
import { CliAgentError } from "./cli-agent-error.ts";
import { type CliAgentEvent, type CliDialect, dialects } from "./dialects.ts";
import { runProgram } from "./run-program.ts";

/** `research` reads, `plan` reads and proposes, `execute` changes things. */
export type CliAgentMode = "research" | "plan" | "execute";

/** What a command-line agent is about to do: what its claims are held against. */
export interface CliAgentRequest {
  readonly cwd: string;
  readonly mode: CliAgentMode;
  readonly tools: readonly string[];
}

/** What it was allowed; `AgentPermit` of `@holdpoint/server` is one. */
export interface CliAgentPermit {
  /** Where it really is to work. */
  readonly cwd: string;
  /** Aborted when its time is up. */
  readonly signal: AbortSignal;
  /** Counts a turn; throws when there is none left. */
  turn(): void;
  /** Throws for a tool that it may not use. */
  tool(name: string): void;
  /** It has ended. */
  end(): void;
}

/** What `cliAgentStep` takes. */
export interface CliAgentOptions {
  /** What it is to do. */
  task: string;
  /** Its workspace: an absolute path. */
  cwd: string;
  /** Default `research`. */
  mode?: CliAgentMode;
  /** Every tool it may use; one that it uses beside them ends it. Default: `Read`, `Glob`, `Grep`; for `execute` also `Edit` and `Write`. */
  tools?: readonly string[];
  /** Which program it is, or how one of your own is spoken to. Default `claude-code`. */
  cli?: "claude-code" | "opencode" | CliDialect;
  /** The program, where it is not on the `PATH` under its own name, with what goes before its arguments. */
  command?: readonly [string, ...string[]];
  systemPrompt?: string;
  /** The program's own name of a model. */
  model?: string;
  /** The longest it may take. Default "30m". */
  timeout?: Duration;
  /** What it gets of the environment beside PATH, HOME, LANG, TMPDIR, USER and SHELL: its key, say. */
  env?: Readonly<Record<string, string>>;
  /**
   * Decides, before it starts, whether it may: throw to say no. With agents' tokens:
   * `permit: (request) => enforceAgentClaims(claims, request)`.
   */
  permit?: (request: CliAgentRequest) => CliAgentPermit | Promise<CliAgentPermit>;
  /** Gets each event as it comes, in the process that runs it. */
  onEvent?: (event: CliAgentEvent) => void;
  /** Default: none. In mode `execute` a crash in the middle of it asks a person whether it happened. */
  retry?: RetryPolicy;
}

/** What came of it. */
export interface CliAgentResult {
  /** What it said, else its result. */
  readonly text: string;
  /** The program's own name of the conversation; null where it gives none. */
  readonly sessionId: string | null;
  readonly events: number;
  readonly turns: number;
  /** Tools it used, each as often as it did. */
  readonly tools: readonly string[];
  /** US dollars, as the program says; null where it does not. */
  readonly cost: number | null;
}

const reading = ["Read", "Glob", "Grep"];

/**
 * Lets a command-line coding agent (Claude Code, OpenCode) work as one recorded step: a child process in its workspace, with the tools and
 * the time it is given, and nothing of the environment but what it needs. Its claims are looked at before it starts.
 *
 * In mode `execute` the step is `once`: when the engine's process died in the middle of it, nobody knows what it has changed, and a
 * person is asked.
 *
 * @example
 * const { text } = await cliAgentStep(ctx, "review", { task: "Which of these functions are never called?", cwd: "/srv/shop" });
 *
 * @throws ValidationError what it is to do is not clear. StepFailedError it could not be started, failed, took too long, or used a tool
 * that it was not given: `cause` is a `CliAgentError`, or what `permit` threw
 */
export async function cliAgentStep(
  ctx: WorkflowContext,
  name: string,
  options: CliAgentOptions,
): Promise<CliAgentResult> {
  const { mode = "research", timeout = "30m", retry } = options;
  checkOptions(name, options);
  return ctx.step(name, (info) => work(name, options, info), {
    timeout,
    mode,
    ...(retry && { retry }),
    ...(mode === "execute" && { once: true }),
  });
}

function checkOptions(
  name: string,
  { task, cwd, mode = "research", tools = [], cli = "claude-code" }: CliAgentOptions,
): void {
  const wrong = (path: string, message: string): never => {
    throw new ValidationError(`agent step "${name}"`, [{ path, message }]);
  };
  if (typeof task !== "string" || task.trim() === "") wrong("task", "must say what it is to do");
  if (typeof cwd !== "string" || !isAbsolute(cwd)) wrong("cwd", "must be an absolute path");
  if (!["research", "plan", "execute"].includes(mode)) wrong("mode", "must be research, plan or execute");
  if (tools.some((tool) => !/^[\w.*:()/ -]+$/.test(tool))) wrong("tools", "must be names of tools");
  if (typeof cli === "string" && !Object.hasOwn(dialects, cli))
    wrong("cli", "must be claude-code, opencode or a dialect");
}

async function work(name: string, options: CliAgentOptions, info: StepInfo): Promise<CliAgentResult> {
  const { task, mode = "research", cli = "claude-code", systemPrompt, model, onEvent, env = {} } = options;
  const tools = options.tools ?? (mode === "execute" ? [...reading, "Edit", "Write"] : reading);
  const permit = (await options.permit?.({ cwd: options.cwd, mode, tools })) ?? null;
  const dialect = typeof cli === "string" ? dialects[cli] : cli;
  const call = dialect.call({
    task,
    mode,
    tools,
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(model !== undefined && { model }),
  });
  const [program, ...before] = options.command ?? [dialect.program];
  const heard = new Heard(name, tools, permit);
  try {
    await runProgram({
      program,
      args: [...before, ...call.args],
      input: call.input ?? "",
      cwd: permit?.cwd ?? options.cwd,
      env,
      signal: permit ? AbortSignal.any([info.signal, permit.signal]) : info.signal,
      line: (line) => {
        for (const event of dialect.events(line)) {
          heard.take(event);
          onEvent?.(event);
        }
      },
    });
    return heard.result();
  } finally {
    permit?.end();
  }
}

/** What a program has said so far, held against what it may. */
class Heard {
  #said = "";
  #result: string | null = null;
  #failure: string | null = null;
  #sessionId: string | null = null;
  #cost: number | null = null;
  #events = 0;
  #turns = 0;
  readonly #used: string[] = [];
  readonly #name: string;
  readonly #tools: readonly string[];
  readonly #permit: CliAgentPermit | null;

  constructor(name: string, tools: readonly string[], permit: CliAgentPermit | null) {
    this.#name = name;
    this.#tools = tools;
    this.#permit = permit;
  }

  /** Throws when the agent does what it may not. */
  take(event: CliAgentEvent): void {
    this.#events++;
    if (event.sessionId) this.#sessionId = event.sessionId;
    switch (event.type) {
      case "turn":
        this.#turns++;
        this.#permit?.turn();
        return;
      case "text":
        this.#said += event.text;
        return;
      case "tool_use":
        this.#used.push(event.tool);
        this.#permit?.tool(event.tool);
        if (!this.#tools.includes(event.tool)) {
          throw new CliAgentError(this.#name, `used the tool "${event.tool}", which it was not given, and was ended`);
        }
        return;
      case "result":
        this.#result = event.text;
        this.#cost = event.cost ?? this.#cost;
        return;
      case "error":
        this.#failure = event.text;
        return;
      default:
        return;
    }
  }

  result(): CliAgentResult {
    if (this.#failure !== null) throw new CliAgentError(this.#name, `failed: ${this.#failure}`);
    const text = this.#said || this.#result;
    if (text === null || text === "") throw new CliAgentError(this.#name, "ended without saying anything");
    return {
      text,
      sessionId: this.#sessionId,
      events: this.#events,
      turns: this.#turns,
      tools: this.#used,
      cost: this.#cost,
    };
  }
}

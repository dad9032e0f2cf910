import { realpath } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { HoldpointError, ValidationError } from "@holdpoint/core";
import type { Claims } from "../claims.ts";
import { type AgentClaims, type AgentLimits, readAgentClaims } from "./claims.ts";

/** What an agent is about to do. */
export interface AgentRequest {
  /** Where it is to work: an absolute path of a directory that is there. */
  cwd: string;
  mode: string;
  /** Every tool it will be given. */
  tools: readonly string[];
  /** What it wants to use of its limits. Default: all of them. */
  limits?: Partial<AgentLimits>;
}

/** An agent's token does not allow what it is about to do. */
export class ClaimsViolationError extends HoldpointError {
  constructor(message: string, details: { claim: string }) {
    super("CLAIMS_VIOLATION", `the agent's token does not allow this: ${message}`, details);
  }
}

/** What an agent was allowed, to work by: start it in `cwd`, give it `tools`, hand it `signal`, and call `turn()` before each turn. */
export class AgentPermit {
  /** The directory as it really is, links resolved: start the agent here, not where it asked to be. */
  readonly cwd: string;
  readonly mode: string;
  readonly tools: readonly string[];
  readonly limits: AgentLimits;
  /** Aborted when its time is up, with a `ClaimsViolationError`. */
  readonly signal: AbortSignal;
  private turns = 0;
  private readonly stopping = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(cwd: string, { mode, tools }: AgentRequest, limits: AgentLimits) {
    this.cwd = cwd;
    this.mode = mode;
    this.tools = [...tools];
    this.limits = limits;
    this.signal = this.stopping.signal;
    this.timer = setTimeout(
      () => this.stopping.abort(this.late()),
      Math.min(limits.max_duration_seconds * 1000, 2 ** 31 - 1),
    );
    this.timer.unref();
  }

  /** How many turns are left. */
  get turnsLeft(): number {
    return Math.max(0, Math.floor(this.limits.max_turns) - this.turns);
  }

  /** Counts a turn. Throws `ClaimsViolationError` when there is none left, or the time is up. */
  turn(): void {
    this.signal.throwIfAborted();
    if (this.turnsLeft === 0) {
      throw new ClaimsViolationError(`all of its ${this.limits.max_turns} turns are used (max_turns)`, {
        claim: "limits.max_turns",
      });
    }
    this.turns += 1;
  }

  /** Lets a tool be used. Throws `ClaimsViolationError` for one that was not asked for, or when the time is up. */
  tool(name: string): void {
    this.signal.throwIfAborted();
    if (!this.tools.includes(name))
      throw new ClaimsViolationError(`tool "${name}" was not asked for`, { claim: "allowed_tools" });
  }

  /** The agent has ended: its time is not counted any more. */
  end(): void {
    clearTimeout(this.timer);
  }

  private late(): ClaimsViolationError {
    const { max_duration_seconds } = this.limits;
    return new ClaimsViolationError(`its ${max_duration_seconds} seconds are over (max_duration_seconds)`, {
      claim: "limits.max_duration_seconds",
    });
  }
}

/**
 * Checks what an agent is about to do against the `a2a` claim of its token, before anything of it runs. Denied unless allowed: a claim that is
 * missing allows nothing. Directories are compared as they really are (links resolved), by whole segments of their paths.
 *
 * @param claims of a token that was verified already (`tokenVerifier`)
 *
 * @example
 * import { agentClaims, enforceAgentClaims } from "@holdpoint/server";
 * const token = { sub: "agent-7", a2a: agentClaims("llm", [process.cwd()]) };
 * const permit = await enforceAgentClaims(token, { cwd: process.cwd(), mode: "research", tools: ["Read", "Glob"] });
 * permit.turn(); // before each turn: throws when they are used up
 * permit.end();
 *
 * @throws ClaimsViolationError it is not allowed
 * @throws ValidationError the claim is missing or malformed, or the request is
 */
export async function enforceAgentClaims(claims: Claims, request: AgentRequest): Promise<AgentPermit> {
  const allowed = readAgentClaims(claims);
  checkRequest(request);
  const cwd = await allowedDirectory(request.cwd, allowed);
  if (!allowed.allowed_modes.includes(request.mode))
    throw new ClaimsViolationError(`mode "${request.mode}" is not in allowed_modes`, { claim: "allowed_modes" });
  const more = request.tools.filter((tool) => !allowed.allowed_tools.includes(tool));
  if (more.length > 0)
    throw new ClaimsViolationError(`tools ${more.map((tool) => `"${tool}"`).join(", ")} are not in allowed_tools`, {
      claim: "allowed_tools",
    });
  return new AgentPermit(cwd, request, limitsWithin(request.limits ?? {}, allowed.limits));
}

function checkRequest({ cwd, mode, tools }: AgentRequest): void {
  const wrong = (path: string, message: string) => new ValidationError("agent", [{ path, message }]);
  if (typeof cwd !== "string" || !isAbsolute(cwd) || cwd.includes("\0")) throw wrong("cwd", "must be an absolute path");
  if (typeof mode !== "string" || mode === "") throw wrong("mode", "must be given");
  if (!Array.isArray(tools) || !tools.every((one) => typeof one === "string"))
    throw wrong("tools", "must list every tool the agent will have; [] for none");
}

async function allowedDirectory(cwd: string, { allowed_cwd }: AgentClaims): Promise<string> {
  const real = await realpath(cwd).catch(() => null);
  if (real !== null) {
    for (const one of allowed_cwd) {
      // A trailing "/*" says what holds anyway.
      const root = one.replace(/(?<=.)[/\\]\*$/, "");
      const realRoot = isAbsolute(root) && !root.includes("\0") ? await realpath(root).catch(() => null) : null;
      if (realRoot !== null && contains(realRoot, real)) return real;
    }
  }
  throw new ClaimsViolationError(`directory "${cwd}" is not there, or not below one of allowed_cwd`, {
    claim: "allowed_cwd",
  });
}

/** Whether a directory is another one or lies below it, by whole segments: /srv/app does not contain /srv/app-2. */
function contains(root: string, directory: string): boolean {
  const way = relative(root, directory);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}

function limitsWithin(asked: Partial<AgentLimits>, allowed: AgentLimits): AgentLimits {
  const one = (name: keyof AgentLimits): number => {
    const value = asked[name] ?? allowed[name];
    if (typeof value !== "number" || !(value > 0))
      throw new ValidationError("agent", [{ path: `limits.${name}`, message: "must be a number above 0" }]);
    if (value <= allowed[name]) return value;
    throw new ClaimsViolationError(`${name} ${value} is above the ${allowed[name]} it may have`, {
      claim: `limits.${name}`,
    });
  };
  return { max_turns: one("max_turns"), max_duration_seconds: one("max_duration_seconds") };
}

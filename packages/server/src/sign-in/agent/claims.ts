import { ValidationError } from "@holdpoint/core";
import type { Claims } from "../claims.ts";

/** How long an agent may work. */
export interface AgentLimits {
  /** How often it may ask its model. */
  max_turns: number;
  max_duration_seconds: number;
}

/** What an agent may do: the `a2a` claim of its token. */
export interface AgentClaims {
  /** Directories, absolute; each allows itself and what lies below it. */
  allowed_cwd: readonly string[];
  /** As `research`, `plan`, `execute`. */
  allowed_modes: readonly string[];
  /** By their names, exactly. */
  allowed_tools: readonly string[];
  limits: AgentLimits;
}

const reading = ["Read", "Glob", "Grep"];

/** What each kind of agent may do unless somebody says otherwise. */
const defaults: Readonly<Record<string, Omit<AgentClaims, "allowed_cwd">>> = {
  llm: {
    allowed_modes: ["research"],
    allowed_tools: reading,
    limits: { max_turns: 30, max_duration_seconds: 300 },
  },
  processor: {
    allowed_modes: ["research", "plan"],
    allowed_tools: reading,
    limits: { max_turns: 50, max_duration_seconds: 600 },
  },
  custom: {
    allowed_modes: ["research", "plan", "execute"],
    allowed_tools: [...reading, "Edit", "Write", "Bash"],
    limits: { max_turns: 100, max_duration_seconds: 900 },
  },
};

/**
 * What an agent of a kind (`llm`, `processor`, `custom`) may do in these directories; one of an unknown kind as little as `llm`. A copy: change it as you like.
 *
 * @example
 * import { agentClaims } from "@holdpoint/server";
 * const claims = agentClaims("processor", ["/srv/app-123"]); // reads, plans, 50 turns, 10 minutes
 */
export function agentClaims(kind: string, allowedCwd: readonly string[]): AgentClaims {
  const { llm = { allowed_modes: [], allowed_tools: [], limits: { max_turns: 1, max_duration_seconds: 1 } } } =
    defaults;
  const found = Object.hasOwn(defaults, kind) ? (defaults[kind] ?? llm) : llm;
  return structuredClone({ allowed_cwd: [...allowedCwd], ...found });
}

/**
 * The `a2a` claim of a verified token, whole. A part that is missing or is not what it must be is an error, never "anything goes".
 *
 * @throws ValidationError it is not there, or not of this shape
 */
export function readAgentClaims(claims: Claims): AgentClaims {
  const a2a = objectAt(claims.a2a, "a2a");
  const limits = objectAt(a2a.limits, "a2a.limits");
  return {
    allowed_cwd: namesAt(a2a.allowed_cwd, "a2a.allowed_cwd"),
    allowed_modes: namesAt(a2a.allowed_modes, "a2a.allowed_modes"),
    allowed_tools: namesAt(a2a.allowed_tools, "a2a.allowed_tools"),
    limits: {
      max_turns: countAt(limits.max_turns, "a2a.limits.max_turns"),
      max_duration_seconds: countAt(limits.max_duration_seconds, "a2a.limits.max_duration_seconds"),
    },
  };
}

const wrong = (path: string, message: string): ValidationError => new ValidationError("claims", [{ path, message }]);

function objectAt(value: unknown, path: string): Claims {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Claims;
  throw wrong(path, "must be an object that says what the agent may do");
}

function namesAt(value: unknown, path: string): string[] {
  const names = typeof value === "string" ? [value] : value;
  const fits =
    Array.isArray(names) && names.length <= 1000 && names.every((one) => typeof one === "string" && one !== "");
  if (fits) return names as string[];
  throw wrong(path, "must be a list of names; an empty one allows nothing");
}

function countAt(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw wrong(path, "must be a number above 0");
}

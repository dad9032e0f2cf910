import { CommanderError } from "commander";
import { DeclinedError, UsageError } from "./usage-error.ts";

/** How a command ended that did not do what it was asked to. */
export interface Failure {
  /** 1: it was tried, or cannot be done; 2: the command line cannot be meant. */
  exit: 1 | 2;
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
  /** More lines for people. */
  hints: string[];
}

/** Null when nothing went wrong: help and version end by an exception, too. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0 || error.code === "commander.help") return null;
    const hints = "usage" in error ? [`usage: ${String(error.usage)}`] : [];
    return { exit: 2, code: "USAGE", message: sentenceOf(error.message), details: {}, hints };
  }
  if (error instanceof UsageError) return { exit: 2, code: "USAGE", message: error.message, details: {}, hints: [] };
  if (error instanceof DeclinedError)
    return { exit: 1, code: "DECLINED", message: error.message, details: {}, hints: [] };
  if (isHoldpointError(error)) {
    const { code, message, details } = error;
    const mistyped = code === "VALIDATION" || (code === "NOT_FOUND" && details.what === "workflow");
    return { exit: mistyped ? 2 : 1, code, message, details, hints: issuesOf(details) };
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  return {
    exit: 1,
    code: "UNEXPECTED",
    message,
    details: {},
    hints: ["this was not expected: run the command again with --debug to see where it happened"],
  };
}

/** Of this or of another copy of the library: a command installed globally meets errors of the project's own. */
function isHoldpointError(error: unknown): error is Error & { code: string; details: Record<string, unknown> } {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "details" in error;
}

/** commander's words in ours: `error: unknown command 'rnu'\n(Did you mean run?)`. */
function sentenceOf(message: string): string {
  const [first = "", second = ""] = message.replace(/^error: /, "").split("\n");
  const meant = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(second)?.[1];
  return meant ? `${first}, did you mean ${meant.replaceAll(/[^, ]+/g, "'$&'").replaceAll("', '", "' or '")}?` : first;
}

/** A message shows the first of several problems; these are all of them. */
function issuesOf(details: Readonly<Record<string, unknown>>): string[] {
  const { problems, issues = problems } = details as Record<"issues" | "problems", { path: string; message: string }[]>;
  if (!Array.isArray(issues) || issues.length < 2) return [];
  return issues.map(({ path, message }) => `${path ? `${path}: ` : ""}${message}`);
}

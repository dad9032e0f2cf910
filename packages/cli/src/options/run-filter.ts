import { closest, durationMs, type RunFilter, type RunStatus, type Waiting } from "@holdpoint/core";
import { type Command, Option } from "commander";
import { repeated } from "../command/context.ts";
import { UsageError } from "../command/usage-error.ts";
import { attributesOf } from "./pairs.ts";

export interface RunFilterOptions {
  workflow?: string;
  status?: string;
  waiting?: string;
  outcome?: string;
  attribute?: string[];
  since?: string;
  until?: string;
  queue?: string;
  thread?: string;
}

const statuses: readonly RunStatus[] = [
  "ready",
  "running",
  "parked",
  "paused",
  "completed",
  "failed",
  "cancelled",
  "diverged",
];
const waits: readonly Exclude<Waiting, null>[] = ["hold", "operator", "signal", "child", "time", "retry", "worker"];

/** The options by which runs are chosen, the same wherever they are. */
export function addRunFilter(command: Command): Command {
  return command
    .option("--workflow <name>", "of this workflow")
    .option("--status <list>", `with one of these statuses: ${statuses.join(", ")}`)
    .option("--waiting <list>", `waiting for one of: ${waits.join(", ")}`)
    .option(
      "--outcome <word>",
      "that ended with this outcome: success, rejected, failed, cancelled or an author's word",
    )
    .addOption(
      new Option("--attribute <k=v>", "with this attribute; may be repeated, all must fit").argParser(repeated),
    )
    .option("--since <time>", 'started since: "2h", "3d" or a date')
    .option("--until <time>", "started before")
    .option("--queue <name>", "of this queue")
    .option("--thread <id>", "of this thread");
}

export function readRunFilter(options: RunFilterOptions, now = Date.now()): RunFilter {
  const { workflow, outcome, queue, thread, status, waiting, attribute, since, until } = options;
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(queue === undefined ? {} : { queue }),
    ...(thread === undefined ? {} : { thread }),
    ...(status === undefined ? {} : { status: listOf("status", status, statuses) }),
    ...(waiting === undefined ? {} : { waiting: listOf("waiting", waiting, waits) }),
    ...(attribute === undefined ? {} : { attributes: attributesOf(attribute) }),
    ...(since === undefined ? {} : { createdAfter: timeOf("--since", since, now) }),
    ...(until === undefined ? {} : { createdBefore: timeOf("--until", until, now) }),
  };
}

/** Comma-separated words, each one of `known`. */
export function listOf<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  return text.split(",").map((one) => wordOf(option, one.trim(), known));
}

export function wordOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found) return found;
  const close = closest(text, known);
  throw new UsageError(
    close
      ? `unknown ${option} '${text}', did you mean '${close}'?`
      : `unknown ${option} '${text}': ${known.join(", ")}`,
  );
}

/** A length of time before now, or a date. */
export function timeOf(option: string, text: string, now: number): number {
  if (/^\d+(\.\d+)?\s*(ms|[smhdw])/.test(text)) return now - durationMs(text, option);
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new UsageError(`${option}: "${text}" is neither a length of time ("2h", "3d") nor a date`);
  return time;
}

export interface PageOptions {
  limit?: string;
  cursor?: string;
}

export function addPage(command: Command, fallback: number): Command {
  return command
    .option("--limit <n>", `at most this many, up to 1000 (default ${fallback})`)
    .option("--cursor <cursor>", "go on where an earlier list ended");
}

export function readPage({ limit, cursor }: PageOptions, fallback: number): { limit: number; cursor: string | null } {
  const count = limit === undefined ? fallback : Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new UsageError(`--limit takes a whole number from 1 to 1000, not "${limit}"`);
  return { limit: count, cursor: cursor ?? null };
}

import type { RunEvent } from "@holdpoint/core";
import { oneLine } from "../terminal/plain-text.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { fitText } from "../terminal/text-width.ts";
import { shownDuration } from "../terminal/time.ts";

type Style = Parameters<Terminal["paint"]>[0];

/** An event in a few words: what happened, to what, with what result. */
export interface EventWords {
  mark: string;
  style: Style;
  what: string;
  /** Result, reason, sender, duration; empty when there is nothing to say. */
  more: string;
}

/** Says an event of a journal to a person. */
export function eventWords(event: RunEvent): EventWords {
  const [kind = "", phase = ""] = event.type.split(".");
  if (kind === "mail") return mailWords(event, phase);
  if (kind === "run") return runWords(event, phase);
  const what = event.key.replace(/#1(?=$|\/)/g, "");
  const took = event.at.getTime() - event.startedAt.getTime();
  const ms = took > 0 ? shownDuration(took) : "";
  if (phase === "attempt")
    return {
      mark: "!",
      style: "yellow",
      what: `${what} failed, attempt ${event.attempt}`,
      more: reasonOf(event.value),
    };
  if (phase === "opened") {
    const words: Record<string, string> = { hold: "waits for a person", sleep: "sleeps", signal: "waits for a signal" };
    return { mark: "…", style: "dim", what, more: words[kind] ?? "opened" };
  }
  if (event.outcome === "error")
    return {
      mark: "✗",
      style: "red",
      what: `${what} failed`,
      more: joined(reasonOf(event.value), attempts(event), ms),
    };
  if (event.outcome === "unknown") return { mark: "?", style: "magenta", what, more: "outcome unknown" };
  const value = kind === "sleep" || kind === "scope" ? "" : valueWords(event.value);
  return { mark: "✓", style: "green", what, more: joined(value, attempts(event), ms) };
}

function runWords(event: RunEvent, phase: string): EventWords {
  if (phase === "opened") return { mark: "▶", style: "cyan", what: "started", more: valueWords(event.value) };
  if (event.outcome === "error") return { mark: "✗", style: "red", what: "ended", more: reasonOf(event.value) };
  return { mark: "■", style: "green", what: "completed", more: valueWords(event.value) };
}

function mailWords(event: RunEvent, kind: string): EventWords {
  const by = event.by === null ? "" : `by ${event.by}`;
  const key = event.key.replace(/#1$/, "");
  switch (kind) {
    case "decision": {
      const { value, option, note } = (event.value ?? {}) as {
        value?: unknown;
        option?: string | null;
        note?: string | null;
      };
      const approved = (value as { approved?: unknown } | undefined)?.approved;
      const word = approved === true ? "approved" : approved === false ? "rejected" : `answered ${valueWords(value)}`;
      return {
        mark: "→",
        style: "cyan",
        what: `${key} ${word}`,
        more: joined(by || "by the deadline", option ?? "", note ?? ""),
      };
    }
    case "signal":
      return { mark: "→", style: "cyan", what: `signal ${key}`, more: joined(valueWords(event.value), by) };
    case "tick":
      return { mark: "→", style: "dim", what: "time came", more: "" };
    default:
      return { mark: "→", style: "cyan", what: joined(kind, key), more: joined(by, reasonOf(event.value)) };
  }
}

const attempts = (event: RunEvent): string => (event.attempt > 1 ? `attempt ${event.attempt}` : "");
const joined = (...parts: string[]): string => parts.filter((part) => part !== "").join(" · ");

/** The sentence of an error, or of what carries one. */
function reasonOf(value: unknown): string {
  if (value instanceof Error) return oneLine(value.message);
  if (typeof value !== "object" || value === null) return value === undefined ? "" : valueWords(value);
  if ("error" in value) return reasonOf(value.error);
  if ("reason" in value && typeof value.reason === "string") return oneLine(value.reason);
  return "message" in value && typeof value.message === "string" ? oneLine(value.message) : "";
}

/** A value on one line, JSON where it has parts; cut where it is long. */
export function valueWords(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Error) return oneLine(value.message);
  const text = typeof value === "string" ? value : jsonOf(value);
  const line = oneLine(text);
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? one.toString() : one)) ?? "";
  } catch {
    return String(value);
  }
}

/** The event as one coloured line that fits the screen. */
export function eventLine(terminal: Pick<Terminal, "paint" | "width">, event: RunEvent): string {
  const { mark, style, what, more } = eventWords(event);
  const room = terminal.width - 2 - what.length - 2;
  return `${terminal.paint(style, mark)} ${oneLine(what)}${more === "" ? "" : `  ${terminal.paint("dim", fitText(more, Math.max(10, room)))}`}`;
}

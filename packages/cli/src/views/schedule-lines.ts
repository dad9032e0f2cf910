import type { Firing, Schedule } from "@holdpoint/core";
import { oneLine, plainText } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { shownDuration, shownWhen } from "../terminal/time.ts";
import { valueLines } from "../terminal/value-text.ts";

/** When it fires, in a few words: `0 2 * * * Europe/Berlin`, `every 15m`, `on order.paid`. */
export function triggerText({ when }: Schedule): string {
  if ("event" in when) return `on ${when.event}`;
  return "cron" in when ? `${when.cron} ${when.timeZone}` : `every ${shownDuration(when.every)}`;
}

/** What is to be said of it beside its times: paused by whom and why, and what waits. */
export function scheduleState({ paused, pausedBy, note, waiting, running }: Schedule): string {
  const parts = [
    paused ? `paused${pausedBy ? ` by ${pausedBy}` : ""}${note ? `: ${note}` : ""}` : "",
    running.length > 0 ? `${running.length} under way` : "",
    waiting > 0 ? `${waiting} waiting` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

const missed = { skip: "left out", once: "one run for the latest", all: "a run for each" } as const;
const overlaps = {
  skip: "the new one is left out",
  queue: "one waits for it",
  allow: "they run side by side",
  cancel: "the one under way is cancelled",
} as const;

/** A schedule, one fact to a line. */
export function scheduleLines(
  terminal: Pick<Terminal, "paint" | "width">,
  schedule: Schedule,
  upcoming: readonly Date[],
  now: number,
): string[] {
  const { misfire, atMost, overlap, input, run } = schedule;
  const shown = (value: unknown): string => valueLines(value, terminal.width - 13).join("\n");
  const facts: [string, string][] = [
    ["workflow", schedule.workflow],
    ["when", triggerText(schedule)],
    ["input", input === undefined ? "none" : shown(input)],
    ["missed", `${missed[misfire]}${misfire === "all" ? `, ${atMost} at most` : ""}`],
    ["overlap", overlaps[overlap]],
    ...Object.entries(run).map(([name, value]): [string, string] => [name, shown(value)]),
    ["state", scheduleState(schedule)],
    ["next", upcoming.map((time) => `${time.toISOString()} (${shownWhen(time, now)})`).join("\n")],
  ];
  return [
    terminal.paint("bold", oneLine(schedule.id)),
    ...facts
      .filter(([, value]) => value !== "")
      .flatMap(([name, value]) =>
        value
          .split("\n")
          .map((text, i) => `  ${terminal.paint("dim", (i === 0 ? name : "").padEnd(10))} ${plainText(text)}`),
      ),
  ];
}

const styles = { started: "green", waiting: "yellow", skipped: "dim", missed: "yellow", failed: "red" } as const;

/** Lines of a schedule's history as a table. */
export function firingLines(
  terminal: Pick<Terminal, "paint" | "width">,
  firings: readonly Firing[],
  now: number,
): string[] {
  const columns: Column<Firing>[] = [
    { title: "DUE", text: ({ dueAt }) => dueAt.toISOString().replace(".000Z", "Z") },
    { title: "WHAT", text: ({ outcome }) => outcome, paint: ({ outcome }) => styles[outcome] },
    {
      title: "WHY",
      text: ({ kind }) => (kind === "due" ? "its time" : kind === "manual" ? "by hand" : kind),
      drops: 2,
    },
    { title: "BY", text: ({ by }) => oneLine(by ?? ""), drops: 1, paint: () => "dim" },
    { title: "AT", text: ({ at }) => shownWhen(at, now), drops: 3 },
    {
      title: "RUN / NOTE",
      text: ({ runId, note }) => oneLine([runId, note].filter(Boolean).join(": ")),
      shrinks: 0,
      least: 12,
    },
  ];
  return renderTable(terminal, columns, firings);
}

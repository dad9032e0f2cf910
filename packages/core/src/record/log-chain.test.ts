import { describe, expect, test } from "vitest";
import type { LogLine } from "../store/log-rows.ts";
import { brokenLogLine, type LogHead, nextLogLine } from "./log-chain.ts";

function linesOf(count: number, log = "audit"): LogLine[] {
  const lines: LogLine[] = [];
  let head: LogHead = { n: 0, at: 0, hash: null };
  for (let i = 1; i <= count; i++) {
    const line: LogLine = nextLogLine(head, log, { at: i, body: `line ${i}`, key: i % 2 ? null : `k${i}` });
    lines.push(line);
    head = line;
  }
  return lines;
}

describe("the chain of a log", () => {
  test("is whole from the beginning, and from any line on", () => {
    const lines = linesOf(5);
    expect(brokenLogLine("audit", lines)).toBeNull();
    expect(brokenLogLine("audit", lines.slice(2), lines[1])).toBeNull();
    expect(brokenLogLine("audit", [])).toBeNull();
  });

  test.each([
    ["an edited body", (lines: LogLine[]) => Object.assign(lines[2] as LogLine, { body: "other" }), 3],
    ["an edited time", (lines: LogLine[]) => Object.assign(lines[2] as LogLine, { at: 9 }), 3],
    ["an edited key", (lines: LogLine[]) => Object.assign(lines[2] as LogLine, { key: "k" }), 3],
    ["a line cut out", (lines: LogLine[]) => lines.splice(2, 1), 4],
    ["lines exchanged", (lines: LogLine[]) => lines.splice(1, 2, lines[2] as LogLine, lines[1] as LogLine), 3],
    ["a head cut off", (lines: LogLine[]) => lines.splice(0, 1), 2],
    ["lines of another log", (lines: LogLine[]) => lines.splice(2, 3, ...linesOf(5, "other").slice(2)), 3],
  ])("names the first line that does not follow: %s", (_what, change, n) => {
    const lines = linesOf(5);
    change(lines);
    expect(brokenLogLine("audit", lines)).toBe(n);
  });

  test("does not let a line be earlier than the one before", () => {
    const [line] = linesOf(1);
    expect(nextLogLine({ ...(line as LogLine), at: 100 }, "audit", { at: 50, body: "", key: null }).at).toBe(100);
  });
});

import { logFault } from "../../record/limits.ts";
import { nextLogLine } from "../../record/log-chain.ts";
import type { LogLine, LogOperation, LogPage, LogResult } from "../log-rows.ts";
import type { Refused } from "../store.ts";
import type { Space } from "./space.ts";

export function appendLog(space: Space, operation: LogOperation): LogResult | Refused {
  const reason = logFault(operation);
  if (reason !== null) return { type: "refused", reason };
  const name = operation.log;
  let log = space.logs.get(name);
  if (log === undefined) space.logs.set(name, (log = { lines: [], byKey: new Map() }));
  const written: LogLine[] = [];
  for (const line of operation.lines) {
    const known = line.key === null ? undefined : log.byKey.get(line.key);
    const recorded = known ?? nextLogLine(log.lines.at(-1) ?? { n: 0, at: 0, hash: null }, name, line);
    written.push({ ...recorded });
    if (known !== undefined) continue;
    log.lines.push(recorded);
    if (line.key !== null) log.byKey.set(line.key, recorded);
  }
  return { type: "logged", lines: written };
}

export function logLines(space: Space, name: string, page: LogPage): LogLine[] {
  const { after = 0, before, from, until, newestFirst = false, limit } = page;
  const found = (space.logs.get(name)?.lines ?? []).filter(
    ({ n, at }) =>
      n > after &&
      (before === undefined || n < before) &&
      (from === undefined || at >= from) &&
      (until === undefined || at < until),
  );
  if (newestFirst) found.reverse();
  return found.slice(0, limit).map((line) => ({ ...line }));
}

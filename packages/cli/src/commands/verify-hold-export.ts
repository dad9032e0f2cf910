import { type RecordVerification, readAnchors, readHoldRecord, verifyHoldRecord } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { oneLine } from "../terminal/plain-text.ts";

/** Checks an exported hold; needs nothing but the file. Gives the exit code. */
export async function verifyHoldExport(
  session: Session,
  text: string,
  { trusted, anchors }: { trusted: readonly string[]; anchors: string | null },
): Promise<number> {
  const record = readHoldRecord(text);
  const found = await verifyHoldRecord(record, {
    ...(trusted.length === 0 ? {} : { trusted }),
    ...(anchors === null ? {} : { anchors: readAnchors(anchors) }),
  });
  const { id, title, run } = record.readable;
  session.result({ hold: id, title, run, ...found }, () => lines(session, `${id}  ${oneLine(title)}`, found));
  return found.verdict === "broken" ? 1 : 0;
}

function lines({ terminal }: Session, title: string, found: RecordVerification): string[] {
  const isBroken = found.verdict === "broken";
  const says = isBroken ? "was tampered with" : "is what was recorded";
  return [
    `${isBroken ? terminal.paint("red", "✗") : terminal.paint("green", "✓")} ${title}: the record ${says}`,
    ...found.problems.map((problem) => `  ${terminal.paint("red", "✗")} ${oneLine(problem)}`),
    ...found.checked.map((check) => `  ${terminal.paint("green", "✓")} ${oneLine(check)}`),
    ...found.unchecked.map((check) => `  ${terminal.paint("yellow", "!")} not checked: ${oneLine(check)}`),
  ];
}

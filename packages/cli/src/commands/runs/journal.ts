import type { RunEvent } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { wholeNumber } from "../../options/numbers.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { type Column, renderTable } from "../../terminal/table.ts";
import { shownDuration, shownTime } from "../../terminal/time.ts";
import { eventWords, valueWords } from "../../views/event-line.ts";
import { requireRun } from "../../views/names.ts";

export const journalCommand: CommandFactory = (context) =>
  newCommand("journal", "list everything a run did and was sent, with its keys", [
    "holdpoint runs journal refund-A-7",
    "holdpoint runs journal refund-A-7 --after 40 --json",
  ])
    .argument("<run>", "its id")
    .option("--after <n>", "only what came after this number")
    .action(
      perform(context, async (session, id: string, options: { after?: string }) => {
        const after = options.after === undefined ? 0 : wholeNumber("--after", options.after);
        await session.withEngine(async (engine) => {
          const run = await requireRun(engine, id);
          const events = await session.progress("reading its journal", run.journal({ after }));
          session.result({ run: run.id, events }, () => renderTable(session.terminal, columns, events));
        });
      }),
    );

const columns: Column<RunEvent>[] = [
  { title: "N", text: (event) => String(event.seq), align: "right", paint: () => "dim", least: 1 },
  { title: "AT", text: (event) => shownTime(event.at), paint: () => "dim", drops: 1 },
  { title: "WHAT", text: (event) => event.type, paint: (event) => eventWords(event).style },
  { title: "KEY", text: (event) => oneLine(event.key), shrinks: 2, least: 20 },
  { title: "TOOK", text: tookText, align: "right", drops: 2 },
  {
    title: "VALUE",
    text: (event) => eventWords(event).more || valueWords(event.value),
    shrinks: 1,
    least: 10,
    paint: () => "dim",
  },
];

function tookText(event: RunEvent): string {
  const took = event.at.getTime() - event.startedAt.getTime();
  return took > 0 ? shownDuration(took) : "";
}

import { closeSync, openSync, writeSync } from "node:fs";
import { type AnnotationReport, annotationLines, annotationReport } from "@holdpoint/annotate";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { oneLine } from "../terminal/plain-text.ts";

export const annotationsCommand: CommandFactory = (context) =>
  newCommand(
    "annotations",
    "what annotation queues have made",
    ["holdpoint annotations report mail-labels", "holdpoint annotations export mail-labels --output labels.jsonl"],
    'How an annotation queue stands, and its labels for a training. An item is offered with `holdpoint run QUEUE --input \'{"id": …, "item": …}\'`; annotators use `holdpoint holds --for NAME` and `holdpoint decide`.',
  )
    .addCommand(reportCommand(context))
    .addCommand(exportCommand(context));

const reportCommand: CommandFactory = (context) =>
  newCommand("report", "how far a queue is, and how well its annotators agree", [
    "holdpoint annotations report mail-labels",
  ])
    .argument("<queue>", "its name")
    .action(
      perform(context, (session, name: string) =>
        session.withEngine(async (engine) => {
          const report = await session.progress("reading what is done", annotationReport(engine, name));
          session.result(report, () => lines(session, name, report));
        }),
      ),
    );

interface ExportOptions {
  output?: string;
  names?: boolean;
}

const exportCommand: CommandFactory = (context) =>
  newCommand("export", "write the labels of a queue as JSON Lines", [
    "holdpoint annotations export mail-labels --output labels.jsonl",
  ])
    .argument("<queue>", "its name")
    .option("--names", "with annotators' names instead of pseudonyms")
    .option("-o, --output <file>", "write to a file, readable by you alone, instead of standard output")
    .action(
      perform(context, (session, name: string, { output, names }: ExportOptions) =>
        session.withEngine(async (engine) => {
          const lines = annotationLines(engine, name, { names: names === true });
          // What was exported before is replaced only when there is such a queue.
          let line = await lines.next();
          const file = output === undefined ? null : openSync(session.path(output), "w", 0o600);
          let count = 0;
          try {
            for (; !line.done; line = await lines.next()) {
              if (file === null) session.terminal.out(line.value);
              else writeSync(file, `${line.value}\n`);
              count++;
            }
          } finally {
            if (file !== null) closeSync(file);
          }
          if (output !== undefined) session.note(`${count} items written to ${output}`);
        }),
      ),
    );

function lines({ terminal }: Session, name: string, report: AnnotationReport): string[] {
  const { done, waiting, disputed, checked, corrected, labels, agreement, annotators, predictions } = report;
  const fact = (title: string, text: string): string => `  ${terminal.paint("dim", title.padEnd(14))}${text}`;
  const number = (value: number | null | undefined): string => (value == null ? "not defined" : value.toFixed(3));
  return [
    `${terminal.paint("bold", oneLine(name))}  ${done} done, ${waiting} waiting`,
    fact("labels", labels.map(({ label, items }) => `${oneLine(String(label))} ${items}`).join(", ") || "none"),
    fact("disagreed", `${disputed} of ${done}`),
    ...(checked > 0 ? [fact("checked", `${checked}, ${corrected} corrected`)] : []),
    ...(predictions ? [fact("model", `right in ${predictions.right} of ${predictions.items}`)] : []),
    fact(
      "agreement",
      `Fleiss' kappa ${number(agreement.fleiss?.kappa)}, Krippendorff's alpha ${number(agreement.krippendorff)}`,
    ),
    ...agreement.cohen
      .slice(0, 10)
      .map(({ between, kappa, items }) =>
        fact("", `${between.map(oneLine).join(" and ")}: Cohen's kappa ${number(kappa)} over ${items}`),
      ),
    ...annotators.map(({ by, items, upheld }) => fact("annotator", `${oneLine(by)}: ${items}, upheld ${upheld}`)),
  ];
}

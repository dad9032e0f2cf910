import { confirm, select, text } from "@clack/prompts";
import type { Engine, Hold } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { DeclinedError } from "../command/usage-error.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { valueWords } from "../views/event-line.ts";
import { holdLines } from "../views/hold-lines.ts";
import { answered } from "./answered.ts";
import { askForm } from "./ask-form.ts";

interface Given {
  given: { answer: unknown } | null;
  option: string | undefined;
  note: string | undefined;
  by: string;
}

/** Shows a hold on the terminal, asks for what is not answered yet, and for a confirmation. */
export async function askDecision(
  session: Session,
  hold: Hold,
  audit: Awaited<ReturnType<Engine["holdEvents"]>>,
  { given, option, note, by }: Given,
): Promise<{ answer: unknown; option: string | undefined; note: string | undefined }> {
  for (const line of holdLines(session.terminal, hold, audit, Date.now())) session.terminal.out(line);
  session.terminal.out("");
  const answer = given ? given.answer : await askAnswer(hold);
  const chosen = option ?? (given ? undefined : await askOption(hold, answer));
  const said = note ?? (given ? undefined : await askNote());
  await askConfirmation(hold, answer, by);
  return { answer, option: chosen, note: said };
}

async function askAnswer(hold: Hold): Promise<unknown> {
  if (hold.kind !== "approval") return askForm(hold.form);
  const approved = await answered(
    select({
      message: "Your decision",
      options: [
        { value: "approve", label: "approve" },
        { value: "reject", label: "reject" },
      ],
      initialValue: "reject",
    }),
  );
  return { approved: approved === "approve" };
}

async function askOption(hold: Hold, answer: unknown): Promise<string | undefined> {
  const outcome = (answer as { approved?: boolean } | null)?.approved ? "approved" : "rejected";
  const fitting = hold.options.filter((one) => one.outcome === null || one.outcome === outcome);
  if (fitting.length === 0) return undefined;
  const none = { value: "", label: "none of them" };
  const options = [...fitting.map(({ value }) => ({ value, label: oneLine(value) })), none];
  const chosen = await answered(select({ message: "Which option?", options }));
  return chosen === "" ? undefined : chosen;
}

async function askNote(): Promise<string | undefined> {
  const said = await answered(text({ message: "Note (may stay empty)", defaultValue: "" }));
  return said === "" ? undefined : said;
}

/** Critical holds take a typed word: a key pressed too often must not approve one. */
async function askConfirmation(hold: Hold, answer: unknown, by: string): Promise<void> {
  const approved = (answer as { approved?: unknown } | null)?.approved;
  const word = approved === true ? "approve" : approved === false ? "reject" : "decide";
  const what = word === "decide" ? `answer ${valueWords(answer)}` : word;
  if (hold.severity === "critical") {
    const typed = await answered(text({ message: `This is critical. As ${by}, type "${word}" to ${what}` }));
    if (typed.trim().toLowerCase() !== word) throw new DeclinedError();
  } else if (!(await answered(confirm({ message: `As ${by}: ${what}?`, initialValue: false })))) {
    throw new DeclinedError();
  }
}

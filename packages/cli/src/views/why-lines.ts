import type { Hold, WaitReason, Why } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { shellWord } from "../terminal/shell-word.ts";
import { shownDuration, shownTime, shownWhen } from "../terminal/time.ts";
import { decideLines } from "./hold-commands.ts";
import { whoLines } from "./hold-lines.ts";
import { statePhrase, stateStyle } from "./run-state.ts";

/** Why a run is where it is, with the same of the runs that it waits for, by id. */
export interface Explained extends Why {
  children: Record<string, Explained>;
}

/** In sentences, each with what to type about it. */
export function whyLines(session: Session, why: Explained, now: number): string[] {
  const { terminal } = session;
  const { run } = why;
  const say = (text: string): string => `  ${oneLine(text)}`;
  const type = (command: string): string => `  ${terminal.paint("dim", "$")} ${terminal.paint("bold", command)}`;
  const lines = [
    `${oneLine(run.id)}  ${terminal.paint("dim", `${run.workflow} v${run.version}`)}  ${terminal.paint(stateStyle(run), oneLine(statePhrase(run, now)))}`,
    ...standing(why).flatMap(({ text, commands }) => [say(text), ...commands.map(type)]),
  ];
  for (const reason of why.waits) {
    const { text, commands } = sentence(why, reason, now);
    lines.push(say(text), ...commands.map(type));
    const child = reason.type === "child" ? why.children[reason.id] : undefined;
    if (child) lines.push(...whyLines(session, child, now).map((line) => `    ${line}`));
  }
  return lines;
}

interface Sentence {
  text: string;
  commands: string[];
}

/** What its status says by itself. */
function standing({ run, workers, pausedBy, codeIsHere, waits }: Why): Sentence[] {
  const id = shellWord(run.id);
  const code = `${run.workflow} v${run.version}`;
  const said: Sentence[] = [];
  const add = (text: string, ...commands: string[]): void => void said.push({ text, commands });
  switch (run.status) {
    case "paused":
      add(
        `${pausedBy ?? "somebody"} paused it: it begins nothing new until it is resumed`,
        `holdpoint runs resume ${id}`,
      );
      break;
    case "diverged":
      add(
        "the code has changed under it: mend the code and try again, map its record onto the code, or keep it for a worker with its own",
        `holdpoint check`,
        `holdpoint runs retry ${id}`,
        `holdpoint runs migrate ${id} --dry-run`,
        `holdpoint runs pin ${id}`,
      );
      break;
    case "failed":
      add("it has failed; a retry goes on at the step that failed", `holdpoint runs retry ${id}`);
      break;
    case "ready":
      if (workers > 0) add(`it waits for its turn in the queue "${run.queue}"`);
  }
  const live = run.finishedAt === null && run.status !== "diverged" && run.status !== "paused";
  if (live && workers === 0) add(`no live worker has code for ${code}: nobody goes on with it`, "holdpoint dev");
  if (live && !codeIsHere && waits.length > 0)
    add(`this project has no code for ${code} that fits: it is said what the store knows`);
  return said;
}

function sentence({ run }: Why, reason: WaitReason, now: number): Sentence {
  switch (reason.type) {
    case "hold":
      return {
        text: holdText(reason.hold, now),
        commands: reason.hold.status === "open" ? decideLines(reason.hold) : [],
      };
    case "signal": {
      const limit = reason.until ? `, and gives up ${shownWhen(reason.until, now)}` : "";
      const command = `holdpoint runs signal ${shellWord(run.id)} ${shellWord(reason.name)} --value JSON`;
      return { text: `it waits for the message "${reason.name}"${limit}`, commands: [command] };
    }
    case "child":
      return {
        text: `it waits for the run ${reason.id} of ${reason.workflow}, which is ${reason.status}`,
        commands: [],
      };
    case "time":
      return { text: `it sleeps until ${when(reason.until, now)}`, commands: [] };
    case "retry": {
      const { attempts, error, key, until } = reason;
      const times = attempts === 1 ? "once" : `${attempts} times`;
      return {
        text: `${key} failed ${times}, the last time with "${error}"; next try ${when(until, now)}`,
        commands: [],
      };
    }
    case "step":
      return { text: run.status === "running" ? `${reason.key} is at work` : `${reason.key} is next`, commands: [] };
  }
}

function holdText(hold: Hold, now: number): string {
  if (hold.status !== "open") return `an answer to "${hold.title}" is there; a worker looks at it next`;
  const { claimedBy, assignedTo, rungs, questions } = hold.progress;
  const holder = claimedBy ?? assignedTo;
  const who = holder === null ? whoLines(hold).join("; ").replaceAll(", ", " or ") : `${holder}, who has taken it,`;
  const since = shownDuration(now - hold.openedAt.getTime());
  const rung = hold.deadline[rungs];
  const then = rung && hold.dueAt ? `; ${rungWords(rung)} ${shownWhen(hold.dueAt, now)}` : "";
  const asked = questions.filter(({ answer }) => answer === null).length;
  const question = asked === 0 ? "" : `; ${asked === 1 ? "a question waits" : `${asked} questions wait`} for an answer`;
  return `it waits for ${who} to decide "${hold.title}" (${hold.severity}), open for ${since}${then}${question}`;
}

function rungWords(rung: Hold["deadline"][number]): string {
  if ("expire" in rung) return "it expires";
  if ("remind" in rung) return "they are reminded";
  return "escalate" in rung ? "others are asked" : "it is decided without them";
}

const when = (time: Date | null, now: number): string =>
  time ? `${shownTime(time)}, ${shownWhen(time, now)}` : "an unknown time";

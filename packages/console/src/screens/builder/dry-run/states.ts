import type { NodeState } from "../../../graph/graph-node.tsx";
import { copy } from "./copy.ts";
import type { Report, Visit } from "./use-dry-run.ts";

const tones: Readonly<Record<Visit["status"], NodeState["tone"]>> = {
  done: "ok",
  recovered: "warn",
  failed: "danger",
  waiting: "warn",
  stopped: "neutral",
};

/** What the last dry run says of a step, for the drawing and the outline; null without one. */
export function stateOf(report: Report | null, step: string): NodeState | null {
  if (!report) return null;
  const visits = report.visits.filter((visit) => visit.step === step);
  const last = visits.at(-1);
  if (!last) return { tone: "neutral", word: copy.state.unreached, mark: "unreached" };
  const word = copy.state[last.status];
  const times = visits.length > 1 ? `, ${copy.times(visits.length)}` : "";
  return { tone: tones[last.status], word: `${word}${times}`, mark: last.status };
}

/** Whether a way was taken in the last dry run; null where it was not even looked at, or there was none. */
export function wayState(report: Report | null, path: readonly (string | number)[]): "taken" | "passed" | null {
  const [, list, index] = path;
  const way = report?.ways.find((one) => one.path === `flow.${list}[${index}]`);
  if (!way || way.asked === 0) return null;
  return way.taken > 0 ? "taken" : "passed";
}

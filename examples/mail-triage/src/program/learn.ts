import { figuresOf, type Judged } from "../classifier/figures.ts";
import { loadModel, type Model } from "../classifier/model.ts";
import { judgeLetters } from "../classifier/train.ts";
import type { Splits } from "../corpus/split.ts";
import type { Places } from "./places.ts";
import { modelPath } from "./prepare.ts";
import { counted, percent } from "./wording.ts";

/**
 * What the newest decisions changed, measured on the split that is neither trained on, calibrated on nor triaged.
 * Null when there is nothing to compare with.
 */
export async function describeLearning(
  places: Places,
  before: string,
  model: Model,
  splits: Splits,
): Promise<string | null> {
  const earlier = loadModel(modelPath(places, before));
  if (!earlier || earlier.key === model.key) return null;
  const was = await judgeLetters(earlier, splits.evaluate);
  const is = await judgeLetters(model, splits.evaluate);
  const learnt = model.training.decisions - earlier.training.decisions;
  return [
    `Learnt ${counted(learnt, "decision")} of yours. On ${is.length} mails that were never triaged or trained on:`,
    `  filed right ${change(was, is, "filedRight")}, asked ${change(was, is, "held")}, good mail quarantined ${change(was, is, "goodQuarantined")},`,
    `  calibration error ${(100 * figuresOf(was).calibrationError).toFixed(2)} → ${(100 * figuresOf(is).calibrationError).toFixed(2)} %; ${differences(was, is)}.`,
  ].join("\n");
}

function change(
  was: readonly Judged[],
  is: readonly Judged[],
  figure: "filedRight" | "held" | "goodQuarantined",
): string {
  return `${percent(figuresOf(was)[figure].share)} → ${percent(figuresOf(is)[figure].share)}`;
}

function differences(was: readonly Judged[], is: readonly Judged[]): string {
  const moved = is.filter((mail, at) => mail.verdict !== was[at]?.verdict).length;
  const shift =
    is.reduce((sum, mail, at) => sum + Math.abs(mail.probability - (was[at]?.probability ?? 0)), 0) /
    Math.max(1, is.length);
  return `${counted(moved, "mail")} would now be treated otherwise, probabilities moved by ${(100 * shift).toFixed(2)} points on average`;
}

import type { Hold } from "../inbox/views.ts";

/** Which of the three an item is at: the hold says so in its name. */
export const stageOf = ({ name }: Hold): string => name;

/** Of a dispute the item stands beside the answers; of anything else it is all that is shown. */
export function partsOf(hold: Hold): { item: unknown; answers: readonly { answer: unknown; note: string | null }[] } {
  const { context } = hold;
  if (stageOf(hold) !== "adjudicate" || typeof context !== "object" || context === null)
    return { item: context, answers: [] };
  const { item, answers } = context as { item?: unknown; answers?: { answer: unknown; note: string | null }[] };
  return { item, answers: Array.isArray(answers) ? answers : [] };
}

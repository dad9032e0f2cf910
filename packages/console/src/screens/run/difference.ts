/** What the engine wrote about a difference, taken apart; null where it says it in other words. */
export function differenceOf(note: string): { after: number; recorded: string | null; asked: string } | null {
  const found =
    /^code and journal disagree (?:at its start|after entry (\d+)): (?:"([\s\S]*)" was recorded there \(entry \d+\)|something recorded there was not reached), ([\s\S]*?)(?:\. Register the old version|$)/.exec(
      note,
    );
  if (found === null) return null;
  const [, after = "0", recorded = null, asked = ""] = found;
  return { after: Number(after), recorded, asked: asked.replace(/^the code asks for /, "") };
}

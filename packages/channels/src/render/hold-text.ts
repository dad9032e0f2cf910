import type { Hold } from "@holdpoint/core";
import { factsOf } from "../notice/facts.ts";
import { evidenceOf } from "../notice/message.ts";
import { oneLine, plain } from "../notice/plain.ts";

/** A hold as plain text, all of it: what follows from it, where it comes from, what it rests on. No control characters. */
export function holdText(hold: Hold): string {
  const all = { lines: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY };
  const lines = [
    ...factsOf(hold, hold.status !== "open"),
    ...evidenceOf(hold, all),
    ...(hold.options.length === 0
      ? []
      : [{ label: "Options", value: hold.options.map(({ value }) => oneLine(value)).join(", ") }]),
  ];
  return [
    oneLine(hold.title),
    ...(hold.consequence === null ? [] : [`If approved: ${plain(hold.consequence)}`]),
    ...lines.map(({ label, value }) => `${label}: ${value.replaceAll("\n", "\n  ")}`),
  ].join("\n");
}

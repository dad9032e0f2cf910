import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type PipelineStepInfo, service } from "holdpoint";

/** The file in which payments are noted: the outside world of this example. */
export const ledger = service<{ file: string }>("ledger");

/** The last line with a number is the total, the first line is the shop. */
export function readReceipt({ text = "" }: { text?: string }) {
  const lines = text.split("\n").map((line) => line.trim());
  const totals = lines.flatMap((line) => /(\d+(?:[.,]\d{2}))$/.exec(line)?.[1] ?? []);
  const last = totals.at(-1);
  if (last === undefined) throw new Error("the receipt has no total");
  return { shop: lines[0], amount: Number(last.replace(",", ".")) };
}

export async function pay({ amount, to }: { amount?: number; to?: string }, info: PipelineStepInfo) {
  const { file } = info.service(ledger);
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${info.idempotencyKey} ${amount} to ${to}\n`);
  return { paid: amount };
}

export function tell({ to, why }: { to?: string; why?: string }) {
  return { letter: `Dear ${to}, this was not paid: ${why}` };
}

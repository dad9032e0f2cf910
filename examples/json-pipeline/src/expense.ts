import { readFile } from "node:fs/promises";
import { type Flow, loadPipeline } from "holdpoint";
import { pay, readReceipt, tell } from "./steps.ts";

/** The pipeline as a workflow: its document, and the code that its steps name. */
export async function expensePipeline(): Promise<Flow> {
  const text = await readFile(new URL("../pipelines/expense.json", import.meta.url), "utf8");
  return loadPipeline(JSON.parse(text), { steps: { readReceipt, pay, tell } });
}

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createEngine, sqlite } from "holdpoint";
import { expensePipeline } from "./expense.ts";
import { ledger } from "./steps.ts";

// node dist/main.js WHO RECEIPT                                   hands in a receipt (a text file)
// node dist/main.js --run RUN --by WHO --decision WORD [--amount N] [--why TEXT]      answers what waits in a run

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { run: text, by: text, decision: text, amount: text, why: text },
  });
  const out = resolve(process.cwd(), "out");
  const engine = createEngine({
    store: sqlite(resolve(out, "holdpoint.db")),
    workflows: [await expensePipeline()],
    services: [ledger.provide({ file: resolve(out, "paid.txt") })],
  });
  const [who, receipt] = positionals;
  if (values.run) {
    const { items } = await engine.holds({ status: ["open"], runId: values.run });
    if (!items[0]) throw new Error(`nothing waits in "${values.run}"`);
    const { decision, amount, why } = values;
    const answer = { decision, ...(amount && { amount: Number(amount) }), ...(why && { why }) };
    await engine.decide(items[0], answer, { by: values.by ?? "somebody" });
  } else if (who && receipt) {
    await engine.run("expense", { who, receipt: await readFile(receipt, "utf8") });
  }
  await engine.runUntilIdle();
  for (const run of (await engine.runs({ workflow: "expense" })).items) {
    const result = run.status === "completed" ? JSON.stringify(await (await engine.get(run.id)).result()) : run.status;
    console.log(`${run.id}  ${result}`);
  }
  for (const hold of (await engine.holds({ status: ["open"] })).items)
    console.log(`waits: ${hold.runId}: ${hold.title}`);
  await engine.stop();
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});

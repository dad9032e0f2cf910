import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { createEngine, sqlite } from "holdpoint";
import { contractReview, desk } from "./review.ts";

// node dist/main.js CONTRACT…         starts a review of each, and says what waits for whom
// node dist/main.js --sign ID | --decline ID [NOTE] | --advise ID TEXT

const out = resolve(process.cwd(), "out");

async function main(args: readonly string[]): Promise<void> {
  const engine = createEngine({
    store: sqlite(resolve(out, "holdpoint.db")),
    workflows: [contractReview],
    services: [desk.provide({ folder: resolve(out, "desk") })],
  });
  const [command, id, ...words] = args;
  if (command === "--sign" || command === "--decline" || command === "--advise") {
    if (!id) throw new Error(`${command} needs the id of a contract, as "${command} hosting"`);
    const name = command === "--advise" ? "legal review" : "sign-off";
    const [hold] = (await engine.holds({ status: ["open"], runId: id })).items.filter((one) => one.name === name);
    if (!hold) throw new Error(`nothing named "${name}" waits in "${id}"`);
    const text = words.join(" ");
    const answer = command === "--advise" ? { advice: text } : { approved: command === "--sign" };
    await engine.decide(hold, answer, { by: process.env.USER ?? "somebody", ...(text && { note: text }) });
  } else {
    for (const file of args) {
      const contract = basename(file, ".txt");
      await engine.run(contractReview, { id: contract, text: await readFile(file, "utf8") }, { id: contract });
    }
  }
  await engine.runUntilIdle();
  for (const run of (await engine.runs({ workflow: "contract-review" })).items) {
    console.log(`${run.id.padEnd(16)} ${run.status}`);
  }
  for (const hold of (await engine.holds()).items) console.log(`waits: ${hold.runId}: ${hold.title}`);
  await engine.stop();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});

import { createEngine, HoldConflictError, memoryStore, NotAllowedError } from "holdpoint";
import { refund } from "./refund.ts";
import { Shop, shop, staff } from "./shop.ts";

// node dist/main.js: ana asks for a refund, and what becomes of it. Nothing here is acted: every refusal is the engine's.

const say = (who: string, text: string): void => console.log(`${who.padEnd(8)} ${text}`);

async function main(): Promise<void> {
  const desk = new Shop({ closedCards: ["B-2"] });
  const engine = createEngine({
    store: memoryStore(), // sqlite("refunds.db") to survive this process
    workflows: [refund],
    services: [shop.provide(desk)],
    directory: staff,
  });
  await engine.start();

  const run = await engine.run(
    refund,
    { order: "A-7", amount: 120, why: "two weeks late" },
    { id: "refund-A-7", by: "ana" },
  );
  const hold = await run.hold("approve refund");
  say("ana", `asks: ${hold.title}`);

  // Four eyes: whoever asked is not one of the two who decide.
  await engine.decide(hold, { approved: true }, { by: "ana" }).catch((error: unknown) => {
    if (!(error instanceof NotAllowedError)) throw error;
    say("refused", error.message);
  });

  // The evidence is bound: ben has read it, and it changes before he answers.
  await engine.holds.amend(hold, { total: 120, delivered: "in time", why: "changed their mind" }, { by: "ana" });
  say("ana", "corrects the evidence");
  await engine.decide(hold, { approved: true }, { by: "ben" }).catch((error: unknown) => {
    if (!(error instanceof HoldConflictError)) throw error;
    say("refused", error.message);
    for (const { path, before, after } of error.difference) say("", `  ${path}: ${before} → ${after}`);
  });

  // He reads it again and grants less. That is the first of two votes, for what is proposed now.
  const again = await engine.hold(hold.id);
  const edited = await engine.decide(
    again,
    { approved: true, args: { amount: 40 } },
    { by: "ben", note: "half of it" },
  );
  say("ben", `approves ${JSON.stringify(edited.action?.arguments)}`);
  await engine.decide(edited, { approved: true }, { by: "cleo" });
  say("cleo", "approves it, too");
  say("done", JSON.stringify(await run.result()));

  // A small one takes one person. The payment fails for good, so the credit note before it is void.
  const small = await engine.run(refund, { order: "B-2", amount: 35, why: "damaged" }, { id: "refund-B-2", by: "ana" });
  await engine.decide(await small.hold("approve refund"), { approved: true }, { by: "cleo" });
  await small.result().catch((error: Error) => say("failed", error.message));
  for (const { order, amount, void: gone } of desk.notes.values())
    say("book", `credit note, order ${order}: $${amount}${gone ? ", void" : ""}`);

  const { problems } = await engine.verify(run.id);
  say(
    "verify",
    problems.length === 0 ? "the record is whole, every decision with who, when and on what" : problems.join("\n"),
  );
  await engine.stop();
}

await main();

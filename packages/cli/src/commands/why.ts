import type { Engine, Why } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { requireRun } from "../views/names.ts";
import { type Explained, whyLines } from "../views/why-lines.ts";

/** Runs are followed into the runs that they wait for this far down. */
const deepest = 4;

export const whyCommand: CommandFactory = (context) =>
  newCommand("why", "say why a run is where it is, and what would let it go on", ["holdpoint why refund-A-7"])
    .argument("<run>", "its id")
    .action(
      perform(context, async (session, id: string) => {
        await session.withEngine(async (engine) => {
          const run = await requireRun(engine, id);
          const explained = await explain(engine, run.id, deepest);
          session.result(explained, () => whyLines(session, explained, Date.now()));
        });
      }),
    );

async function explain(engine: Engine, id: string, levels: number): Promise<Explained> {
  const why: Why = await (await engine.get(id)).why();
  const children: Record<string, Explained> = {};
  for (const reason of why.waits) {
    if (reason.type === "child" && levels > 1) children[reason.id] = await explain(engine, reason.id, levels - 1);
  }
  return { ...why, children };
}

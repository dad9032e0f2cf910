import type { RunStatus } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { plainSize, plainTerm } from "../views/plain-amounts.ts";

/** `holdpoint retention`: what stays how long, how much there is, what has had its time. */
export const retentionCommand: CommandFactory = (context) =>
  newCommand(
    "retention",
    "what stays how long, how much there is, and what has had its time",
    ["holdpoint retention"],
    "The terms stand in the configuration, as `retention`. `holdpoint retain` removes at once what a worker would remove within ten minutes.",
  ).action(
    perform(context, (session) =>
      session.withEngine(async (engine) => {
        const outlook = await engine.retentionOutlook();
        const { runs, openHolds, bytes, tables = null } = await engine.store.sizes(engine.namespace);
        const result = { ...outlook, sizes: { runs, openHolds, bytes, tables } };
        session.result(result, () => {
          const { runsMs, tombstonesMs, holdsMs, due } = outlook;
          const kept = (Object.entries(runs) as [RunStatus, number][]).filter(([, count]) => count > 0);
          return [
            `finished runs stay ${plainTerm(runsMs)}, their tombstones ${plainTerm(tombstonesMs)}, their holds ${plainTerm(holdsMs)}`,
            ...(due === null ? [] : [`due now: ${due.runs} runs; within a day: ${due.runsWithinDay} more`]),
            `runs: ${kept.map(([status, count]) => `${count} ${status}`).join(", ") || "none"}; open holds: ${openHolds}`,
            `${plainSize(bytes)} in all`,
            ...(tables ?? []).map((one) => `  ${one.name}  ${plainSize(one.bytes)}, about ${one.rows} rows`),
          ];
        });
      }),
    ),
  );

import { type CommandFactory, newCommand, perform } from "../command/context.ts";

export const retainCommand: CommandFactory = (context) =>
  newCommand(
    "retain",
    "apply retention now",
    ["holdpoint retain"],
    "Removes finished runs past their term, as `retention` in the configuration says (30 days by default). A worker does so by itself from time to time.",
  ).action(
    perform(context, (session) =>
      session.withEngine(async (engine) => {
        const result = await session.progress("removing what is past its term", engine.retain());
        const { removed, tombstones, holds, records } = result;
        session.result(result, () => [
          `removed ${removed} run trees, ${tombstones} tombstones, ${holds} holds and ${records} records past their term`,
        ]);
      }),
    ),
  );

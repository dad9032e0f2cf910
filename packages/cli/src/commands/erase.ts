import type { EraseTarget } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform, repeated } from "../command/context.ts";
import { UsageError } from "../command/usage-error.ts";
import { attributesOf } from "../options/pairs.ts";
import { confirmOrRefuse } from "../terminal/confirm.ts";
import { requireRun } from "../views/names.ts";

interface Options {
  attribute?: string[];
  by?: string;
  yes?: boolean;
}

export const eraseCommand: CommandFactory = (context) =>
  newCommand(
    "erase",
    "remove the content of finished runs, for good",
    ["holdpoint erase refund-A-7", "holdpoint erase --attribute customer=c-1042 --yes"],
    "Removes inputs, results, evidence and answers of a finished run, or of all runs with these attributes, for good. What proves that they were there stays: `holdpoint verify` says erased.",
  )
    .argument("[run]", "its id")
    .option("--attribute <k=v>", "every run with this attribute; may be repeated, all must fit", repeated)
    .option("--by <name>", "who erases it")
    .option("--yes", "do not ask")
    .action(
      perform(context, (session, id: string | undefined, options: Options) =>
        session.withEngine(async (engine) => {
          if ((id === undefined) === (options.attribute === undefined))
            throw new UsageError(
              "erase what? give the id of a run, or --attribute name=value for all runs of a subject",
            );
          if (id !== undefined) await requireRun(engine, id);
          const target: EraseTarget =
            id === undefined ? { attributes: attributesOf(options.attribute ?? []) } : { run: id };
          const what = id === undefined ? `every run with ${options.attribute?.join(" and ")}` : `run ${id}`;
          await confirmOrRefuse(session, `erase the content of ${what} for good?`, options.yes === true);
          const result = await session.progress("erasing", engine.erase(target, { by: session.by(options.by) }));
          session.result(result, () => [
            result.erased.length === 0
              ? "no runs: nothing was erased"
              : `erased ${result.erased.length}: ${result.erased.join(", ")}`,
          ]);
        }),
      ),
    );

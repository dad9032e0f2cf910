import { parseArgs } from "node:util";

export interface Options {
  /** How many mails to triage; null when it was not said. */
  count: number | null;
  /** Throw away what earlier starts made. */
  fresh: boolean;
  help: boolean;
}

export const usage = `npm start [-- --count N] [--fresh]

Triages real mail: files what the classifier is sure of, holds the rest for you.
  --count N   how many unseen mails (default 480; more on a later start adds mails)
  --fresh     start over: removes out/ and the store of earlier starts
  --help      this text

npm start -- --count 600`;

/** Reads the command line. Throws an `Error` that says what is wrong with it. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { count: { type: "string" }, fresh: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  const count = values.count === undefined ? null : Number(values.count);
  if (count !== null && (!Number.isSafeInteger(count) || count < 1))
    throw new Error(`--count ${values.count}: not a number of mails`);
  return { count, fresh: values.fresh === true, help: values.help === true };
}

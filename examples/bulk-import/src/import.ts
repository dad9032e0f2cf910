import { bulk, type SourceGiven } from "holdpoint";
import { linesOf, type PeopleTable, personOf } from "./people.ts";

/** Writes the lines of a file into a table, so many at a time. */
export const importPeople = (table: PeopleTable, batchSize: number, pause: (signal: AbortSignal) => Promise<void>) =>
  bulk({
    name: "import-people",
    source: ({ input }: SourceGiven<{ file: string }>) => linesOf(input.file),
    process: async (lines, { first, signal }) => {
      await pause(signal);
      table.write(first, lines.map(personOf));
    },
    batchSize,
    concurrency: 3,
    window: 40,
    timeout: "30s",
  });
